import { PdmError } from "../errors.js";

/**
 * What a session of the REPL says no to. `code` is `ERR_PDM_LIMIT`, `ERR_PDM_INVALID_ARGUMENT`, `ERR_PDM_NO_SUCH_HANDLE` (there is no
 * such session or value any more), `ERR_PDM_DEADLINE` or `ERR_PDM_CANCELLED` (it was stopped).
 */
export class WorkspaceError extends PdmError {
  /** The parameter at fault, where it is one. */
  readonly argument: string | undefined;

  constructor(code: string, message: string, argument?: string) {
    super(code, message);
    this.argument = argument;
  }
}
