import { compileSchema } from "../schema/check.js";
import type { Check } from "../schema/check.js";
import type { Connection } from "../session/connection.js";
import type { Conversation, SubProtocol } from "../session/sub-protocol.js";
import type { InputBuffer } from "../wire/input-buffer.js";
import { RpcCall } from "./call.js";
import { createGreeting } from "./greeting.js";
import { encodeError, encodeNotification, parseRequest } from "./message.js";
import type { RpcRequest } from "./message.js";
import type { RpcMethod } from "./method.js";
import { METHODS } from "./methods.js";
import { NOTIFICATIONS } from "./notifications.js";
import { Peer } from "./peer.js";
import { RpcError } from "./rpc-error.js";

/** The sub-protocol `rpc`: JSON-RPC 2.0, one JSON text a line. */
export const RPC: SubProtocol = { name: "rpc", start: (connection) => new RpcConversation(connection) };

/** What a request may take of the client's choice, beside the parameters of its method. */
const TIMEOUT = { timeoutMs: { type: "integer", minimum: 1 } } as const;

/** What a client may rely on: the methods and notifications by name. */
const CAPABILITIES: readonly string[] = [...new Set([...METHODS.keys(), ...NOTIFICATIONS.map(({ name }) => name)])];

/** The checks of the methods' parameters, made when each is first used. */
const checks = new Map<RpcMethod, Check>();

/** Requests are answered when their result is there, whatever came before; those without an id are not answered. */
class RpcConversation implements Conversation {
  readonly #connection: Connection;
  readonly #peer: Peer;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#peer = new Peer(connection, CAPABILITIES);
    connection.send(encodeNotification("hello", JSON.stringify(createGreeting(connection.session, CAPABILITIES))));
  }

  get busy(): boolean {
    return this.#peer.isHandingOver;
  }

  get owes(): boolean {
    return this.#peer.requests.size > 0 || this.#peer.streams.areSending;
  }

  process(input: InputBuffer): void {
    const { frameBytes } = this.#connection.limits;
    this.#peer.streams.resume();
    while (!this.busy && !this.#connection.congested) {
      const line = input.takeUntil("\n");
      if ((line ?? input).length > frameBytes) {
        this.#connection.fail(`a request is longer than ${frameBytes} bytes (frameBytes)`);
        return;
      }
      if (line === undefined) return;
      if (line.length > 0) this.#receive(line);
    }
  }

  farewell(reason: string): string {
    return encodeNotification("bye", JSON.stringify({ reason }));
  }

  release(): void {
    this.#peer.release();
  }

  #receive(line: Buffer): void {
    const request = parseRequest(line);
    if ("error" in request) this.#connection.send(encodeError(request.id, request.error));
    else this.#carryOut(request, line.length);
  }

  #carryOut(request: RpcRequest, lineBytes: number): void {
    const { requests, session } = this.#peer;
    session.costs.requests += 1;
    const { requestTimeoutMs, maxRequestTimeoutMs, requestsInFlight } = this.#connection.limits;
    if (request.id !== undefined && requests.has(request.id)) {
      const message = `the id ${JSON.stringify(request.id)} belongs to a request under way: give each its own`;
      this.#connection.send(encodeError(null, new RpcError("ERR_PDM_INVALID_REQUEST", message)));
      return;
    }
    const { timeoutMs } = request.params as { readonly timeoutMs?: unknown };
    const ownTimeoutMs = typeof timeoutMs === "number" ? Math.min(timeoutMs, maxRequestTimeoutMs) : requestTimeoutMs;
    const call = new RpcCall(this.#peer, request.id, lineBytes, ownTimeoutMs, forget);
    try {
      if (requests.size >= requestsInFlight && !request.method.startsWith("stream.") && request.method !== "cancel") {
        throw new RpcError("ERR_PDM_LIMIT", `${requestsInFlight} requests are under way already (requestsInFlight)`);
      }
      const method = findMethod(request.method);
      checkParams(method, request.params);
      method.run(call, request.params as never);
    } catch (error) {
      call.fail(error);
    }
    if (!call.isOver) {
      requests.set(call.id ?? call, call);
      call.charge(call.heldBytes);
    }
    // What it holds has cost the client its connection.
    if (this.#peer.isReleased) this.#peer.release();
  }
}

function forget(call: RpcCall): void {
  const { requests, connection } = call.peer;
  requests.delete(call.id ?? call);
  // It may have been the last one for which a client that has ended its side is waited for.
  if (connection.isPeerEnded) process.nextTick(() => connection.resume());
}

/** @throws RpcError `ERR_PDM_NO_SUCH_REQUEST` */
function findMethod(name: string): RpcMethod {
  const method = METHODS.get(name);
  if (method !== undefined) return method;
  const shown = JSON.stringify(name.slice(0, 100));
  throw new RpcError(
    "ERR_PDM_NO_SUCH_REQUEST",
    `there is no method ${shown}; there are: ${[...METHODS.keys()].join(", ")}`,
  );
}

/** @throws RpcError `ERR_PDM_INVALID_ARGUMENT` naming the parameter */
function checkParams(method: RpcMethod, params: Readonly<Record<string, unknown>>): void {
  let check = checks.get(method);
  if (check === undefined) {
    const { params: properties, required = [] } = method;
    check = compileSchema({ type: "object", properties: { ...properties, ...TIMEOUT }, required });
    checks.set(method, check);
  }
  const fault = check(params);
  if (fault === undefined) return;
  const parameter = /^\.?([^.[]*)/u.exec(fault.place)?.[1] ?? "";
  const subject = fault.place === "" ? "params" : fault.place.replace(/^\./u, "");
  throw new RpcError(
    "ERR_PDM_INVALID_ARGUMENT",
    `${subject} ${fault.problem}`,
    parameter === "" ? undefined : parameter,
  );
}
