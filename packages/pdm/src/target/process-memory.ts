import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { STACK_LIMITS } from "../limits.js";

/** A stretch of a process's addresses. */
export interface MappedRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly isExecutable: boolean;
  /** A file, `[stack]` and the like, or nothing. */
  readonly name: string;
}

const PAGE_BYTES = 4_096;

/** The memory of another process, to be read: it may change meanwhile, and nothing in it is to be trusted. A page is read once, and kept: what is read lies together. */
export class ProcessMemory implements Disposable {
  readonly #fd: number;
  readonly #pages = new Map<bigint, Buffer>();
  readonly ranges: readonly MappedRange[];

  /** @throws the operating system's error: `EACCES` or `EPERM` where one must be root, or its tracer */
  constructor(pid: number) {
    this.ranges = readRanges(pid);
    this.#fd = openSync(`/proc/${pid}/mem`, "r");
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  /** @throws RangeError where nothing is mapped there */
  read(address: bigint, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const at = address + BigInt(done);
      const within = Number(at % BigInt(PAGE_BYTES));
      done += this.#readPage(at - BigInt(within)).copy(bytes, done, within);
    }
    return bytes;
  }

  /** Eight bytes. Throws as {@link read} does. */
  readWord(address: bigint): bigint {
    return this.read(address, 8).readBigUInt64LE();
  }

  /**
   * All that is there from that address on, anew.
   *
   * @throws the operating system's error where nothing is mapped there
   */
  copy(address: bigint, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, readSync(this.#fd, bytes, 0, length, address));
  }

  /** Where the first file of the process is loaded: its program, or the library of Node.js's that it was found in. */
  findBase(): bigint {
    const library = this.ranges.find(({ name }) => /\/libnode\.so[^/]*$/.test(name));
    return (library ?? this.ranges[0])?.start ?? 0n;
  }

  /** The one in which the address lies. */
  findRange(address: bigint): MappedRange | undefined {
    return this.ranges.find(({ start, end }) => start <= address && address < end);
  }

  #readPage(address: bigint): Buffer {
    const known = this.#pages.get(address);
    if (known !== undefined) return known;
    if (this.#pages.size >= STACK_LIMITS.pages)
      throw new RangeError("more of the memory is asked for than makes sense");
    const page = Buffer.alloc(PAGE_BYTES);
    let length = 0;
    try {
      length = address >= 0n && address < 1n << 47n ? readSync(this.#fd, page, 0, PAGE_BYTES, address) : 0;
    } catch {
      // Nothing is mapped there.
    }
    if (length !== PAGE_BYTES) throw new RangeError(`nothing is mapped at 0x${address.toString(16)}`);
    this.#pages.set(address, page);
    return page;
  }
}

function readRanges(pid: number): MappedRange[] {
  const lines = readFileSync(`/proc/${pid}/maps`, "utf8").trimEnd().split("\n");
  return lines.flatMap((line) => {
    const [, start, end, rights = "", name = ""] = /^(\w+)-(\w+) (\S+) \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
    return start === undefined
      ? []
      : [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`), isExecutable: rights[2] === "x", name }];
  });
}
