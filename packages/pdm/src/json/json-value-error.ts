import { PdmError } from "../errors.js";

/**
 * A form that is no value: `ERR_PDM_VALUE`. The message begins with the place: `value.orders[3].when: …`.
 *
 * Also for what is over a limit of reading: too deep, too many values, too slow keys.
 */
export class JsonValueError extends PdmError {
  constructor(place: string, problem: string, options?: ErrorOptions) {
    super("ERR_PDM_VALUE", `${place}: ${problem}`, options);
  }
}
