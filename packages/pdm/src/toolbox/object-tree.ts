import { inspect, types } from "node:util";
import { isPromiseLike } from "../engine/promise.js";
import { isObject } from "../engine/safe-read.js";
import { PdmError } from "../errors.js";
import type { OperationDescription } from "../objects/description.js";
import { isAttribute, isDirectory, isEventSource, isInvocable, isWritable } from "../objects/interfaces.js";
import { findModule } from "../objects/registry.js";
import { describeThrown } from "../warning.js";
import { ObjectEvents } from "./object-events.js";
import { ObjectHandle } from "./object-handle.js";
import type { TreeContext } from "./object-handle.js";
import { createMissing, isModulePart, listBelow } from "./object-names.js";
import { showHandle, showNames, showOperation } from "./object-text.js";
import type { ToolHost } from "./tool.js";

/** What one place in the tree is made of. */
interface Branch {
  /** `shop`, `shop.orders.statistics`, `shop.orders.statistics/req`; empty for the root. */
  readonly name: string;
  /** What is listed; what cannot be listed at once is not. */
  keys(): string[];
  /** Finds what is below, without reading anything yet. */
  find(key: string): (() => unknown) | undefined;
  /** @returns false where there is nothing of that name */
  assign(key: string, value: unknown): boolean;
  show(): string;
}

/** What anything may be asked for: by `await`, by JSON, by what prints. */
const NEVER = new Set(["then", "toJSON"]);

/**
 * The object tree of the process as plain properties: `pdm.shop.orders.statistics.req` is the value of an attribute, assigning writes it,
 * operations are functions, and what is below a directory or a module can be listed. All through the declared objects: a promise where the object
 * gives one.
 */
export function createObjectTree(host: ToolHost): object {
  return open(new ModuleBranch("", { host, events: new ObjectEvents(host) }));
}

function open(branch: Branch, target: object = {}): object {
  Object.defineProperty(target, inspect.custom, { value: () => branch.show(), configurable: true });
  const isListed = (key: string): boolean => branch.keys().includes(key);
  return new Proxy(target, {
    get: (_target, key) => {
      if (typeof key === "symbol") return Reflect.get(target, key);
      const found = NEVER.has(key) ? undefined : branch.find(key);
      if (found !== undefined) return found();
      if (NEVER.has(key) || key in target) return Reflect.get(target, key);
      throw createMissing(join(branch, key), branch.keys());
    },
    set: (_target, key, value) => {
      if (typeof key === "string" && branch.assign(key, value)) return true;
      throw createMissing(join(branch, String(key)), branch.keys());
    },
    has: (_target, key) => typeof key === "string" && !NEVER.has(key) && branch.find(key) !== undefined,
    ownKeys: () => branch.keys(),
    getOwnPropertyDescriptor: (_target, key) => {
      if (typeof key === "symbol" || !isListed(key)) return undefined;
      // Listing must not read: an attribute's value is found when somebody asks for it.
      return { get: () => branch.find(key)?.(), enumerable: true, configurable: true };
    },
    defineProperty: () => false,
    deleteProperty: () => false,
  });
}

/** A module, or the first words of several. */
class ModuleBranch implements Branch {
  readonly name: string;
  readonly #context: TreeContext;

  constructor(name: string, context: TreeContext) {
    this.name = name;
    this.#context = context;
  }

  keys(): string[] {
    return listBelow(this.name);
  }

