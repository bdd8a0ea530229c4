import type { PdmError } from "../../errors.js";
import {
  ConflictError,
  DeadlineError,
  InvalidArgumentError,
  NoSuchHandleError,
  NoSuchInterfaceError,
  NoSuchMethodError,
  NoSuchNameError,
  NotOfferedError,
  ReadFailedError,
  ReadOnlyError,
  RefusedError,
  RemoteError,
  ServerLimitError,
  type ThrownDetails,
} from "../errors.js";
import { showText } from "../quoted-text.js";
import { asRecord } from "./fields.js";
import { nameRequest, type RequestDescription } from "./request.js";

/** Characters of the other side's words that go into a message. */
const MAX_TEXT_CHARACTERS = 500;

/** The error that the member `error` of a reply means for `request`. */
export function createRemoteError(error: unknown, request: RequestDescription): PdmError {
  const { message, data } = asRecord(error);
  const { code, argument, error: thrownForm } = asRecord(data);
  const { target } = request;
  const text = showText(typeof message === "string" ? message : "it did not say why", MAX_TEXT_CHARACTERS);
  const failed = `${nameRequest(request)} failed: ${text}`;
  switch (code) {
    case "ERR_PDM_NO_SUCH_NAME":
      return new NoSuchNameError(`no such name: ${target} (${text})`);
    case "ERR_PDM_NO_SUCH_INTERFACE":
      return new NoSuchInterfaceError(`${target} does not offer what ${request.method} needs (${text})`);
    case "ERR_PDM_UNKNOWN_METHOD":
      return new NoSuchMethodError(`no such method: ${request.operation ?? "call"} of ${target} (${text})`);
    case "ERR_PDM_REFUSED":
      return new RefusedError(`${nameRequest(request)} ${text.startsWith("refused: ") ? text : `refused: ${text}`}`);
    case "ERR_PDM_INVALID_ARGUMENT":
      return new InvalidArgumentError(failed, typeof argument === "string" ? argument : undefined);
    case "ERR_PDM_DEADLINE":
      return new DeadlineError(`${nameRequest(request)} timed out on the server: ${text}`);
    case "ERR_PDM_CONFLICT":
      return new ConflictError(failed);
    case "ERR_PDM_READ_ONLY":
      return new ReadOnlyError(failed);
    case "ERR_PDM_LIMIT":
      return new ServerLimitError(failed);
    case "ERR_PDM_NO_SUCH_HANDLE":
      return new NoSuchHandleError(failed);
    case "ERR_PDM_NO_SUCH_REQUEST":
      return new NotOfferedError(`this server's rpc has no ${request.method} (${text})`);
    case "ERR_PDM_FAILED":
      return createFailure(readThrown(thrownForm), text, request);
    default:
      return new RemoteError(failed);
  }
}

function createFailure(thrown: ThrownDetails | undefined, text: string, request: RequestDescription): RemoteError {
  const what = thrown === undefined ? text : showText(`${thrown.name}: ${thrown.message}`, MAX_TEXT_CHARACTERS);
  if (request.method === "read" || request.method === "readMany") {
    return new ReadFailedError(`${request.target} could not be read (${what})`, { thrown });
  }
  return new RemoteError(`${nameRequest(request)} threw ${what}`, { thrown });
}

function readThrown(form: unknown): ThrownDetails | undefined {
  const { name, message, code } = asRecord(form);
  if (typeof name !== "string" || typeof message !== "string") return undefined;
  return { name, message, code: typeof code === "string" ? code : undefined };
}
