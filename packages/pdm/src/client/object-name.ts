import { ObjectNameError } from "./errors.js";

/** The parts of `MODULE.OBJECT/NAME/NAME`. */
export interface ObjectName {
  readonly module: string;
  readonly object: string;
  /** Entries of directories, outermost first. */
  readonly entries: readonly string[];
}

/** Directories that a name may go through: each takes a round trip. */
const MAX_ENTRIES = 100;

/**
 * Reads the name of an object: the module is what comes before the last dot of the first part, since modules have dots.
 * A name that itself has a slash can only be reached with `lookup`.
 *
 * @throws ObjectNameError naming what is missing
 */
export function parseObjectName(name: string): ObjectName {
  if (typeof name !== "string") {
    throw new ObjectNameError(
      `the name of an object is of type ${typeof name}; give a string such as "pdm.perf.sysres"`,
    );
  }
  const [root = "", ...entries] = name.split("/");
  const dot = root.lastIndexOf(".");
  const shown = JSON.stringify(name.slice(0, 200));
  if (dot < 1 || dot === root.length - 1) {
    throw new ObjectNameError(
      `${shown} names no object: the form is MODULE.OBJECT/NAME/NAME, such as "pdm.perf.sysres/maxrss"`,
    );
  }
  if (entries.includes("")) throw new ObjectNameError(`${shown} has an empty part between its slashes`);
  if (entries.length > MAX_ENTRIES)
    throw new ObjectNameError(`${shown} goes through more than ${MAX_ENTRIES} directories`);
  return { module: root.slice(0, dot), object: root.slice(dot + 1), entries };
}
