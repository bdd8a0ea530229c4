/** The version of this package; the check of the packed package compares it with `package.json`. */
export const VERSION = "0.1.0";
