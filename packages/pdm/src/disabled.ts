/**
 * Whether whoever started this process wants nothing of this package in it: `PDM_DISABLE` says so.
 */
export function isDisabled(): boolean {
  return saysDisabled(process.env["PDM_DISABLE"] ?? "");
}

/**
 * Whether that value of `PDM_DISABLE` does: neither empty nor `0`. What is no clear word counts as "off", since it is said by somebody who
 * has trouble.
 */
export function saysDisabled(value: string): boolean {
  return !["", "0"].includes(value);
}
