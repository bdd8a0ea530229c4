import { PdmError } from "../errors.js";

/** An object was declared in a way that makes no sense; the message names what and where. `code` is `ERR_PDM_DECLARATION`. */
export class DeclarationError extends PdmError {
  constructor(what: string, problem: string) {
    super("ERR_PDM_DECLARATION", `${what}: ${problem}`);
  }
}
