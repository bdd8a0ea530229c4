import { VERSION } from "../version.js";

/** A listener that is open in this process. Plain data: copies of this package of other versions share the list. */
export interface OpenListener {
  /** What a client connects to. */
  readonly spec: string;
  /** The version of the package that opened it. */
  readonly version: string;
}

/** Under `Symbol.for` of it a process holds the set of its {@link OpenListener}s. */
export const OPEN_LISTENERS_KEY = "pdm.listeners.v1";

const LISTENERS_KEY: unique symbol = Symbol.for(OPEN_LISTENERS_KEY);

function openList(): Set<OpenListener> {
  const holder = globalThis as { [LISTENERS_KEY]?: Set<OpenListener> };
  const known = holder[LISTENERS_KEY];
  if (known !== undefined) return known;
  const list = new Set<OpenListener>();
  // Not enumerable: the daemon's own walks over its globals must not meet it.
  Object.defineProperty(globalThis, LISTENERS_KEY, { value: list });
  return list;
}

/** Adds one to the process's list. @returns takes it off; a second call does nothing */
export function addOpenListener(spec: string): () => void {
  const list = openList();
  const entry: OpenListener = { spec, version: VERSION };
  list.add(entry);
  return () => {
    list.delete(entry);
  };
}

/** The listeners that are open in this thread, of all copies of this package, in the order in which they were opened. */
export function listOpenListeners(): readonly OpenListener[] {
  return [...openList()];
}
