import { Stopwatch } from "../stopwatch.js";
import type { Cut } from "./cut.js";
import type { DecodeOptions } from "./decode.js";
import { makeError } from "./decoded-error.js";
import { JsonValueError } from "./json-value-error.js";
import { attachClassName, attachCut } from "./marks.js";
import { resolvePointer } from "./pointer.js";
import { isRestMark, readCut } from "./read-cut.js";
import { type FormReader, isCount, SCALARS } from "./read-scalars.js";

/** Estimated bytes of memory in V8 (Node 20 to 26, 64 bit), rather too high than too low. */
const COST = {
  slot: 16,
  text: 24,
  object: 64,
  /** With what an object of a rare shape adds to V8's tables. */
  entry: 24,
  list: 48,
  map: 192,
  mapEntry: 48,
  special: 256,
} as const;

/** Keys between two looks at the time; a form with fewer never causes one. */
const KEYS_PER_LOOK = 256;

type Fields = Record<string, unknown>;

/** A reference whose object is looked for when all has been read. */
class Reference {
  readonly pointer: string;
  readonly place: string;
  target: object | undefined;

  constructor(pointer: string, place: string) {
    this.pointer = pointer;
    this.place = place;
  }
}

/** Reads one form. */
export class ValueReader implements FormReader {
  /** Estimated, of what was read so far. */
  memoryBytes = 0;
  readonly #options: DecodeOptions;
  readonly #maxNodes: number;
  #root: unknown;
  #nodes = 0;
  #keys = 0;
  #depth = 0;
  #stopwatch: Stopwatch | undefined;
  /** The steps from the root to what is being read; longer than the depth after a way back. */
  readonly #trail: (string | number)[] = [];
  /** What became of forms that are not plain. */
  #made: Map<object, object> | undefined;
  /** What is left to do when all forms have been read, in order: until then they stay as they are, for pointers. */
  #rest: (() => void)[] | undefined;
  #references: Reference[] | undefined;

  constructor(options: DecodeOptions) {
    this.#options = options;
    this.#maxNodes = options.maxNodes ?? Number.POSITIVE_INFINITY;
  }

  read(form: unknown): unknown {
    this.#root = form;
    const value = this.#value(form);
    if (this.#references !== undefined) {
      for (const reference of this.#references) reference.target = this.#find(reference);
    }
    if (this.#rest !== undefined) for (const act of this.#rest) act();
    return resolve(value);
  }

  #value(form: unknown): unknown {
    if (this.#isScalar(form)) return form;
    return Array.isArray(form) ? this.#array(form) : this.#object(form as Fields);
  }

  /** A part, at this step within what is being read. */
  #part(form: unknown, step: string | number): unknown {
    this.#trail[this.#depth - 1] = step;
    return this.#value(form);
  }

  /** Goes into a container with so many parts, which with their names and lists make so many nodes. */
  #enter(size: number, nodes: number): void {
    if (size > 0 && this.#depth >= this.#options.maxDepth) {
      throw this.#fault(`nests deeper than ${this.#options.maxDepth}`);
    }
    this.#nodes += nodes;
    if (this.#nodes > this.#maxNodes) throw this.#fault(`has more than ${this.#maxNodes} values and names`);
    this.#depth++;
  }

  #array(list: unknown[]): unknown[] {
    const cut = this.#restMark(list);
    const length = cut === undefined ? list.length : list.length - 1;
    this.memoryBytes += COST.list + COST.slot * length;
    this.#enter(length, length);
    for (let index = 0; index < length; index++) {
      const item = list[index];
      if (this.#isScalar(item)) continue;
      const value = this.#part(item, index);
      if (value !== item) this.#later(() => (list[index] = resolve(value)));
    }
    this.#depth--;
    if (cut !== undefined) {
      this.#later(() => (list.length = length));
      attachCut(list, cut);
    }
    return list;
  }

  #object(form: Fields): unknown {
    let count = 0;
    let characters = 0;
    // Names of the prototype are seen too, should somebody have put any there.
    for (const name in form) {
      if (name.charCodeAt(0) === 0x24 && Object.hasOwn(form, name)) return this.#special(form, Object.keys(form));
      characters += name.length;
      count++;
    }
    this.#enter(count, count * 2);
    let bytes = COST.object + COST.entry * count + characters * 2;
    for (const name in form) {
      const item = form[name];
      if (typeof item === "string") bytes += COST.text + item.length * 2;
      else if (typeof item === "object" && item !== null && Object.hasOwn(form, name)) {
        const value = this.#part(item, name);
        if (value !== item) this.#later(() => define(form, name, resolve(value)));
      }
    }
    this.memoryBytes += bytes;
    this.#depth--;
    return form;
  }

