import type { InputBuffer } from "../wire/input-buffer.js";
import type { ClientConnection, ClientConversation } from "./connection.js";
import {
  InvalidArgumentError,
  NotOfferedError,
  ProtocolError,
  RefusedError,
  RemoteError,
  RequestTimeoutError,
  ServerLimitError,
  TooManyRequestsError,
} from "./errors.js";
import { showText } from "./quoted-text.js";
import { asRecord } from "./rpc/fields.js";
import { takeValue, Waiter, type RequestOptions } from "./waiter.js";

const REASON_CHARACTERS = 2_000;

/** The client's side of `urgent`: JSON-RPC, a line a message, to the thread beside a service's own. */
export class UrgentChannel implements ClientConversation {
  readonly connection: ClientConnection;
  readonly #pending = new Map<number, Waiter<unknown>>();
  readonly #onNotice: (method: string, params: Readonly<Record<string, unknown>>) => void;
  #lastId = 0;

  /** @param onNotice gets what the service sends by itself */
  constructor(
    connection: ClientConnection,
    onNotice: (method: string, params: Readonly<Record<string, unknown>>) => void,
  ) {
    this.connection = connection;
    this.#onNotice = onNotice;
    connection.converse(this);
  }

  /** @throws RefusedError, InvalidArgumentError, NotOfferedError, ServerLimitError, RemoteError, by what it is answered, and ConnectionLostError */
  async request(
    method: string,
    params: object,
    options: RequestOptions,
    defaultTimeoutMs: number,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { connection } = this;
    connection.checkWritable();
    const { pendingRequests } = connection.limits;
    if (this.#pending.size >= pendingRequests)
      throw new TooManyRequestsError(
        `${pendingRequests} requests to ${connection.spec} wait already (limits.pendingRequests); nothing was sent`,
      );
    this.#lastId += 1;
    const id = this.#lastId;
    const waiter = new Waiter<unknown>(options, defaultTimeoutMs, connection.deadlines, (timeoutMs) => {
      return new RequestTimeoutError(`no reply from ${connection.spec} to ${method} within ${Math.ceil(timeoutMs)} ms`);
    });
    this.#pending.set(id, waiter);
    connection.sendText(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    return asRecord(takeValue(await waiter.outcome));
  }

  receive(input: InputBuffer): void {
    for (;;) {
      const line = input.takeUntil("\n");
      const { frameBytes } = this.connection.limits;
      if ((line ?? input).length > frameBytes)
        throw new ProtocolError(`a line is longer than ${frameBytes} bytes (limits.frameBytes)`);
      if (line === undefined) return;
      this.#receiveLine(line.toString());
    }
  }

  lose(): void {
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const waiter of waiting) waiter.settle({ kind: "failed", makeError: () => this.connection.makeLostError() });
  }

  #receiveLine(line: string): void {
    if (line.startsWith("-ERR ")) throw new ProtocolError(showText(line.slice("-ERR ".length), REASON_CHARACTERS));
    const { id, result, error, method, params } = asRecord(JSON.parse(line));
    if (typeof method === "string") {
      this.#onNotice(method, asRecord(params));
      return;
    }
    const waiter = this.#pending.get(id as number);
    this.#pending.delete(id as number);
    if (error === undefined) waiter?.settle({ kind: "returned", value: result });
    else waiter?.settle({ kind: "failed", makeError: () => createError(asRecord(error)) });
  }
}

function createError({ code, message }: Readonly<Record<string, unknown>>): Error {
  const text = typeof message === "string" ? showText(message, REASON_CHARACTERS) : "it failed";
  switch (code) {
    case -32_003:
      return new RefusedError(text);
    case -32_602:
      return new InvalidArgumentError(text);
    case -32_601:
      return new NotOfferedError(text);
    case -32_009:
      return new ServerLimitError(text);
    default:
      return new RemoteError(text);
  }
}
