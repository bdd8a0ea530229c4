import { readFileSync } from "node:fs";
import { ELF_LIMITS } from "../limits.js";
import { ElfFile } from "./elf-file.js";
import { hasLink } from "./process-files.js";

/** `node::Start(int, char**)`: whatever runs Node.js has it, or takes it from a library. */
const START = "_ZN4node5StartEiPPc";

/**
 * The program, or the library of Node.js's that it takes, whatever it is called: known by the symbols that it has.
 *
 * @returns undefined where it is no Node.js
 * @throws the operating system's error where we may not look
 */
export function findNodeProgram(pid: number): string | undefined {
  const program = `/proc/${pid}/exe`;
  // The library first: a program that takes it from there has the symbol as well, by name.
  return [...listNodeLibraries(pid), program].find((path) => {
    using file = ElfFile.open(path);
    return file?.hasSymbol(START) === true;
  });
}

/** Whether a process runs Node.js; undefined where we may not look. */
export function isNodeProcess(pid: number): boolean | undefined {
  try {
    return findNodeProgram(pid) !== undefined;
  } catch {
    return undefined;
  }
}

function listNodeLibraries(pid: number): string[] {
  const maps = readFileSync(`/proc/${pid}/maps`, "utf8");
  const root = `/proc/${pid}/root`;
  const paths = [...new Set(maps.match(/\/\S*\/libnode\.so[^\s/]*$/gm))].slice(0, ELF_LIMITS.libraries);
  // A path there has no link in it, unless somebody has changed it since.
  return paths.map((path) => root + path).filter((path) => !hasLink(path, root));
}
