import { DEFAULT_CLIENT_LIMITS } from "../limits.js";
import { encodeWhole } from "./rpc/values.js";

/**
 * The JSON text of a value that came over `rpc`, in the forms of `docs/json-values.md`: it is what the service sent, marks of what was
 * cut included.
 *
 * @throws JsonValueError for what is longer than a message may be
 */
export function writeValueJson(value: unknown): string {
  return encodeWhole(value, DEFAULT_CLIENT_LIMITS);
}
