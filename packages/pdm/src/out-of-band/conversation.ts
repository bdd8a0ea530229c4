import type { Socket } from "node:net";
import { OUT_OF_BAND_LIMITS } from "../limits.js";
import { SERVER_GREETING } from "../wire/greeting.js";
import { InputBuffer } from "../wire/input-buffer.js";
import { findMethod } from "./methods.js";
import type { MethodContext } from "./methods.js";
import { INVALID_REQUEST, PARSE_ERROR, RequestFault, TOO_MANY } from "./request-fault.js";

/** The name of this sub-protocol, and the line that accepts it. */
const NAME = "urgent";
const GREETING = "+URGENT1";

/**
 * Talks to one client: after the hello JSON-RPC 2.0, one JSON text a line, no batches. What it asked for is answered also when it has ended its side.
 * A client that breaks a limit is cut off.
 */
export class UrgentConversation {
  readonly #socket: Socket;
  readonly #context: MethodContext;
  readonly #input = new InputBuffer();
  readonly #timer: NodeJS.Timeout;
  #isAccepted = false;
  #isPeerEnded = false;
  #requests = 0;

  constructor(socket: Socket, context: MethodContext) {
    this.#socket = socket;
    this.#context = context;
    const { helloTimeoutMs } = OUT_OF_BAND_LIMITS;
    this.#timer = setTimeout(() => this.refuse(`no protocol was named within ${helloTimeoutMs} ms`), helloTimeoutMs);
    socket.on("error", () => undefined);
    socket.on("close", () => clearTimeout(this.#timer));
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("drain", () => this.#takeLines());
    socket.on("end", () => {
      this.#isPeerEnded = true;
      this.#endIfDone();
    });
    this.#send(SERVER_GREETING);
  }

  /** Whether the client asks nothing more. */
  get isPeerEnded(): boolean {
    return this.#isPeerEnded;
  }

  /** Sends what nobody asked for. */
  tell(notice: object): void {
    this.#sendAnswer(notice);
  }

  /** Says why, and closes. */
  refuse(reason: string): void {
    this.#send(`-ERR ${reason}`);
    this.#input.clear();
    this.#socket.end(() => this.#socket.destroy());
  }

  #receive(chunk: Buffer): void {
    if (this.#socket.writableEnded) return;
    this.#input.append(chunk);
    this.#takeLines();
  }

  /** No more of them than the client reads the answers to: the rest is not even read. */
  #takeLines(): void {
    const { lineBytes } = OUT_OF_BAND_LIMITS;
    const socket = this.#socket;
    socket.cork();
    while (!socket.writableEnded && !socket.destroyed && !socket.writableNeedDrain) {
      const line = this.#input.takeUntil("\n");
      if ((line ?? this.#input).length > lineBytes) this.refuse(`a line is longer than ${lineBytes} bytes`);
      else if (line === undefined) break;
      else this.#take(line.toString());
    }
    this.#input.compact();
    socket.uncork();
    if (socket.writableNeedDrain) socket.pause();
    else if (socket.isPaused()) socket.resume();
  }

  #take(line: string): void {
    if (this.#isAccepted) {
      this.#answer(line);
    } else if (line === NAME) {
      clearTimeout(this.#timer);
      this.#isAccepted = true;
      this.#send(GREETING);
    } else {
      this.refuse(`here is no protocol but ${NAME}`);
    }
  }

  #answer(line: string): void {
    const answer = this.#carryOut(line);
    if (!(answer instanceof Promise)) {
      this.#sendAnswer(answer);
      return;
    }
    this.#requests += 1;
    void answer.then((late) => {
      this.#requests -= 1;
      this.#sendAnswer(late);
      this.#endIfDone();
    });
  }

  /** Never throws or rejects. */
  #carryOut(line: string): object | Promise<object> {
    let id: unknown = null;
    const fail = (error: unknown): object => {
      const fault = error instanceof RequestFault ? error : new RequestFault(-32_603, "a fault of this server");
      return { id, error: { code: fault.code, message: fault.message } };
    };
    try {
      const { id: given = null, method, params = {} } = readObject(line);
      id = given;
      if (this.#requests >= OUT_OF_BAND_LIMITS.requests)
        throw new RequestFault(TOO_MANY, `${OUT_OF_BAND_LIMITS.requests} requests are under way already`);
      if (!isObject(params)) throw new RequestFault(INVALID_REQUEST, "params is an object");
      return findMethod(method)(this.#context, params).then((result) => ({ id, result }), fail);
    } catch (error) {
      return fail(error);
    }
  }

  #sendAnswer(answer: object): void {
    this.#send(JSON.stringify({ jsonrpc: "2.0", ...answer }));
  }

  #send(line: string): void {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return;
    if (socket.writableLength > OUT_OF_BAND_LIMITS.unreadBytes) socket.destroy();
    else socket.write(`${line}\n`);
  }

  #endIfDone(): void {
    if (this.#isPeerEnded && this.#requests === 0) this.#socket.end();
  }
}

/** @throws RequestFault */
function readObject(line: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RequestFault(PARSE_ERROR, "the line is no JSON text");
  }
  if (!isObject(value)) throw new RequestFault(INVALID_REQUEST, "a request is an object");
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
