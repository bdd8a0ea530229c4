import assert from "node:assert/strict";
import { RawSocket } from "../fixtures/raw-socket.js";

/** An answer or a message of the server's own, as it came. */
export interface Message {
  readonly jsonrpc: string;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data: Readonly<Record<string, unknown>> & { readonly code: string };
  };
}

/** A client of `rpc` that says what a test tells it to, line by line. */
export class LineClient implements Disposable {
  readonly raw: RawSocket;
  /** The greeting. */
  readonly hello: Message;
  #lastId = 0;
  /** Messages that came while another was waited for. */
  readonly #early: Message[] = [];

  private constructor(raw: RawSocket, hello: Message) {
    this.raw = raw;
    this.hello = hello;
  }

  static async open(path: string): Promise<LineClient> {
    const raw = await RawSocket.open(path, "rpc");
    return new LineClient(raw, await readMessage(raw));
  }

  /** Sends a request, without waiting; returns its id. */
  send(method: string, params?: object): number {
    this.#lastId += 1;
    this.raw.write(`${JSON.stringify({ jsonrpc: "2.0", id: this.#lastId, method, params })}\n`);
    return this.#lastId;
  }

  /** Sends what is answered by nobody. */
  notify(method: string, params?: object): void {
    this.raw.write(`${JSON.stringify({ jsonrpc: "2.0", method, params })}\n`);
  }

  /** Sends a request and waits for its answer. */
  ask(method: string, params?: object): Promise<Message> {
    const id = this.send(method, params);
    return this.take((message) => message.id === id);
  }

  /** The result of a request. */
  async get(method: string, params?: object): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.ask(method, params);
    assert.ok(answer.result !== undefined, JSON.stringify(answer.error));
    return answer.result;
  }

  /** The code and message of a request that fails. */
  async fail(method: string, params?: object): Promise<string> {
    const { error, result } = await this.ask(method, params);
    assert.ok(error !== undefined, JSON.stringify(result));
    return `${error.data.code}: ${error.message}`;
  }

  /** The parameters of the server's next message of that name. */
  async notified(method: string): Promise<Readonly<Record<string, unknown>>> {
    const { params } = await this.take((message) => message.method === method);
    return params ?? {};
  }

  /** The next message that fits; others stay for later. */
  async take(fits: (message: Message) => boolean): Promise<Message> {
    const index = this.#early.findIndex(fits);
    const [early] = index === -1 ? [] : this.#early.splice(index, 1);
    if (early !== undefined) return early;
    for (;;) {
      const message = await readMessage(this.raw);
      if (fits(message)) return message;
      this.#early.push(message);
    }
  }

  /** The next message, whatever it is. */
  next(): Promise<Message> {
    return this.take(() => true);
  }

  [Symbol.dispose](): void {
    this.raw[Symbol.dispose]();
  }
}

async function readMessage(raw: RawSocket): Promise<Message> {
  const line = await raw.readLine();
  assert.ok(line !== undefined, "the connection ended");
  return JSON.parse(line) as Message;
}
