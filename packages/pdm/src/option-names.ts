import { PdmError } from "./errors.js";

/**
 * A misspelt option would otherwise be as good as none, also where it was to forbid something.
 *
 * @param call what takes the options, for the message
 * @throws PdmError `ERR_PDM_OPTION` for one that is not known, naming those that are
 */
export function checkOptionNames(call: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new PdmError(
    "ERR_PDM_OPTION",
    `${call} has no option ${JSON.stringify(unknown)}; there are: ${known.join(", ")}`,
  );
}
