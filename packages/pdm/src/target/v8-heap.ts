import { STACK_LIMITS } from "../limits.js";
import type { ProcessMemory } from "./process-memory.js";

/** What V8 tells debuggers of its own layout: the symbols `v8dbg_*` of Node.js, without that beginning. */
export type V8Constants = ReadonlyMap<string, number>;

/** A function, as far as the heap tells without V8's help. */
export interface HeapFunction {
  readonly name: string;
  /** Its script's name: a path, an address, or such as `node:fs`. */
  readonly script: string;
  /** The line on which it begins, from 1; undefined where that is not known. */
  readonly line: number | undefined;
}

const WORD = 8;

/** V8's `kScopeInfoMaxInlinedLocalNamesSize`. */
const INLINE_LOCALS = 75;
/** Where the first variable stands if the positions stand before it. */
const EARLY_POSITIONS = 5;

/**
 * V8's heap in another process's memory: tagged pointers of 64 bits, not compressed, as Node.js is built. Whatever does not look as expected
 * ends in an error.
 */
export class V8Heap {
  readonly #memory: ProcessMemory;
  readonly #constants: V8Constants;

  constructor(memory: ProcessMemory, constants: V8Constants) {
    this.#memory = memory;
    this.#constants = constants;
  }

  /** @throws RangeError where there is no such constant in this version */
  constant(...names: readonly string[]): number {
    for (const name of names) {
      const value = this.#constants.get(name);
      if (value !== undefined) return value;
    }
    // The type of a field is part of its name, and changes.
    for (const [name, value] of this.#constants) if (names.some((begin) => name.startsWith(`${begin}__`))) return value;
    throw new RangeError(`V8 does not tell ${names[0]}`);
  }

  /** Whether a word is a small integer. */
  isSmallInteger(word: bigint): boolean {
    return (word & 1n) === 0n && (word & 0xffff_ffffn) === 0n;
  }

  /** @returns undefined where the word is no function, or cannot be read */
  readFunction(word: bigint): HeapFunction | undefined {
    try {
      if (!this.#isFunction(this.#readType(word))) return undefined;
      const shared = this.#readField(word, this.constant("class_JSFunction__shared__SharedFunctionInfo"));
      this.#expectType(shared, "type_SharedFunctionInfo__SHARED_FUNCTION_INFO_TYPE");
      const nameOrScope = this.#readField(shared, this.constant("class_SharedFunctionInfo__name_or_scope_info"));
      const script = this.#findScript(shared);
      const file = script === undefined ? "" : this.#readScriptName(script);
      if (this.#isString(nameOrScope)) return { name: this.#readString(nameOrScope), script: file, line: undefined };
      const { name, position } = this.#readScope(nameOrScope);
      const isKnown = script !== undefined && position !== undefined;
      return { name, script: file, line: isKnown ? this.#countLines(script, position) : undefined };
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  #isFunction(type: number): boolean {
    const only = this.constant("type_JSFunction__JS_FUNCTION_TYPE");
    const first = this.#constants.get("FirstJSFunctionType") ?? only;
    // Node.js 20 tells but the first of fifteen: those of classes, arrays and so on follow.
    const last = this.#constants.get("LastJSFunctionType") ?? only + 15;
    return type >= first && type <= last;
  }

  #findScript(shared: bigint): bigint | undefined {
    const script = this.#readField(
      shared,
      this.constant("class_SharedFunctionInfo__script", "class_SharedFunctionInfo__script_or_debug_info__HeapObject"),
    );
    return this.#readType(script) === this.constant("type_Script__SCRIPT_TYPE") ? script : undefined;
  }

  #readScriptName(script: bigint): string {
    const name = this.#readField(script, this.constant("class_Script__name__Object"));
    return this.#isString(name) ? this.#readString(name) : "";
  }

  /** @returns the line of that position; undefined where the source is kept elsewhere, as that of Node.js's own scripts is */
  #countLines(script: bigint, position: number): number | undefined {
    const source = this.#readField(script, this.constant("class_Script__source__Object"));
    const type = this.#readType(source);
    const isFlat = (type & this.constant("StringRepresentationMask")) === this.constant("SeqStringTag");
    if (!this.#isString(source) || !isFlat || position > STACK_LIMITS.sourceCharacters) return undefined;
    const text = this.#readChars(source, type, position);
    return text.split("\n").length;
  }

  /**
   * The name of a scope's function is the first string behind the names of what the scope holds; beside it are where the function begins and
   * ends.
   */
  #readScope(scope: bigint): { readonly name: string; readonly position: number | undefined } {
    const unknown = { name: "", position: undefined };
    if (this.#readType(scope) !== this.constant("type_ScopeInfo__SCOPE_INFO_TYPE")) return unknown;
    const slot = (index: number): bigint => this.#readField(scope, WORD * (index + 1));
    // Two small numbers, the second of which is the larger one: where the function begins and ends.
    const findPosition = (from: number, to: number): number | undefined => {
      for (let index = from; index <= to; index += 1) {
        const words = [slot(index), slot(index + 1)];
        const [start = -1, end = -1] = words.map((word) => (this.isSmallInteger(word) ? this.#toNumber(word) : -1));
        if (start >= 0 && start < end) return start;
      }
      return undefined;
    };
    const first = this.constant("scopeinfo_idx_first_vars");
    const count = this.#toNumber(slot(this.constant("scopeinfo_idx_ncontextlocals")));
    if (count > STACK_LIMITS.scopeVariables) return unknown;
    // A name and a word for each; many are in a table of their own.
    const behind = count < INLINE_LOCALS ? first + 2 * count : first + 1;
    for (let index = behind; index < behind + 4; index += 1) {
      const word = slot(index);
      if (this.isSmallInteger(word) || !this.#isString(word)) continue;
      // From V8 12 on they stand before all of that; else behind the name and a word or two that belong to it.
      const position =
        first >= EARLY_POSITIONS ? findPosition(first - 2, first - 2) : findPosition(index + 1, index + 4);
      return { name: this.#readString(word), position };
    }
    return unknown;
  }

  #readString(word: bigint, depth = 0): string {
    if (depth > STACK_LIMITS.stringDepth) throw new RangeError("a string within strings without end");
    const type = this.#readType(word);
    const representation = type & this.constant("StringRepresentationMask");
    const length = this.#memory
      .read(word - 1n + BigInt(this.constant("class_String__length__int32_t")), 4)
      .readUInt32LE();
    if (length > STACK_LIMITS.nameCharacters) throw new RangeError("a name that is too long");
    if (representation === this.constant("ThinStringTag")) {
      return this.#readString(this.#readField(word, this.constant("class_ThinString__actual__String")), depth + 1);
    }
    if (representation === this.constant("ConsStringTag")) {
      const parts = ["first", "second"].map((part) =>
        this.#readField(word, this.constant(`class_ConsString__${part}__String`)),
      );
      return parts.map((part) => this.#readString(part, depth + 1)).join("");
    }
    if (representation === this.constant("SlicedStringTag")) {
      const parent = this.#readField(word, this.constant("class_SlicedString__parent__String"));
      const offset = this.#toNumber(this.#readField(word, this.constant("class_SlicedString__offset__SMI")));
      return this.#readString(parent, depth + 1).slice(offset, offset + length);
    }
    if (representation !== this.constant("SeqStringTag")) return "";
    return this.#readChars(word, type, length);
  }

  #readChars(word: bigint, type: number, length: number): string {
    const isOneByte = (type & this.constant("StringEncodingMask")) === this.constant("OneByteStringTag");
    const chars = BigInt(this.constant(`class_Seq${isOneByte ? "One" : "Two"}ByteString__chars__char`));
    const bytes = this.#memory.read(word - 1n + chars, length * (isOneByte ? 1 : 2));
    return bytes.toString(isOneByte ? "latin1" : "utf16le");
  }

  #isString(word: bigint): boolean {
    return (word & 1n) === 1n && this.#readType(word) < this.constant("FirstNonstringType");
  }

  #expectType(word: bigint, name: string): void {
    if (this.#readType(word) !== this.constant(name)) throw new RangeError(`no ${name}`);
  }

  #readType(word: bigint): number {
    const map = this.#readField(word, 0);
    return this.#memory.read(map - 1n + BigInt(this.constant("class_Map__instance_type__uint16_t")), 2).readUInt16LE();
  }

  #readField(word: bigint, offset: number): bigint {
    if ((word & 3n) !== 1n) throw new RangeError("no object of the heap");
    return this.#memory.readWord(word - 1n + BigInt(offset));
  }

  #toNumber(word: bigint): number {
    return Number(BigInt.asIntN(64, word) >> 32n);
  }
}
