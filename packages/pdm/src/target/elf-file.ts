import { closeSync, fstatSync, readSync } from "node:fs";
import { ELF_LIMITS } from "../limits.js";
import { openRegularFile } from "./process-files.js";

/** A part of the file, by ELF's table of sections: https://refspecs.linuxfoundation.org/elf/elf.pdf */
interface Section {
  readonly type: number;
  /** Where it is in the memory of the process. */
  readonly address: bigint;
  readonly offset: number;
  readonly size: number;
  /** For a table of symbols: the number of the section with their names. */
  readonly link: number;
}

const DYNAMIC_SYMBOLS = 11;
const NO_BITS = 8;
const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const SYMBOL_BYTES = 24;
const NUMBER_BYTES = 4;
/** A program that is loaded where its symbols say. */
const FIXED_ADDRESS = 2;

/** A program or library of 64 bits, little-endian: what others can link to. Nothing that it says of itself is trusted. */
export class ElfFile implements Disposable {
  readonly #fd: number;
  readonly #sections: readonly Section[];
  /** Whether it can be loaded anywhere, so that an address is one relative to where it is. */
  readonly isRelocatable: boolean;

  private constructor(fd: number, type: number, sections: readonly Section[]) {
    this.#fd = fd;
    this.#sections = sections;
    this.isRelocatable = type !== FIXED_ADDRESS;
  }

  /** @returns undefined where it is no such file @throws the operating system's error where it cannot be read */
  static open(path: string): ElfFile | undefined {
    const fd = openRegularFile(path);
    if (fd === undefined) return undefined;
    try {
      const header = read(fd, 0, HEADER_BYTES);
      if (header.length === HEADER_BYTES && header.toString("latin1", 0, 6) === "\u007FELF\u0002\u0001") {
        const table = read(fd, Number(header.readBigUInt64LE(0x28)), header.readUInt16LE(0x3c) * SECTION_BYTES);
        return new ElfFile(fd, header.readUInt16LE(0x10), readSections(table));
      }
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(fd);
    return undefined;
  }

  /** Whether a symbol of that name is offered or asked for. */
  hasSymbol(name: string): boolean {
    return this.#readNames().includes(`\0${name}\0`);
  }

  /** Where that symbol's code or data is, relative to where the file is loaded if it is relocatable. */
  findSymbol(name: string): { readonly address: bigint; readonly size: bigint } | undefined {
    const table = this.#sections.find(({ type }) => type === DYNAMIC_SYMBOLS);
    if (table === undefined) return undefined;
    const nameAt = this.#readNames().indexOf(`\0${name}\0`) + 1;
    const symbols = this.#read(table);
    for (let at = 0; nameAt > 0 && at + SYMBOL_BYTES <= symbols.length; at += SYMBOL_BYTES) {
      if (symbols.readUInt32LE(at) !== nameAt) continue;
      return { address: symbols.readBigUInt64LE(at + 8), size: symbols.readBigUInt64LE(at + 16) };
    }
    return undefined;
  }

  /** The numbers of 32 bits that the symbols have whose names begin so. */
  readNumbers(prefix: string): Map<string, number> {
    const numbers = new Map<string, number>();
    const table = this.#sections.find(({ type }) => type === DYNAMIC_SYMBOLS);
    if (table === undefined) return numbers;
    const names = this.#readNames();
    const symbols = this.#read(table);
    let left = ELF_LIMITS.numbers;
    for (let at = 0; at + SYMBOL_BYTES <= symbols.length && left > 0; at += SYMBOL_BYTES) {
      const start = symbols.readUInt32LE(at);
      if (names.toString("latin1", start, start + prefix.length) !== prefix) continue;
      left -= 1;
      const [name = ""] = names.toString("latin1", start, start + ELF_LIMITS.nameBytes).split("\0", 1);
      const section = this.#sections[symbols.readUInt16LE(at + 6)];
      if (section === undefined) continue;
      // What is not in the file is zero.
      const offset = section.offset + Number(symbols.readBigUInt64LE(at + 8) - section.address);
      const number = section.type === NO_BITS ? Buffer.alloc(NUMBER_BYTES) : read(this.#fd, offset, NUMBER_BYTES);
      if (number.length === NUMBER_BYTES) numbers.set(name.slice(prefix.length), number.readInt32LE());
    }
    return numbers;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #readNames(): Buffer {
    const table = this.#sections.find(({ type }) => type === DYNAMIC_SYMBOLS);
    const names = table && this.#sections[table.link];
    return names === undefined ? Buffer.alloc(0) : this.#read(names);
  }

  #read({ offset, size }: Section): Buffer {
    return read(this.#fd, offset, Math.min(size, ELF_LIMITS.tableBytes));
  }
}

function readSections(table: Buffer): Section[] {
  const sections: Section[] = [];
  for (let at = 0; at + SECTION_BYTES <= table.length; at += SECTION_BYTES) {
    sections.push({
      type: table.readUInt32LE(at + 4),
      address: table.readBigUInt64LE(at + 16),
      offset: Number(table.readBigUInt64LE(at + 24)),
      size: Number(table.readBigUInt64LE(at + 32)),
      link: table.readUInt32LE(at + 40),
    });
  }
  return sections;
}

/** As much of it as the file has. */
function read(fd: number, position: number, length: number): Buffer {
  const there = fstatSync(fd).size - position;
  if (position < 0 || there <= 0 || length === 0) return Buffer.alloc(0);
  const buffer = Buffer.alloc(Math.min(length, there));
  return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, position));
}
