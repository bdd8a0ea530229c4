import { MessageChannel, threadId } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { THREAD_LIMITS } from "../limits.js";
import { AccessError } from "../session/access-error.js";
import type { Connection } from "../session/connection.js";
import type { Conversation } from "../session/sub-protocol.js";
import type { InputBuffer } from "../wire/input-buffer.js";
import type { PortMessage, ThreadClient, ThreadEntrance } from "./thread-message.js";

/** Of `node:worker_threads`, from Node 20.19 on; its types lack it. */
type Post = (thread: number, message: object, transfer: readonly MessagePort[], timeoutMs: number) => Promise<void>;

/**
 * Opens the way into a thread for the client of a connection, with the rights that it has here.
 *
 * @throws AccessError `ERR_PDM_NO_SUCH_NAME` where there is no such thread, or it has not loaded this package; `ERR_PDM_REFUSED` where the
 * connection is in it; `ERR_PDM_LIMIT` where its event loop is busy
 */
export async function openThread(thread: number, connection: Connection): Promise<MessagePort> {
  if (thread === threadId) throw new AccessError("ERR_PDM_REFUSED", `refused: this connection is in thread ${thread}`);
  const { postMessageToThread } = process.getBuiltinModule("node:worker_threads") as unknown as {
    readonly postMessageToThread?: Post;
  };
  if (postMessageToThread === undefined) {
    throw new AccessError("ERR_PDM_NO_SUCH_NAME", "this version of Node.js reaches no other thread: it takes 20.19");
  }
  const { port1, port2 } = new MessageChannel();
  const entrance: ThreadEntrance = { pdm: "thread.v1", port: port2, client: describeClient(connection) };
  try {
    await postMessageToThread(thread, entrance, [port2], THREAD_LIMITS.enterTimeoutMs);
    return port1;
  } catch (error) {
    port1.close();
    if ((error as { code?: unknown }).code === "ERR_WORKER_MESSAGING_TIMEOUT") {
      throw new AccessError("ERR_PDM_LIMIT", `thread ${thread} does not answer: its event loop is busy`);
    }
    const message = `there is no thread ${thread} that has loaded pdm`;
    throw new AccessError("ERR_PDM_NO_SUCH_NAME", message);
  }
}

function describeClient({ session, limits }: Connection): ThreadClient {
  const { role, rights, socket, claimed } = session.principal;
  const { policy, build, auditFile } = session.grant;
  return {
    role,
    rights: [...rights],
    socket,
    claimed,
    policy: typeof policy === "function" ? "function" : policy,
    build,
    auditPath: auditFile?.path,
    limits: { ...limits },
  };
}

/** Carries the bytes of one connection to the thread that its client has entered, and back. */
export class ThreadRelay implements Conversation {
  readonly #connection: Connection;
  readonly #port: MessagePort;
  readonly #thread: number;
  readonly #say: (reason: string) => Buffer | string;
  #untakenBytes = 0;
  /** Given to the connection, which its client has perhaps not read. */
  #receivedBytes = 0;
  #isEndSent = false;
  #isOver = false;

  /** @param say how the protocol tells the client why its connection ends */
  constructor(connection: Connection, port: MessagePort, thread: number, say: (reason: string) => Buffer | string) {
    this.#connection = connection;
    this.#port = port;
    this.#thread = thread;
    this.#say = say;
    port.on("message", (message: PortMessage) => this.#receive(message));
    port.on("close", () => this.#end());
    port.unref();
  }

  get busy(): boolean {
    return this.#untakenBytes >= THREAD_LIMITS.portWindowBytes;
  }

  /** Until the thread has ended its side. */
  get owes(): boolean {
    return !this.#isOver;
  }

  process(input: InputBuffer): void {
    this.#take();
    const count = Math.min(input.length, THREAD_LIMITS.portWindowBytes - this.#untakenBytes);
    const bytes = count === 0 ? undefined : input.take(count);
    if (bytes !== undefined) {
      this.#untakenBytes += bytes.length;
      this.#post({ data: new Uint8Array(bytes) });
    }
    if (!this.#connection.isPeerEnded || this.#isEndSent || input.length > 0) return;
    this.#isEndSent = true;
    this.#post({ isEnd: true });
  }

  farewell(reason: string): Buffer | string {
    return this.#say(reason);
  }

  release(): void {
    this.#isOver = true;
    this.#port.close();
  }

  #receive({ data, taken, isEnd }: PortMessage): void {
    if (this.#isOver) return;
    if (data !== undefined) {
      this.#receivedBytes += data.length;
      this.#connection.send(Buffer.from(data.buffer, data.byteOffset, data.length));
      if (!this.#connection.congested) this.#take();
    }
    if (taken !== undefined) {
      this.#untakenBytes -= taken;
      this.#connection.resume();
    }
    if (isEnd === true) {
      this.#isOver = true;
      this.#connection.close();
    }
  }

  /** The client has read what it was sent: more may come. */
  #take(): void {
    if (this.#receivedBytes === 0) return;
    this.#post({ taken: this.#receivedBytes });
    this.#receivedBytes = 0;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#connection.fail(`thread ${this.#thread} has ended`);
  }

  #post(message: PortMessage): void {
    this.#port.postMessage(message);
  }
}
