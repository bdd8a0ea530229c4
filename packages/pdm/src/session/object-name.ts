import { NoSuchNameError } from "./access-error.js";

/** The parts of `MODULE.OBJECT/ENTRY/ENTRY`. */
export interface ObjectNameParts {
  readonly module: string;
  readonly object: string;
  /** Entries of directories, outermost first. */
  readonly entries: readonly string[];
}

/** Directories that a name may go through. */
const MAX_ENTRIES = 100;

const NO_ENTRIES: readonly string[] = [];

/**
 * Reads the name of an object: the module is what comes before the last dot of the first part, since modules have dots.
 *
 * @throws NoSuchNameError for what can be no object's name
 */
export function parseObjectName(name: string): ObjectNameParts {
  const slash = name.indexOf("/");
  const root = slash === -1 ? name : name.slice(0, slash);
  const dot = root.lastIndexOf(".");
  if (dot < 1 || dot === root.length - 1) {
    throw new NoSuchNameError("object", name, `${quote(name)} names no object: the form is MODULE.OBJECT/ENTRY/ENTRY`);
  }
  const entries = slash === -1 ? NO_ENTRIES : name.slice(slash + 1).split("/", MAX_ENTRIES + 1);
  if (entries.length > MAX_ENTRIES) {
    throw new NoSuchNameError("entry", name, `${quote(name)} goes through more than ${MAX_ENTRIES} directories`);
  }
  return { module: root.slice(0, dot), object: root.slice(dot + 1), entries };
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 200));
}
