import { limitError, PickleError, type PickleLimits } from "./pickle-error.js";
import { Stopwatch } from "../stopwatch.js";

/** What one opcode does; by opcode. */
export type OpcodeTable = Readonly<Record<number, (machine: Machine) => void>>;

/**
 * Estimated bytes of memory in V8 (Node 20 to 26, 64 bit). Growing containers are charged per entry for the room that
 * their table may have; a slot pays for the stack and for the container that the value moves into.
 */
export const COST = {
  slot: 16,
  mark: 16,
  memo: 12,
  list: 32,
  /** The room that V8 makes when the first element is pushed. */
  firstElement: 152,
  /** Also of an empty one, for which V8 makes room in advance. */
  tuple: 80,
  map: 192,
  mapEntry: 48,
  set: 160,
  setElement: 32,
  bytes: 256,
  text: 24,
  float: 16,
  bigint: 24,
  global: 40,
  instance: 112,
} as const;

/** Keys between two looks at the time; a pickle with fewer never causes one. */
const KEYS_PER_LOOK = 256;

/**
 * The stack machine that a pickle is a program for: input, stack, marks and memo, all within limits.
 *
 * A stack slot never holds `undefined`; that is how a missing value shows.
 */
export class Machine {
  readonly input: Buffer;
  readonly limits: PickleLimits;
  readonly exactFloats: boolean;
  /** Of the next byte to read. */
  position = 0;
  /** Estimated, of everything created so far. */
  memoryBytes = 0;
  /** Containers created so far; what nests deeper than this does not exist. */
  containers = 0;
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  /** Length of the stack at the last mark; what is below is out of reach. */
  #fence = 0;
  readonly #memo: unknown[] = [];
  #memoEntries = 0;
  #keys = 0;
  /** Runs from the first look at the time. */
  #stopwatch: Stopwatch | undefined;

  constructor(input: Buffer, limits: PickleLimits, exactFloats: boolean) {
    this.input = input;
    this.limits = limits;
    this.exactFloats = exactFloats;
  }

  /** The error for bytes that are no pickle. */
  malformed(message: string): PickleError {
    return new PickleError("ERR_PDM_PICKLE", `The pickle is malformed at byte ${this.position}: ${message}`);
  }

  charge(bytes: number): void {
    this.memoryBytes += bytes;
    if (this.memoryBytes > this.limits.pickleMemoryBytes) {
      throw limitError(this.limits, "pickleMemoryBytes", "The pickle would take too much memory");
    }
  }

  /** Pushes a value that cost so many bytes besides its slot. */
  push(value: unknown, bytes: number): void {
    this.charge(COST.slot + bytes);
    this.#stack.push(value);
  }

  /** Charges for a container that is not pushed but becomes part of another. */
  countContainer(bytes: number): void {
    this.containers++;
    this.charge(bytes);
  }

  /** Pushes a new container that cost so many bytes. */
  pushContainer(value: object, bytes: number): void {
    this.containers++;
    this.push(value, bytes);
  }

  /**
   * To be called for each key of a dict and each element of a set, before it is looked up there.
   *
   * V8 hashes numbers and bigints without a secret, so a sender can choose keys that all collide; two long strings that
   * are equal are slow to compare too. Only time tells such keys from honest ones, whatever the version of V8.
   */
  countKey(): void {
    if (++this.#keys % KEYS_PER_LOOK !== 0) return;
    this.#stopwatch ??= new Stopwatch();
    if (this.#stopwatch.hasPassed(this.limits.pickleMs)) {
      throw limitError(this.limits, "pickleMs", `The first ${this.#keys} keys of the pickle took too long`);
    }
  }

  top(): unknown {
    if (this.#stack.length <= this.#fence) throw this.malformed("the stack is empty");
    return this.#stack[this.#stack.length - 1];
  }

  pop(): unknown {
    if (this.#stack.length <= this.#fence) throw this.malformed("the stack is empty");
    return this.#stack.pop();
  }

  /** Drops the topmost value, or the last mark where nothing is above it. */
  drop(): void {
    if (this.#marks.length > 0 && this.#stack.length === this.#fence) this.#unmark();
    else this.pop();
  }

  mark(): void {
    this.charge(COST.mark);
    this.#fence = this.#stack.length;
    this.#marks.push(this.#fence);
  }

  /** Pops everything above the last mark, and the mark. */
  popToMark(): unknown[] {
    const start = this.#unmark();
    const items = this.#stack.slice(start);
    this.#stack.length = start;
    return items;
  }

  #unmark(): number {
    const start = this.#marks.pop();
    if (start === undefined) throw this.malformed("there is no MARK");
    this.#fence = this.#marks.at(-1) ?? 0;
    return start;
  }

  /** The only value left, at the end. */
  result(): unknown {
    if (this.#marks.length > 0 || this.#stack.length !== 1) {
      throw this.malformed(`STOP needs exactly one value on the stack, not ${this.#stack.length}`);
    }
    return this.#stack[0];
  }

  remember(index: number): void {
    const { pickleMemo } = this.limits;
    // Writers count from 0 or 1, so an index beyond the number of entries allowed is as good as one entry too many.
    if (index > pickleMemo) throw limitError(this.limits, "pickleMemo", `The pickle uses memo entry ${index}`);
    const value = this.top();
    if (index >= this.#memo.length) this.charge(COST.memo * (index + 1 - this.#memo.length));
    if (this.#memo[index] === undefined) this.#memoEntries++;
    this.#memo[index] = value;
  }

  /** Remembers under the number of entries so far, as MEMOIZE does. */
  rememberNext(): void {
    this.remember(this.#memoEntries);
  }

  recall(index: number): void {
    const value = this.#memo[index];
    if (value === undefined) throw this.malformed(`there is no memo entry ${index}`);
    this.push(value, 0);
  }

  /** Moves past so many bytes of the input; returns where they begin. */
  skip(length: number): number {
    const start = this.position;
    if (length > this.input.length - start) {
      throw this.malformed(`${length} more bytes are announced, only ${this.input.length - start} are there`);
    }
    this.position = start + length;
    return start;
  }

  readUint8(): number {
    return this.input[this.skip(1)] ?? 0;
  }

  readUint32(): number {
    return this.input.readUInt32LE(this.skip(4));
  }

  /** A length of eight bytes; above 2⁵³ not exact, which is beyond any input all the same. */
  readUint64(): number {
    const start = this.skip(8);
    return this.input.readUInt32LE(start) + this.input.readUInt32LE(start + 4) * 0x1_0000_0000;
  }

  /** A line of characters U+0000 to U+00FF, without its line feed. */
  readLine(limit: "stringBytes" | "integerBytes"): string {
    const start = this.position;
    const end = this.input.indexOf(0x0a, start);
    if (end < 0) throw this.malformed("a line has no end");
    this.refuseLonger(end - start, limit);
    this.position = end + 1;
    return this.input.toString("latin1", start, end);
  }

  refuseLonger(length: number, limit: "stringBytes" | "integerBytes"): void {
    if (length <= this.limits[limit]) return;
    const what = limit === "stringBytes" ? "a string" : "an integer";
    throw limitError(this.limits, limit, `The pickle has ${what} of ${length} bytes`);
  }
}
