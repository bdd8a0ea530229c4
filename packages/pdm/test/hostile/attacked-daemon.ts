import assert from "node:assert/strict";
import type { Limits } from "../../src/index.js";
import { DaemonProcess } from "../fixtures/daemon-process.js";
import { LineClient } from "../rpc/line-client.js";
import type { Message } from "../rpc/line-client.js";

/** Limits that attacks on the REPL reach soon. */
export const LIMITS = {
  closeGraceMs: 100,
  replIdleMs: 200,
  replBlockMs: 1_000,
  replHandles: 32,
  replSessions: 16,
  requestTimeoutMs: 5_000,
  totalBytes: 33_554_432,
} as const satisfies Partial<Limits>;

/** Bytes of memory that are no leak. */
const NOISE_BYTES = 8_000_000;

/** A daemon whose REPL is attacked. */
export class AttackedDaemon implements AsyncDisposable {
  readonly process: DaemonProcess;
  readonly #usedBytes: number;

  private constructor(process: DaemonProcess, usedBytes: number) {
    this.process = process;
    this.#usedBytes = usedBytes;
  }

  static async start(): Promise<AttackedDaemon> {
    const process = await DaemonProcess.start(LIMITS);
    // What the first session loads and makes stays.
    using client = await Attacker.open(process.spec);
    await client.evaluate("console.log($watch, $modules, pdm); tap(echo(1))");
    // Node's own compiler, where it has one.
    await client.evaluate("let typed: number = 1");
    await client.ask("repl.complete", { source: "process.", cursor: 8 });
    await client.ask("repl.close");
    const { usedBytes } = await process.measureMemory();
    return new AttackedDaemon(process, usedBytes);
  }

  /** Somebody in a new session. */
  attack(): Promise<Attacker> {
    return Attacker.open(this.process.spec);
  }

  /** Somebody who is in none. */
  connect(): Promise<LineClient> {
    return LineClient.open(this.process.spec);
  }

  /** Somebody else is served: with objects, and with a session of the REPL. */
  async assertServing(): Promise<void> {
    assert.ok(this.process.alive, "the daemon ended");
    using guest = await this.attack();
    assert.deepEqual(await guest.line.get("read", { name: "test.number" }), { value: 5 });
    assert.equal(await guest.evaluate("[1 + 1]"), "[ 2 ]");
    await guest.ask("repl.close");
  }

  /** Everybody is gone, no session is kept any more, and nothing is held for one. */
  async assertNothingLeft(): Promise<void> {
    using guest = await this.connect();
    for (;;) {
      const { sessions } = await guest.get("repl.list");
      const { connections, listens } = await this.process.findLeftovers();
      if ((sessions as unknown[]).length === 0 && connections === 1 && !listens) break;
      await new Promise((resolve) => void setTimeout(resolve, 10));
    }
    // V8 keeps the text that a regular expression was tried with last.
    await this.read("/x/.test('x')");
    const grown = (await this.process.measureMemory()).usedBytes - this.#usedBytes;
    assert.ok(grown < NOISE_BYTES, `it holds ${grown} bytes more`);
  }

  /** What an expression is, for somebody in a session that is closed again. */
  async read(expression: string): Promise<string> {
    using guest = await this.attack();
    const text = await guest.evaluate(expression);
    await guest.ask("repl.close");
    return text;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}

/** A client in a session of its own, whose name it need not say. */
export class Attacker implements Disposable {
  readonly line: LineClient;
  readonly session: string;

  private constructor(line: LineClient, session: string) {
    this.line = line;
    this.session = session;
  }

  static async open(spec: string): Promise<Attacker> {
    const line = await LineClient.open(spec);
    const { session } = await line.get("repl.open", { interruptible: false });
    return new Attacker(line, String(session));
  }

  ask(method: string, params: object = {}): Promise<Message> {
    return this.line.ask(method, { session: this.session, ...params });
  }

  /** What the answer says: the text of the result, or the code of the error. */
  async evaluate(source: string, params: object = {}): Promise<string> {
    const { result, error } = await this.ask("repl.evaluate", { source, ...params });
    return error === undefined ? ((result?.["text"] as string | undefined) ?? "") : error.data.code;
  }

  [Symbol.dispose](): void {
    this.line[Symbol.dispose]();
  }
}
