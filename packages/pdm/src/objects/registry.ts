import { PdmError } from "../errors.js";
import { resolveManaged } from "./declared-directory.js";
import { isDevelopment, reportUndescribed } from "./development.js";
import { listInterfaces } from "./interfaces.js";
import { createStandardObjects } from "./standard-objects.js";

/** Module name to object name to object. Plain data: copies of this package of other versions share it. */
type Registry = Map<string, Map<string, object>>;

/** What `expose` returns. */
export interface Exposure extends Disposable {
  /** Takes the objects back; clients that hold one keep it. A second call does nothing. */
  withdraw(): void;
}

const REGISTRY_KEY = Symbol.for("pdm.registry.v1");

/** The process's one registry: every copy of this package in it (a library's, the application's, a bundled one) finds the same. */
function openRegistry(): Registry {
  const holder = globalThis as { [REGISTRY_KEY]?: Registry };
  const known = holder[REGISTRY_KEY];
  if (known !== undefined) return known;
  const registry: Registry = new Map();
  for (const [module, objects] of Object.entries(createStandardObjects())) {
    registry.set(module, new Map(Object.entries(objects)));
  }
  // Not enumerable: the daemon's own walks over its globals must not meet it.
  Object.defineProperty(globalThis, REGISTRY_KEY, { value: registry });
  return registry;
}

/**
 * Makes objects reachable as `MODULE.NAME`, whether or not anybody listens yet.
 *
 * Several calls may add to one module. A name stays taken until it is withdrawn.
 *
 * @param module dotted name without `/` and white space, such as `shop.orders`
 * @param objects name to object; a name has no `.`, `/` or white space, an object speaks at least one interface, or is an instance of a class with
 * the decorator `managed`: then what is exposed is its directory
 * @throws PdmError `ERR_PDM_EXPOSE`, naming the object, where a name is malformed or taken or an object speaks no
 * interface; then none of the objects is exposed
 */
export function expose(module: string, objects: Readonly<Record<string, object>>): Exposure {
  if (typeof module !== "string" || !/^[^\s/.]+(?:\.[^\s/.]+)*$/u.test(module)) {
    throw new PdmError(
      "ERR_PDM_EXPOSE",
      `${JSON.stringify(module)} is no module name: use words with dots between, such as "shop.orders"`,
    );
  }
  // An array, a Map and the like would expose nothing, or nonsense, without a word.
  if (Object.prototype.toString.call(objects) !== "[object Object]") {
    throw new PdmError(
      "ERR_PDM_EXPOSE",
      `what ${module} exposes is an object of names: expose("shop.orders", { statistics })`,
    );
  }
  if (listInterfaces(objects).length > 0) {
    throw new PdmError(
      "ERR_PDM_EXPOSE",
      `what ${module} exposes needs a name of its own: expose("shop.orders", { statistics })`,
    );
  }
  const registry = openRegistry();
  const entries = registry.get(module) ?? new Map<string, object>();
  const added = Object.entries(objects).map(([name, object]) => [name, resolveManaged(object)] as const);
  for (const [name, object] of added) checkEntry(module, name, object, entries);
  for (const [name, object] of added) entries.set(name, object);
  if (entries.size > 0) registry.set(module, entries);
  if (isDevelopment()) for (const [name, object] of added) reportUndescribed(object, `${module}.${name}`);

  let withdrawn = false;
  const withdraw = (): void => {
    if (withdrawn) return;
    withdrawn = true;
    for (const [name, object] of added) if (entries.get(name) === object) entries.delete(name);
    if (entries.size === 0 && registry.get(module) === entries) registry.delete(module);
  };
  return { withdraw, [Symbol.dispose]: withdraw };
}

function checkEntry(module: string, name: string, object: object, entries: ReadonlyMap<string, object>): void {
  if (!/^[^\s/.]+$/u.test(name)) {
    throw new PdmError(
      "ERR_PDM_EXPOSE",
      `${JSON.stringify(name)} is no object name: it must have no dot, slash or white space`,
    );
  }
  if (entries.has(name)) {
    throw new PdmError(
      "ERR_PDM_EXPOSE",
      `${module}.${name} is exposed already: withdraw it first, or choose another name`,
    );
  }
  if (listInterfaces(object).length === 0) {
    throw new PdmError(
      "ERR_PDM_EXPOSE",
      `${module}.${name} speaks no interface: declare it with attribute(), operation(), event() or directory(), or decorate its class with managed()`,
    );
  }
}

/** The objects exposed under `module`, by name; undefined where there is no such module. */
export function findModule(module: string): ReadonlyMap<string, object> | undefined {
  return openRegistry().get(module);
}

/** The names of all modules that have objects now, in no order that is promised. */
export function listModules(): Iterable<string> {
  return openRegistry().keys();
}
