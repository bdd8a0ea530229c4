import { PdmError } from "../errors.js";

/** More would be a mistake. */
export const MAX_SECONDS = 3_600;

/**
 * What an option's text says, in milliseconds; undefined where there is none.
 *
 * @param option as it is typed, such as `--wait`
 * @throws PdmError `ERR_PDM_USAGE`
 */
export function readSeconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || value <= 0 || value > MAX_SECONDS) {
    throw new PdmError("ERR_PDM_USAGE", `${option} takes seconds, up to ${MAX_SECONDS}, not "${text}"`);
  }
  return value * 1_000;
}
