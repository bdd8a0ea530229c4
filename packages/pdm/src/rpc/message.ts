import { isUtf8 } from "node:buffer";
import { AccessError } from "../session/access-error.js";
import { DeadlineError } from "../session/gate.js";
import { describeThrown } from "../warning.js";
import { ParserError } from "../workspace/load.js";
import { WorkspaceError } from "../workspace/workspace-error.js";
import { ERROR_CODES, RpcError } from "./rpc-error.js";

/** What a client may name its request. */
export type RequestId = string | number;

/** A request whose form is right. Without an id it is a notification, which nobody answers. */
export interface RpcRequest {
  readonly id: RequestId | undefined;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** An error's message is for people; a longer one is cut. */
const MAX_MESSAGE_CHARACTERS = 4_096;

/** An id is kept, and sent back. */
const MAX_ID_CHARACTERS = 256;

const NO_PARAMS: Readonly<Record<string, unknown>> = Object.freeze({});

/** What is wrong with a line, and the id that its answer gets. */
export interface RequestFault {
  readonly id: RequestId | null;
  readonly error: RpcError;
}

/** Reads one line, without its line feed. Nothing in it is run, and a deep text costs no stack. */
export function parseRequest(line: Buffer): RpcRequest | RequestFault {
  if (!isUtf8(line)) return fault(null, "ERR_PDM_PARSE", "the line is not UTF-8");
  let message: unknown;
  try {
    message = JSON.parse(line.toString());
  } catch (error) {
    return fault(null, "ERR_PDM_PARSE", `the line is no JSON text: ${describeThrown(error)}`);
  }
  if (Array.isArray(message)) {
    return fault(null, "ERR_PDM_INVALID_REQUEST", "batches are not taken: send each request as a line of its own");
  }
  if (typeof message !== "object" || message === null) {
    return fault(null, "ERR_PDM_INVALID_REQUEST", "a request is an object");
  }
  const { jsonrpc, id, method, params } = message as Record<string, unknown>;
  if (id !== undefined && !isRequestId(id)) {
    const rule = `an id is a string of at most ${MAX_ID_CHARACTERS} characters or a whole number`;
    return fault(null, "ERR_PDM_INVALID_REQUEST", rule);
  }
  if (jsonrpc !== "2.0") return fault(id ?? null, "ERR_PDM_INVALID_REQUEST", 'a request says "jsonrpc": "2.0"');
  if (typeof method !== "string") return fault(id ?? null, "ERR_PDM_INVALID_REQUEST", "a request names its method");
  if (params === undefined) return { id, method, params: NO_PARAMS };
  if (typeof params !== "object" || params === null || Array.isArray(params)) {
    return fault(id ?? null, "ERR_PDM_INVALID_ARGUMENT", "params is an object: parameters are given by name");
  }
  return { id, method, params: params as Record<string, unknown> };
}

/** The line that answers a request. @param result JSON text */
export function encodeResult(id: RequestId, result: string): string {
  return `{"jsonrpc":"2.0","id":${encodeId(id)},"result":${result}}\n`;
}

/** The line that says that a request failed, whatever was thrown. Never throws. */
export function encodeError(id: RequestId | null, error: unknown, name?: string): string {
  return `{"jsonrpc":"2.0","id":${id === null ? "null" : encodeId(id)},"error":${describeError(error, name)}}\n`;
}

/** A message of the server's own. @param params JSON text */
export function encodeNotification(method: string, params: string): string {
  return `{"jsonrpc":"2.0","method":"${method}","params":${params}}\n`;
}

/**
 * An error as JSON text: of JSON-RPC's form, with our own code in `data.code`. Of what an object threw, name, message and
 * code are told, never its stack. Never throws.
 *
 * @param name of the object that was asked
 */
export function describeError(error: unknown, name?: string): string {
  const thrown = readThrown(error);
  const isOwn = isOwnError(error, thrown.code);
  const data: Record<string, unknown> = { code: isOwn ? thrown.code : "ERR_PDM_FAILED" };
  if (name !== undefined) data["name"] = name;
  if (isOwn && thrown.argument !== undefined) data["argument"] = thrown.argument;
  if (!isOwn) {
    data["error"] = {
      name: thrown.name,
      message: thrown.message,
      ...(thrown.code !== undefined && { code: thrown.code }),
    };
  }
  const code =
    ERROR_CODES[isOwn ? (thrown.code ?? "") : "ERR_PDM_FAILED"]?.code ?? ERROR_CODES["ERR_PDM_INTERNAL"]?.code;
  const message = isOwn || name === undefined ? thrown.message : `${name} failed: ${thrown.message}`;
  return JSON.stringify({ code, message: message.slice(0, MAX_MESSAGE_CHARACTERS), data });
}

/**
 * Whether the error is this server's own answer. An object that throws one of another PDM server, of which it is a client, has
 * failed; but what is wrong with its arguments it says itself, by the code alone, since it may come from another copy of this package.
 */
function isOwnError(error: unknown, code: string | undefined): boolean {
  try {
    if (error instanceof RpcError || error instanceof AccessError || error instanceof DeadlineError) return true;
    if (error instanceof WorkspaceError || error instanceof ParserError) return true;
  } catch {
    return false;
  }
  return code === "ERR_PDM_INVALID_ARGUMENT" || code === "ERR_PDM_UNKNOWN_METHOD";
}

interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly argument: string | undefined;
}

/** What can be told of what was thrown; its own code may run for that, and throw. */
function readThrown(thrown: unknown): Thrown {
  const message = describeThrown(thrown).slice(0, MAX_MESSAGE_CHARACTERS);
  try {
    if (thrown instanceof Error) {
      const { name, code, argument } = thrown as Error & { code?: unknown; argument?: unknown };
      return {
        name: String(name).slice(0, MAX_MESSAGE_CHARACTERS),
        message,
        code: typeof code === "string" ? code.slice(0, MAX_ID_CHARACTERS) : undefined,
        argument: typeof argument === "string" ? argument.slice(0, MAX_ID_CHARACTERS) : undefined,
      };
    }
  } catch {
    // As if it were no error.
  }
  return { name: typeof thrown, message, code: undefined, argument: undefined };
}

function isRequestId(id: unknown): id is RequestId {
  if (typeof id === "string") return id.length <= MAX_ID_CHARACTERS;
  return Number.isSafeInteger(id);
}

function encodeId(id: RequestId): string {
  return typeof id === "number" ? String(id) : JSON.stringify(id);
}

function fault(id: RequestId | null, code: string, message: string): RequestFault {
  return { id, error: new RpcError(code, message) };
}
