import { PdmError } from "../errors.js";

/** A schema is none, or has a keyword outside of the subset that this package knows. `code` is `ERR_PDM_SCHEMA`. */
export class SchemaError extends PdmError {
  /** Where in the schema, such as `type.properties.price`. */
  readonly place: string;

  constructor(place: string, problem: string) {
    super("ERR_PDM_SCHEMA", `${place}: ${problem}`);
    this.place = place;
  }
}
