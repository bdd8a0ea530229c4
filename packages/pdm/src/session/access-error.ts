import { PdmError } from "../errors.js";

/**
 * Why a request did not get at an object, or not through.
 *
 * `code` is one of `ERR_PDM_NO_SUCH_NAME`, `ERR_PDM_NO_SUCH_INTERFACE`, `ERR_PDM_REFUSED`, `ERR_PDM_READ_ONLY`,
 * `ERR_PDM_CONFLICT` (the value before was another than expected; nothing was written), `ERR_PDM_CANCELLED`,
 * `ERR_PDM_LIMIT` and `ERR_PDM_BROKEN_OBJECT` (what the object returned is not what its interface says).
 */
export class AccessError extends PdmError {}

/** There is no object of that name, or none that this client may see: nobody can tell which. */
export class NoSuchNameError extends AccessError {
  /** What is missing. */
  readonly missing: "module" | "object" | "entry";
  /** Its name: of the module, of the object within its module, of the entry within its directory. */
  readonly missingName: string;

  constructor(missing: "module" | "object" | "entry", missingName: string, message: string) {
    super("ERR_PDM_NO_SUCH_NAME", message);
    this.missing = missing;
    this.missingName = missingName;
  }
}
