import path from "node:path";
import { formatConnectSpec, parseConnectSpec, type ConnectSpec } from "../../transport/connect-spec.js";
import { DEFAULT_CLIENT_LIMITS } from "../../limits.js";
import type { InputBuffer } from "../../wire/input-buffer.js";
import type { ClientConnection, ClientConversation } from "../connection.js";
import { ProtocolError, RequestTimeoutError } from "../errors.js";
import { openConnection } from "../hello.js";
import { takeValue, Waiter } from "../waiter.js";
import { asRecord } from "./fields.js";

/** Milliseconds that an interrupt waits for its answer, once there is a connection. */
const ANSWER_TIMEOUT_MS = 5_000;

/** The way to the thread beside a service's own, which interrupts loops. */
export interface InterruptPath {
  /** Where the client is connected to. */
  readonly clientSpec: string;
  /** The second socket, as the service calls it. */
  readonly serverSpec: string;
  readonly secret: string;
}

/**
 * Interrupts what runs in a session, over a connection of its own.
 *
 * @param evaluation the only one that is meant
 * @param signal gives up connecting: over ssh that may be waiting for a passphrase
 * @returns whether anything was
 * @throws ConnectError, HelloError, RequestTimeoutError, ProtocolError where the other side cannot be asked
 */
export async function interruptOutOfBand(
  way: InterruptPath,
  evaluation: number | undefined,
  signal?: AbortSignal,
): Promise<boolean> {
  let failure: unknown;
  for (const spec of listSpecs(way.clientSpec, way.serverSpec)) {
    try {
      const connection = await openConnection(spec, "urgent", DEFAULT_CLIENT_LIMITS, { signal });
      return await askToInterrupt(connection, way.secret, evaluation);
    } catch (error) {
      failure ??= error;
      if (signal?.aborted === true) break;
    }
  }
  throw failure;
}

/**
 * Where the second socket may be, as seen from here: on the machine that the client is connected to, under the service's own name for
 * it, and where that is a path also beside the socket that the client is connected to, which may be called otherwise here.
 */
export function listSpecs(clientSpec: string, serverSpec: string): readonly string[] {
  const client = parseConnectSpec(clientSpec);
  const server = parseConnectSpec(serverSpec);
  const named = combine(client, server);
  const isPath = (client.kind === "unix" || client.kind === "ssh") && server.kind === "unix";
  const beside = isPath
    ? [
        combine(client, {
          kind: "unix",
          path: path.posix.join(path.posix.dirname(client.path), path.posix.basename(server.path)),
        }),
      ]
    : [];
  // A path of the client's own that is not absolute is no other place.
  return [...new Set([named, ...beside].map(formatConnectSpec).map(keepPath))];
}

function combine(client: ConnectSpec, server: ConnectSpec): ConnectSpec {
  if (client.kind === "ssh" && server.kind === "unix") return { kind: "ssh", host: client.host, path: server.path };
  if (client.kind === "tcp" && server.kind === "tcp") return { ...server, host: client.host };
  return server;
}

/** A path without a slash would be taken for a host. */
function keepPath(spec: string): string {
  return spec.includes("/") || spec.includes(":") || spec.includes("\\") ? spec : `./${spec}`;
}

async function askToInterrupt(
  connection: ClientConnection,
  secret: string,
  evaluation: number | undefined,
): Promise<boolean> {
  const asking = new Asking(connection);
  connection.sendText(
    `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "interrupt", params: { secret, evaluation } })}\n`,
  );
  try {
    return takeValue(await asking.waiter.outcome);
  } finally {
    connection.close();
  }
}

/** One question, and its answer. */
class Asking implements ClientConversation {
  readonly waiter: Waiter<boolean>;
  readonly #connection: ClientConnection;

  constructor(connection: ClientConnection) {
    this.#connection = connection;
    const { spec, deadlines } = connection;
    this.waiter = new Waiter({ timeoutMs: ANSWER_TIMEOUT_MS }, Infinity, deadlines, (timeoutMs) => {
      return new RequestTimeoutError(`no reply from ${spec} to interrupt within ${timeoutMs} ms`);
    });
    connection.converse(this);
  }

  receive(input: InputBuffer): void {
    const line = input.takeUntil("\n");
    if ((line ?? input).length > this.#connection.limits.helloLineBytes)
      throw new ProtocolError("its answer is too long");
    if (line === undefined) return;
    const { result, error } = asRecord(JSON.parse(line.toString()));
    if (error === undefined) {
      this.waiter.settle({ kind: "returned", value: asRecord(result)["interrupted"] === true });
      return;
    }
    const { message } = asRecord(error);
    const reason = typeof message === "string" ? message.slice(0, 500).replaceAll(/[^ -~]/gu, "?") : "no reason";
    this.waiter.settle({ kind: "failed", makeError: () => new ProtocolError(`the interrupt was refused: ${reason}`) });
  }

  lose(): void {
    this.waiter.settle({ kind: "failed", makeError: () => this.#connection.makeLostError() });
  }
}
