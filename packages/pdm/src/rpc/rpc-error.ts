import { PdmError } from "../errors.js";

/** The codes of JSON-RPC 2.0 itself, and ours for what an object or this server says, by our own code. */
export const ERROR_CODES: Readonly<Record<string, { readonly code: number; readonly meaning: string }>> = {
  ERR_PDM_PARSE: { code: -32_700, meaning: "The line is no JSON text in UTF-8." },
  ERR_PDM_INVALID_REQUEST: { code: -32_600, meaning: "It is no request, or its id belongs to a request under way." },
  ERR_PDM_NO_SUCH_REQUEST: { code: -32_601, meaning: "There is no such method of the protocol." },
  ERR_PDM_INVALID_ARGUMENT: {
    code: -32_602,
    meaning:
      "A parameter of the request, or an argument of the operation, does not fit; `data.argument` names it. Nothing was done.",
  },
  ERR_PDM_INTERNAL: { code: -32_603, meaning: "A fault of this server." },
  ERR_PDM_NO_SUCH_NAME: { code: -32_001, meaning: "There is no object of that name, or it may not be seen." },
  ERR_PDM_NO_SUCH_INTERFACE: { code: -32_002, meaning: "The object cannot do that: it is no attribute, say." },
  ERR_PDM_REFUSED: { code: -32_003, meaning: "The role of this socket does not allow it. Nothing was done." },
  ERR_PDM_DEADLINE: { code: -32_004, meaning: "Timed out. What was begun may go on." },
  ERR_PDM_UNKNOWN_METHOD: { code: -32_005, meaning: "The object has no operation of that name." },
  ERR_PDM_FAILED: {
    code: -32_006,
    meaning: "The object failed; `data.error` has the name, message and code of what it threw.",
  },
  ERR_PDM_CANCELLED: { code: -32_007, meaning: "It was cancelled. What was begun may go on." },
  ERR_PDM_CONFLICT: { code: -32_008, meaning: "The attribute's value is not the expected one. Nothing was written." },
  ERR_PDM_LIMIT: { code: -32_009, meaning: "Over a limit of this server, which the message names." },
  ERR_PDM_READ_ONLY: { code: -32_010, meaning: "The attribute cannot be written." },
  ERR_PDM_NO_SUCH_HANDLE: {
    code: -32_011,
    meaning: "There is no such handle, subscription or page any more.",
  },
  ERR_PDM_REPL_PARSER: {
    code: -32_013,
    meaning: "The REPL's own file cannot be loaded any more; the message says why.",
  },
  ERR_PDM_BROKEN_OBJECT: { code: -32_012, meaning: "The object gave what its interface does not allow." },
};

/** What this sub-protocol itself says no to; `code` is a key of {@link ERROR_CODES}. */
export class RpcError extends PdmError {
  /** The parameter at fault, where it is one. */
  readonly argument: string | undefined;

  constructor(code: string, message: string, argument?: string) {
    super(code, message);
    this.argument = argument;
  }
}
