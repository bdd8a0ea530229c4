import { showValue } from "../schema/fault.js";
import type { CallContext } from "./call-context.js";
import { DeclarationError } from "./declaration-error.js";
import type { ObjectDescription, OperationDescription } from "./description.js";
import { HELD_ENTRIES } from "./development.js";
import { listInterfaces } from "./interfaces.js";
import type { Directory, Invocable } from "./interfaces.js";
import { createManagedEntries, findManagedClass, openManagedDirectory } from "./managed-classes.js";
import { checkFunction, checkMetadata, freezeDescription } from "./metadata.js";
import type { Metadata } from "./metadata.js";
import { UnknownMethodError } from "./method-table.js";

/** What {@link directory} takes: the entries, or functions that find them. */
export type DirectoryOptions = Metadata &
  (
    | {
        /** Name to object, in the order to show them; a name is not empty and has no `/`. An instance of a class with the decorator `managed` stands for its directory. */
        readonly entries: Readonly<Record<string, object>>;
      }
    | {
        /** The names that `lookup` knows, in the order to show them; or a promise of them. */
        readonly list: () => Iterable<string> | PromiseLike<Iterable<string>>;
        /** The entry of that name, best the same object each time, or an instance as above; undefined where there is none. May return a promise. */
        readonly lookup: (name: string) => unknown;
      }
  );

/** A directory that says what it is. */
export interface DeclaredDirectory extends Directory {
  describe(): ObjectDescription;
}

/**
 * Declares a directory. One that holds its entries, some of them operations, is invocable too: it passes a method's name on
 * to the operation of that name, so that `cancel` of an object is also the method `cancel` of its directory.
 *
 * @throws DeclarationError for metadata that makes no sense, a malformed name, and an entry that speaks no interface
 */
export function directory(options: DirectoryOptions): DeclaredDirectory {
  if (typeof options === "object" && options !== null && "entries" in options) {
    const what = checkMetadata("directory", options, ["description", "deprecated", "entries"]);
    return createHeldDirectory(what, options, options.entries);
  }
  const what = checkMetadata("directory", options, ["description", "deprecated", "entries", "list", "lookup"]);
  const { description, deprecated, list, lookup } = options;
  checkFunction(what, "list", list);
  checkFunction(what, "lookup", lookup);
  const described = freezeDescription<ObjectDescription>({ description, deprecated });
  return { list: () => list(), lookup: (name) => resolveEntry(lookup(name)), describe: () => described };
}

/** A directory of these entries, with the metadata after the checks. */
function createHeldDirectory(
  what: string,
  { description, deprecated }: Metadata,
  entries: Readonly<Record<string, object>>,
): DeclaredDirectory {
  if (Object.prototype.toString.call(entries) !== "[object Object]") {
    throw new DeclarationError(what, `entries must be an object of names, not ${showValue(entries)}`);
  }
  const held = new Map(Object.entries(entries).map(([name, entry]) => [name, checkEntry(what, name, entry)] as const));
  const operations = collectOperations(held);
  if (operations === undefined) {
    return new HeldDirectory(held, freezeDescription<ObjectDescription>({ description, deprecated }));
  }
  return new OperableDirectory(held, freezeDescription<ObjectDescription>({ description, deprecated, operations }));
}

function checkEntry(what: string, name: string, entry: object): object {
  if (name === "" || name.includes("/")) {
    throw new DeclarationError(what, `${showValue(name)} is no name for an entry: it must be a text without a slash`);
  }
  const object = resolveManaged(entry);
  if (listInterfaces(object).length > 0) return object;
  throw new DeclarationError(
    what,
    `its entry ${name} speaks no interface: declare it with attribute(), operation() and so on`,
  );
}

/** The same of what a function found, or promises. */
function resolveEntry(found: unknown): unknown {
  if (typeof found !== "object" || found === null) return found;
  return found instanceof Promise ? found.then(resolveEntry) : resolveManaged(found);
}

/** The directory of an instance of a managed class, the same each time; every other object itself. */
export function resolveManaged(object: object): object {
  if (typeof object !== "object" || object === null) return object;
  const managedClass = findManagedClass(object);
  if (managedClass === undefined) return object;
  const { what, metadata } = managedClass;
  return openManagedDirectory(object, () => createHeldDirectory(what, metadata, createManagedEntries(object)));
}

/** What each entry that is an operation says of its call; undefined where none is. */
function collectOperations(
  entries: ReadonlyMap<string, object>,
): Readonly<Record<string, OperationDescription>> | undefined {
  const calls = [...entries].flatMap(([name, entry]) => {
    const call = findCall(entry);
    return call === undefined ? [] : [[name, call] as const];
  });
  return calls.length === 0 ? undefined : Object.freeze(Object.fromEntries(calls));
}

function findCall(entry: object): OperationDescription | undefined {
  const { describe, invoke } = entry as Partial<Invocable>;
  if (typeof describe !== "function" || typeof invoke !== "function") return undefined;
  const description = (entry as Required<Invocable>).describe();
  return description !== undefined && "operations" in description ? description.operations?.["call"] : undefined;
}

class HeldDirectory implements DeclaredDirectory {
  protected readonly entries: ReadonlyMap<string, object>;
  readonly #description: ObjectDescription;

  constructor(entries: ReadonlyMap<string, object>, description: ObjectDescription) {
    this.entries = entries;
    this.#description = description;
  }

  list(): string[] {
    return [...this.entries.keys()];
  }

  lookup(name: string): object | undefined {
    return this.entries.get(name);
  }

  describe(): ObjectDescription {
    return this.#description;
  }

  [HELD_ENTRIES](): Iterable<readonly [string, object]> {
    return this.entries;
  }
}

class OperableDirectory extends HeldDirectory implements Invocable {
  invoke(
    method: string,
    args: readonly unknown[],
    kwargs: Readonly<Record<string, unknown>>,
    context: CallContext,
  ): unknown {
    const operations = this.describe().operations ?? {};
    const entry = Object.hasOwn(operations, method) ? this.entries.get(method) : undefined;
    if (entry === undefined) throw new UnknownMethodError(method);
    return (entry as Invocable).invoke("call", args, kwargs, context);
  }
}
