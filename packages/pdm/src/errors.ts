/**
 * The base of every error that this package makes itself.
 *
 * `code` is stable across releases (`ERR_PDM_…`); messages are for people and may change. Whatever else an object's own
 * code throws passes through unchanged.
 */
export class PdmError extends Error {
  /** Stable, begins with `ERR_PDM_`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    // Not enumerable: else `util.inspect` lists it once more behind `ListenError [ERR_PDM_…]: message`.
    Object.defineProperty(this, "name", { value: new.target.name, enumerable: false, configurable: true });
  }
}