  /** Whether a part is nothing to look into; counts what it costs. */
  #isScalar(part: unknown): boolean {
    if (typeof part !== "string") return typeof part !== "object" || part === null;
    this.memoryBytes += COST.text + part.length * 2;
    return true;
  }

  #later(act: () => void): void {
    (this.#rest ??= []).push(act);
  }

  /** A form with a name that begins with `$`. */
  #special(form: Fields, names: readonly string[]): unknown {
    this.memoryBytes += COST.special;
    const marks = names.filter((name) => isMark(name));
    const [mark = ""] = marks;
    if (marks.length === 0 || mark === "$class" || (mark === "$cut" && (names.length > 1 || marks.length > 1))) {
      return this.#fields(form, names, marks);
    }
    if (names.length > 1) {
      const other = names.find((name) => name !== mark) ?? "";
      throw this.#fault(`${show(mark)} stands beside ${show(other)}`);
    }
    return this.#form(form, mark, form[mark]);
  }

  #form(form: object, mark: string, content: unknown): unknown {
    switch (mark) {
      case "$map":
        return this.#map(form, content);
      case "$set":
        return this.#set(form, content);
      case "$error":
        return this.#error(form, content);
      case "$ref":
        return this.#reference(content);
      case "$cut":
        if (isRestMark(content)) return this.refuse(mark, "a kind, a text or bytes, but at the end of a list");
        return this.#remember(form, this.#cut(content));
      case "$stream":
        return this.#stream(form, content);
      default: {
        const read = SCALARS.get(mark);
        if (read === undefined) throw this.#fault(`${show(mark)} is no form that is known here`);
        const value = read(content, this);
        return typeof value === "object" && value !== null ? this.#remember(form, value) : value;
      }
    }
  }

  #reference(content: unknown): Reference {
    if (typeof content !== "string") return this.refuse("$ref", "a string");
    const reference = new Reference(content, this.#place());
    (this.#references ??= []).push(reference);
    return reference;
  }

  /** What stands for a form wherever it is referred to. */
  #remember<T extends object>(form: object, value: T): T {
    (this.#made ??= new Map<object, object>()).set(form, value);
    return value;
  }

  /** An object with a class, with names that begin with `$`, or without its rest. */
  #fields(form: Fields, names: readonly string[], marks: readonly string[]): object {
    const fields: Fields = {};
    this.#remember(form, fields);
    for (const mark of marks) {
      if (mark === "$class") {
        const className = form[mark];
        if (typeof className !== "string") return this.refuse(mark, "a string");
        attachClassName(fields, className);
      } else if (mark === "$cut") attachCut(fields, this.#restOf(form[mark]));
      else throw this.#fault(`${show(mark)} stands beside other names`);
    }
    this.#enter(names.length - marks.length, names.length * 2);
    for (const name of names) {
      if (isMark(name)) continue;
      const own = name.startsWith("$") ? name.slice(1) : name;
      const value = this.#part(form[name], own);
      this.#later(() => define(fields, own, resolve(value)));
    }
    this.#depth--;
    return fields;
  }

  #map(form: object, content: unknown): object {
    if (!Array.isArray(content)) return this.refuse("$map", "a list of [key, value]");
    const map = this.#remember(form, new Map<unknown, unknown>());
    const cut = this.#restMark(content);
    const length = cut === undefined ? content.length : content.length - 1;
    this.memoryBytes += COST.map + COST.mapEntry * length;
    this.#enter(length, length * 3);
    for (let index = 0; index < length; index++) {
      const entry: unknown = content[index];
      this.#trail[this.#depth - 1] = index;
      if (!Array.isArray(entry) || entry.length !== 2) throw this.#fault("is no [key, value]");
      const key = this.#part(entry[0], `{key ${index}}`);
      const value = this.#part(entry[1], index);
      this.#later(() => {
        this.#countKey();
        map.set(resolve(key), resolve(value));
      });
    }
    this.#depth--;
    if (cut !== undefined) attachCut(map, cut);
    return map;
  }

  #set(form: object, content: unknown): object {
    if (!Array.isArray(content)) return this.refuse("$set", "a list");
    const set = this.#remember(form, new Set<unknown>());
    const cut = this.#restMark(content);
    const length = cut === undefined ? content.length : content.length - 1;
    this.memoryBytes += COST.map + COST.mapEntry * length;
    this.#enter(length, length);
    for (let index = 0; index < length; index++) {
      const value = this.#part(content[index], index);
      this.#later(() => {
        this.#countKey();
        set.add(resolve(value));
      });
    }
    this.#depth--;
    if (cut !== undefined) attachCut(set, cut);
    return set;
  }

  #error(form: object, content: unknown): object {
    if (typeof content !== "object" || content === null || Array.isArray(content)) {
      return this.refuse("$error", "an object of fields");
    }
    const fields = content as Fields;
    const names = Object.keys(fields);
    const { name = "Error", message } = fields;
    if (typeof name !== "string") return this.refuse("$error", "a name that is a string");
    if (message !== undefined && typeof message !== "string")
      return this.refuse("$error", "a message that is a string");
    const error = this.#remember(form, makeError(name, message));
    this.memoryBytes += COST.special + (name.length + (message?.length ?? 0)) * 4;
    this.#enter(names.length, names.length * 2);
    for (const key of names) {
      // A stack is of the process where the error was made: none is sent, and none is taken.
      if (key === "name" || key === "message" || key === "stack") continue;
      if (key === "$cut") {
        attachCut(error, this.#restOf(fields[key]));
        continue;
      }
      if (isMark(key)) throw this.#fault(`${show(key)} stands within $error`);
      const own = key.startsWith("$") ? key.slice(1) : key;
      const value = this.#part(fields[key], own);
      const isHidden = own === "cause" || own === "errors";
      this.#later(() => define(error, own, resolve(value), !isHidden));
    }
    this.#depth--;
    return error;
  }

  #stream(form: object, content: unknown): unknown {
    const { openStream } = this.#options;
    if (openStream === undefined) throw this.#fault("is a stream, which cannot be here");
    if (!isCount(content)) return this.refuse("$stream", "its number");
    const stream = openStream(content);
    return typeof stream === "object" && stream !== null ? this.#remember(form, stream) : stream;
  }

  /** The mark of what is missing behind the last item of a list, if it has one. */
  #restMark(list: readonly unknown[]): Cut | undefined {
    const last = list.at(-1);
    if (typeof last !== "object" || last === null || !Object.hasOwn(last, "$cut")) return undefined;
    const content = (last as Fields)["$cut"];
    return Object.keys(last).length === 1 && isRestMark(content) ? this.#restOf(content) : undefined;
  }

  #restOf(content: unknown): Cut {
    if (!isRestMark(content)) return this.refuse("$cut", "{by, left} where a rest is missing");
    return this.#cut(content);
  }

  #cut(content: unknown): Cut {
    if (this.#options.refuseCuts === true) throw this.#fault("was cut, and cannot be sent back");
    return readCut(content, this);
  }

  /**
   * To be called for each key of a Map and each element of a Set, before it is looked up there. V8 hashes numbers without a
   * secret, so a sender can choose keys that all collide; only time tells such keys from honest ones.
   */
  #countKey(): void {
    if (++this.#keys % KEYS_PER_LOOK === 0) this.watchTime();
  }

  watchTime(): void {
    const { maxMs } = this.#options;
    if (maxMs === undefined) return;
    this.#stopwatch ??= new Stopwatch();
    if (this.#stopwatch.hasPassed(maxMs)) {
      throw new JsonValueError(
        "value",
        `its keys of Maps and Sets and its regular expressions took longer than ${maxMs} ms`,
      );
    }
  }

  #find({ pointer, place }: Reference): object {
    const form = resolvePointer(this.#root, pointer);
    const made = form === undefined ? undefined : this.#made?.get(form);
    if (made !== undefined) return made;
    if (form === undefined || !isPlain(form))
      throw new JsonValueError(place, `$ref ${show(pointer)} leads to no object`);
    // Its names are looked at once.
    return this.#remember(form, form);
  }

  refuse(mark: string, expected: string): never {
    throw this.#fault(`${mark} needs ${expected}`);
  }

  charge(bytes: number): void {
    this.memoryBytes += bytes;
  }

  #fault(problem: string): JsonValueError {
    return new JsonValueError(this.#place(), problem);
  }

  #place(): string {
    let place = "value";
    for (const step of this.#trail.slice(0, this.#depth)) {
      if (typeof step === "number") place += `[${step}]`;
      else if (/^[A-Za-z_$][\w$]*$/.test(step) && step.length <= 40) place += `.${step}`;
      else place += `[${show(step)}]`;
    }
    return place;
  }
}

/** A part that was read, or what it refers to. */
function resolve(value: unknown): unknown {
  return value instanceof Reference ? value.target : value;
}

/** Whether a name is a form's, and not a name that begins with `$` of its own. */
function isMark(name: string): boolean {
  return name.startsWith("$") && !name.startsWith("$$");
}

/** Whether a form is itself the value. */
function isPlain(form: object): boolean {
  return Array.isArray(form) || !Object.keys(form).some((name) => name.startsWith("$"));
}

/** Sets an own property, whatever its name. */
function define(object: object, name: string, value: unknown, enumerable = true): void {
  Object.defineProperty(object, name, { value, enumerable, writable: true, configurable: true });
}

function show(text: string): string {
  return JSON.stringify(text.length <= 40 ? text : `${text.slice(0, 40)}\u2026`);
}
