import { DeclarationError } from "./declaration-error.js";
import type { Metadata } from "./metadata.js";

/** A class that was decorated with `managed`. */
export interface ManagedClass {
  /** What to call it in complaints. */
  readonly what: string;
  readonly metadata: Metadata;
}

type MemberKind = "accessor" | "field" | "getter" | "method" | "setter";

/** Makes the object that stands for a member of an instance. */
type MakeMember = (instance: object, name: string, kind: MemberKind) => object;

/** A decorated member. */
interface ManagedMember {
  /** Its place among all decorated members, in the order of the source. */
  readonly place: number;
  readonly make: (instance: object) => object;
}

/**
 * By the prototype of the class: of members, the class whose instances have them, which may be a subclass of the one that
 * declares them. Plain data, shared by all copies of this package in the process.
 */
interface ManagedClasses {
  readonly classes: WeakMap<object, ManagedClass>;
  readonly members: WeakMap<object, Map<string, ManagedMember>>;
  readonly directories: WeakMap<object, object>;
  nextPlace: number;
}

const KEY = Symbol.for("pdm.managed.v1");

function openManagedClasses(): ManagedClasses {
  const holder = globalThis as { [KEY]?: ManagedClasses };
  const known = holder[KEY];
  if (known !== undefined) return known;
  const shared: ManagedClasses = {
    classes: new WeakMap(),
    members: new WeakMap(),
    directories: new WeakMap(),
    nextPlace: 0,
  };
  Object.defineProperty(globalThis, KEY, { value: shared });
  return shared;
}

export function joinManagedClass(prototype: object, managedClass: ManagedClass): void {
  openManagedClasses().classes.set(prototype, managedClass);
}

/** What a member's decorator needs of its context. */
interface MemberContext {
  readonly kind: MemberKind;
  readonly name: string | symbol;
  readonly static: boolean;
  readonly private: boolean;
  addInitializer(initializer: (this: never) => void): void;
}

/**
 * The decorator of a member. A class's decorators do not know the class (the metadata that would say so is not in any engine),
 * so a member is joined when the first instance is made.
 *
 * @param what the member, for complaints
 */
export function joinManagedMember(what: string, make: MakeMember): (target: unknown, context: MemberContext) => void {
  const place = openManagedClasses().nextPlace++;
  return (_target, context) => {
    const { kind, name } = context;
    if (context.static || context.private || typeof name === "symbol") {
      throw new DeclarationError(
        what,
        `${String(name)} must be neither static nor private, and have a text as its name`,
      );
    }
    const member: ManagedMember = { place, make: (instance) => make(instance, name, kind) };
    context.addInitializer(function join(this: object) {
      const { members } = openManagedClasses();
      const prototype = Object.getPrototypeOf(this) as object;
      const joined = members.get(prototype);
      if (joined === undefined) members.set(prototype, new Map([[name, member]]));
      // An overridden member comes after the one that it overrides.
      else if (joined.get(name) !== member && (joined.get(name)?.place ?? -1) < place) joined.set(name, member);
    });
  };
}

/** The class of `instance`, or the next one above it, that was decorated. */
export function findManagedClass(instance: object): ManagedClass | undefined {
  const { classes } = openManagedClasses();
  for (let at: unknown = instance; typeof at === "object" && at !== null; at = Object.getPrototypeOf(at)) {
    const found = classes.get(at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The objects that stand for the decorated members of `instance`, by name, in the order of the source. */
export function createManagedEntries(instance: object): Record<string, object> {
  const members =
    openManagedClasses().members.get(Object.getPrototypeOf(instance) as object) ?? new Map<string, never>();
  const ordered = [...members].toSorted(([, one], [, other]) => one.place - other.place);
  return Object.fromEntries(ordered.map(([name, member]) => [name, member.make(instance)]));
}

/** The one directory of `instance`, made where there is none yet. */
export function openManagedDirectory(instance: object, create: () => object): object {
  const { directories } = openManagedClasses();
  const known = directories.get(instance);
  if (known !== undefined) return known;
  const created = create();
  directories.set(instance, created);
  return created;
}
