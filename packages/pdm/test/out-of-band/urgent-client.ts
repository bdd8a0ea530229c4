import { RawSocket } from "../fixtures/raw-socket.js";

/** What a request is answered. */
export interface UrgentAnswer {
  readonly id: unknown;
  readonly result?: { readonly interrupted: boolean };
  readonly error?: { readonly code: number; readonly message: string };
}

/** A client of a thread's socket, that says what a test tells it to. */
export class UrgentClient implements Disposable {
  readonly raw: RawSocket;

  private constructor(raw: RawSocket) {
    this.raw = raw;
  }

  /** Connects to a path or `HOST:PORT`, and says the hello. */
  static async open(spec: string): Promise<UrgentClient> {
    const client = await UrgentClient.connect(spec);
    client.raw.write("urgent\n");
    await client.raw.readLine();
    await client.raw.readLine();
    return client;
  }

  static async connect(spec: string): Promise<UrgentClient> {
    return new UrgentClient(await RawSocket.connectTo(spec));
  }

  /** Sends a line, or an object as one, and reads a line. */
  async ask(request: unknown): Promise<UrgentAnswer> {
    this.raw.write(`${typeof request === "string" ? request : JSON.stringify(request)}\n`);
    return JSON.parse((await this.raw.readLine()) ?? "null") as UrgentAnswer;
  }

  async interrupt(secret: string, evaluation?: number): Promise<UrgentAnswer> {
    return this.ask({ jsonrpc: "2.0", id: 1, method: "interrupt", params: { secret, evaluation } });
  }

  [Symbol.dispose](): void {
    this.raw[Symbol.dispose]();
  }
}
