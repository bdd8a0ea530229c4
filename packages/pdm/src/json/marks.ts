/** What is known of a decoded object besides its contents. */
export interface Marks {
  /** A `Cut`: what is missing behind what is there. */
  readonly cut: object | undefined;
  readonly className: string | undefined;
}

interface Registry {
  readonly marks: WeakMap<object, Marks>;
  /** False until the first mark of the process: then nobody needs to look. */
  isUsed: boolean;
}

const REGISTRY = Symbol.for("pdm.json.marks.v1");

/** Beside the objects and not in them: they stay plain, can be frozen, and a proxy is not asked. One for all copies of this package. */
const registry: Registry = openRegistry();

function openRegistry(): Registry {
  const known = (globalThis as { [REGISTRY]?: Registry })[REGISTRY];
  if (known !== undefined) return known;
  const shared: Registry = { marks: new WeakMap(), isUsed: false };
  // Not enumerable: the daemon's own walks over its globals must not meet it.
  Object.defineProperty(globalThis, REGISTRY, { value: shared });
  return shared;
}

/** What was attached to an object, if anything. Never runs the object's code. */
export function marksOf(object: object): Marks | undefined {
  return registry.isUsed ? registry.marks.get(object) : undefined;
}

/** Says that an object lacks its rest. */
export function attachCut(object: object, cut: object): void {
  attach(object, { className: marksOf(object)?.className, cut });
}

/** Says of which class the object was where it came from. */
export function attachClassName(object: object, className: string): void {
  attach(object, { className, cut: marksOf(object)?.cut });
}

function attach(object: object, marks: Marks): void {
  registry.isUsed = true;
  registry.marks.set(object, marks);
}

/**
 * The name of the class that a decoded object was an instance of where it came from; undefined for any other value. The
 * object itself is plain: it has the fields, and no methods.
 */
export function classNameOf(value: unknown): string | undefined {
  return typeof value === "object" && value !== null ? marksOf(value)?.className : undefined;
}
