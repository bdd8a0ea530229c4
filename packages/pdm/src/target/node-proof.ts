import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";

/** `node::Start(int, char**)`: whatever runs Node.js has it, or takes it from a library; its name in a program's symbols. */
const START = Buffer.from("\0_ZN4node5StartEiPPc\0");

/** A section of ELF's that holds the names of the symbols to link: https://refspecs.linuxfoundation.org/elf/elf.pdf */
const STRING_TABLE = 3;
const HEADER_BYTES = 64;
const SECTION_BYTES = 64;

/** Bytes of symbols' names that are searched; Node.js 26 has 9 MB. Stops a file that claims to have any number. */
const MAX_NAMES_BYTES = 134_217_728;

/**
 * Whether a process runs Node.js, whatever its program is called: by the symbols of its program, or of a library `libnode`.
 *
 * @returns undefined where we may not look
 */
export function isNodeProcess(pid: number): boolean | undefined {
  try {
    if (hasStart(`/proc/${pid}/exe`)) return true;
    return listNodeLibraries(pid).some((path) => hasStart(`/proc/${pid}/root${path}`));
  } catch {
    return undefined;
  }
}

function listNodeLibraries(pid: number): string[] {
  const maps = readFileSync(`/proc/${pid}/maps`, "utf8");
  return [...new Set(maps.match(/\/\S*\/libnode\.so[^\s/]*$/gm))];
}

function hasStart(path: string): boolean {
  const fd = openSync(path, "r");
  try {
    const { size } = fstatSync(fd);
    const header = read(fd, 0, HEADER_BYTES);
    // 64 bits, little-endian.
    if (header.toString("latin1", 0, 6) !== "\u007FELF\u0002\u0001") return false;
    const offset = Number(header.readBigUInt64LE(0x28));
    const sections = read(fd, offset, header.readUInt16LE(0x3c) * SECTION_BYTES);
    for (let at = 0; at + SECTION_BYTES <= sections.length; at += SECTION_BYTES) {
      if (sections.readUInt32LE(at + 4) !== STRING_TABLE) continue;
      const length = Number(sections.readBigUInt64LE(at + 32));
      if (length > Math.min(size, MAX_NAMES_BYTES)) continue;
      if (read(fd, Number(sections.readBigUInt64LE(at + 24)), length).includes(START)) return true;
    }
    return false;
  } finally {
    closeSync(fd);
  }
}

function read(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(fd, buffer, 0, length, position));
}
