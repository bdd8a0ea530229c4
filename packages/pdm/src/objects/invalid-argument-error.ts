import { PdmError } from "../errors.js";
import type { SchemaFault } from "../schema/fault.js";

/** What a client sent does not fit what the object declared; nothing was called or changed. `code` is `ERR_PDM_INVALID_ARGUMENT`. */
export class InvalidArgumentError extends PdmError {
  /** Which argument; `value` where an attribute was written. */
  readonly argument: string;

  /**
   * @param problem a fault, or a phrase to put behind the argument's name: `must be a whole number, not "x"`
   * @param isSecret whether the message must hold nothing of the argument's value
   */
  constructor(argument: string, problem: string | SchemaFault, isSecret: boolean = false) {
    super("ERR_PDM_INVALID_ARGUMENT", `${argument}${describeProblem(problem, isSecret)}`);
    this.argument = argument;
  }
}

function describeProblem(problem: string | SchemaFault, isSecret: boolean): string {
  if (typeof problem === "string") return ` ${problem}`;
  return isSecret ? ` ${problem.wanted}` : `${problem.place} ${problem.problem}`;
}
