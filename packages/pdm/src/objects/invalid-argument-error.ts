import { PdmError } from "../errors.js";

/** What a client sent does not fit what the object declared; nothing was called or changed. `code` is `ERR_PDM_INVALID_ARGUMENT`. */
export class InvalidArgumentError extends PdmError {
  /** Which argument; `value` where an attribute was written. */
  readonly argument: string;

  /** @param problem a phrase to put behind the argument's name: `must be a whole number, not "x"` */
  constructor(argument: string, problem: string) {
    super("ERR_PDM_INVALID_ARGUMENT", `${argument} ${problem}`);
    this.argument = argument;
  }
}