  find(key: string): (() => unknown) | undefined {
    if (key === "$object") return this.name === "" ? () => (whole: string) => this.#findWhole(whole) : undefined;
    const whole = this.name === "" ? key : `${this.name}.${key}`;
    const object = findModule(this.name)?.get(key);
    if (object !== undefined) return () => present(new ObjectHandle(whole, object, this.#context), this.#context);
    if (isModulePart(whole)) return () => open(new ModuleBranch(whole, this.#context));
    // A name as it is written elsewhere: pdm["shop.orders.statistics/req"].
    if (this.name !== "" || !/[./]/u.test(key)) return undefined;
    return () => {
      const found = this.#findWhole(key);
      return found instanceof Promise
        ? found.then((handle) => present(handle, this.#context))
        : present(found, this.#context);
    };
  }

  assign(key: string, value: unknown): boolean {
    const object = findModule(this.name)?.get(key);
    if (object === undefined) return false;
    writeQuietly(new ObjectHandle(`${this.name}.${key}`, object, this.#context), value, this.#context);
    return true;
  }

  show(): string {
    const handles = this.keys().map((key): readonly [string, ObjectHandle | undefined] => {
      const object = findModule(this.name)?.get(key);
      return [key, object && new ObjectHandle(key, object, this.#context)];
    });
    return showNames(this.name === "" ? "pdm: the objects of this process" : this.name, handles);
  }

  /** The object of a whole name, or a promise of it. */
  #findWhole(whole: string): ObjectHandle | Promise<ObjectHandle> {
    const [root = "", ...entries] = String(whole).split("/");
    const dot = root.lastIndexOf(".");
    const object = findModule(root.slice(0, Math.max(dot, 0)))?.get(root.slice(dot + 1));
    if (object === undefined) throw createMissing(root, listBelow(findKnown(root)));
    let handle: ObjectHandle | Promise<ObjectHandle> = new ObjectHandle(root, object, this.#context);
    for (const entry of entries) {
      handle =
        handle instanceof Promise
          ? handle.then((directory) => lookUp(directory, entry, this.#context))
          : lookUp(handle, entry, this.#context);
    }
    return handle;
  }
}

/** The longest beginning of a dotted name that leads somewhere. */
function findKnown(name: string): string {
  let known = name;
  while (known !== "" && !isModulePart(known)) known = known.slice(0, Math.max(known.lastIndexOf("."), 0));
  return known;
}

/** One object that is no mere attribute. */
class ObjectBranch implements Branch {
  readonly name: string;
  readonly #handle: ObjectHandle;
  readonly #context: TreeContext;

  constructor(handle: ObjectHandle, context: TreeContext) {
    this.name = handle.name;
    this.#handle = handle;
    this.#context = context;
  }

  keys(): string[] {
    return [...new Set([...this.#listEntries(), ...Object.keys(this.#listOwnOperations())])];
  }

  find(key: string): (() => unknown) | undefined {
    const { object, operations } = this.#handle;
    const entry = isDirectory(object) ? findEntry(this.#handle, key) : undefined;
    if (entry !== undefined) {
      return () => {
        const handle = createEntry(this.#handle, key, entry, this.#context);
        return handle instanceof Promise
          ? handle.then((settled) => present(settled, this.#context))
          : present(handle, this.#context);
      };
    }
    if (Object.hasOwn(this.#listOwnOperations(), key)) {
      return () => createOperation(this.#handle, key);
    }
    if (isEventSource(object) && (key === "on" || key === "next")) {
      return key === "on"
        ? () => (listener?: (event: unknown) => unknown, options?: { readonly limit?: number }) =>
            this.#handle.on(listener, options)
        : () => () => this.#handle.next();
    }
    if (key === "$value" && isAttribute(object)) return () => this.#handle.read();
    // Nobody has said which methods it has.
    const isOpen = isInvocable(object) && operations === undefined && !(key in Object.prototype);
    return isOpen ? () => createOperation(this.#handle, key) : undefined;
  }

  assign(key: string, value: unknown): boolean {
    const { object } = this.#handle;
    if (key === "$value" && isAttribute(object)) {
      writeQuietly(this.#handle, value, this.#context);
      return true;
    }
    const entry = isDirectory(object) ? findEntry(this.#handle, key) : undefined;
    if (entry === undefined) return false;
    const handle = createEntry(this.#handle, key, entry, this.#context);
    if (handle instanceof Promise)
      reportLater(
        `${this.name}/${key}`,
        handle.then((found) => found.write(value)),
        this.#context,
      );
    else writeQuietly(handle, value, this.#context);
    return true;
  }

  show(): string {
    if (this.#handle.isOperation) return showOperation(this.#handle, "call");
    const names = this.#listEntries();
    const entries = names.map((key): readonly [string, ObjectHandle | undefined] => {
      const entry = findEntry(this.#handle, key);
      return [key, isObject(entry) ? new ObjectHandle(key, entry, this.#context) : undefined];
    });
    return showHandle(this.#handle, entries);
  }

  #listEntries(): string[] {
    if (!isDirectory(this.#handle.object)) return [];
    const names = this.#handle.list();
    return Array.isArray(names) ? names : [];
  }

  /** A directory's operations are its entries as well. */
  #listOwnOperations(): Readonly<Record<string, OperationDescription>> {
    return this.#handle.isOperation ? {} : (this.#handle.operations ?? {});
  }
}

/** What stands for an object in the tree: the value of a mere attribute, a function for an operation, else what is below it. */
function present(handle: ObjectHandle, context: TreeContext): unknown {
  const { interfaces } = handle;
  if (interfaces.length === 0) throw new PdmError("ERR_PDM_OBJECT", `${handle.name} speaks no interface`);
  if (interfaces.length === 1 && interfaces[0] === "attr") return handle.read();
  const branch = new ObjectBranch(handle, context);
  return handle.isOperation ? open(branch, createOperation(handle, "call")) : open(branch);
}

/** A function that calls a method, with arguments by position, or all by name in one object. */
function createOperation(handle: ObjectHandle, method: string): (...args: unknown[]) => unknown {
  const call = (...args: unknown[]): unknown => {
    const named = takeNamed(handle.operations?.[method], args);
    return named === undefined ? handle.invoke(method, args) : handle.invoke(method, [], named);
  };
  Object.defineProperty(call, "name", { value: method === "call" ? handle.name : method, configurable: true });
  Object.defineProperty(call, inspect.custom, { value: () => showOperation(handle, method), configurable: true });
  return call;
}

/** One plain object is arguments by name, where its keys are parameters or the first parameter takes no object. */
function takeNamed(
  operation: OperationDescription | undefined,
  args: readonly unknown[],
): Record<string, unknown> | undefined {
  const parameters = operation?.parameters;
  const [named] = args;
  if (parameters === undefined || parameters.length === 0 || args.length !== 1 || !isPlain(named)) return undefined;
  const keys = Object.keys(named);
  const type = parameters[0]?.type.type;
  const takesObject = type === undefined || (Array.isArray(type) ? type.includes("object") : type === "object");
  const areParameters = keys.length > 0 && keys.every((key) => parameters.some(({ name }) => name === key));
  return areParameters || !takesObject ? named : undefined;
}

function findEntry(handle: ObjectHandle, key: string): unknown {
  const { object } = handle;
  return isDirectory(object) ? object.lookup(key) : undefined;
}

function lookUp(directory: ObjectHandle, key: string, context: TreeContext): ObjectHandle | Promise<ObjectHandle> {
  const names = directory.list();
  return createEntry(directory, key, findEntry(directory, key), context, Array.isArray(names) ? names : []);
}

function createEntry(
  directory: ObjectHandle,
  key: string,
  entry: unknown,
  context: TreeContext,
  names: readonly string[] = [],
): ObjectHandle | Promise<ObjectHandle> {
  const name = `${directory.name}/${key}`;
  if (isPromiseLike(entry)) {
    return Promise.resolve(entry).then((found) => createEntry(directory, key, found, context, names));
  }
  if (entry === undefined) throw createMissing(name, names);
  if (!isObject(entry)) throw new PdmError("ERR_PDM_OBJECT", `${name} speaks no interface`);
  return new ObjectHandle(name, entry, context);
}

/** An assignment cannot be awaited: what comes of it later is printed where it failed. */
function writeQuietly(handle: ObjectHandle, value: unknown, context: TreeContext): void {
  if (!isWritable(handle.object)) throw new PdmError("ERR_PDM_OBJECT", `${handle.name} cannot be written`);
  reportLater(handle.name, handle.write(value), context);
}

function reportLater(name: string, result: unknown, { host }: TreeContext): void {
  if (!isPromiseLike(result)) return;
  Promise.resolve(result).then(undefined, (error: unknown) => {
    host.print("stderr", `${name} was not written: ${describeThrown(error)}\n`);
  });
}

function join({ name }: Branch, key: string): string {
  return name === "" ? key : `${name}.${key}`;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || prototype === Object.prototype;
}
