import { PdmError } from "../errors.js";

/** What the environment asks for is not possible: `ERR_PDM_REGISTER`; the message names the variable. */
export class RegistrationError extends PdmError {
  constructor(message: string) {
    super("ERR_PDM_REGISTER", message);
  }
}
