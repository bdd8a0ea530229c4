/**
 * Whether whoever started this process wants nothing of this package in it: `PDM_DISABLE` is set, and neither empty nor `0`. What is no
 * clear word counts as "off", since it is said by somebody who has trouble.
 */
export function isDisabled(): boolean {
  return !["", "0"].includes(process.env["PDM_DISABLE"] ?? "");
}
