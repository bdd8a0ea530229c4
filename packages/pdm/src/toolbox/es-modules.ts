import type { Session } from "node:inspector";
import { mainImporter } from "../engine/main-script.js";

/** Milliseconds that a module may take to be obtained: one whose evaluation has not ended is not waited for. */
const OBTAIN_MS = 250;

/** Modules that are asked for at a time. */
const BATCH = 100;

/** What is known of an ES module that the process has loaded. */
export type EsModule =
  | { readonly state: "loaded"; readonly namespace: object }
  /** Its evaluation threw. */
  | { readonly state: "failed"; readonly error: unknown }
  /** Its evaluation waits for something. */
  | { readonly state: "evaluating" }
  /** It could not be obtained without evaluating it anew. */
  | { readonly state: "refused"; readonly error: unknown };

/** By URL. Modules stay loaded for as long as the process lives. */
const known = new Map<string, EsModule>();

let whyUnlisted: string | undefined;
let refreshing: Promise<void> | undefined;

/** The ES modules that {@link refreshEsModules} has found, by URL. */
export function listEsModules(): ReadonlyMap<string, EsModule> {
  return known;
}

/** Why ES modules cannot be found in this process, if that is so. */
export function whyNoEsModules(): string | undefined {
  return whyUnlisted;
}

/**
 * Finds the ES modules that were loaded since the last time, and obtains their exports. Evaluates nothing: what is loaded comes from Node's own
 * cache of modules. Takes ten milliseconds or so, most of it for V8 to name its scripts. Never rejects.
 */
export function refreshEsModules(): Promise<void> {
  refreshing ??= refresh().finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function refresh(): Promise<void> {
  const urls = findModuleUrls().filter((url) => {
    const state = known.get(url)?.state;
    return state === undefined || state === "evaluating";
  });
  for (let start = 0; start < urls.length; start += BATCH) {
    const batch = urls.slice(start, start + BATCH);
    const barrier = raiseBarrier(new Set(batch));
    try {
      await Promise.all(batch.map(async (url) => known.set(url, await obtain(url, barrier?.refused))));
    } finally {
      barrier?.lower();
    }
  }
}

/** As V8's debugger names them when it is asked to: the only list of them that there is. Connected for this moment only. */
function findModuleUrls(): string[] {
  const urls = new Set<string>();
  let session: Session | undefined;
  try {
    const inspector = process.getBuiltinModule("node:inspector");
    session = new inspector.Session();
    session.connect();
    session.on("Debugger.scriptParsed", ({ params: { url, isModule } }) => {
      if (isModule === true && /^[a-z][a-z\d+.-]*:/u.test(url) && !url.startsWith("node:")) urls.add(url);
    });
    session.post("Debugger.enable");
    session.post("Debugger.disable");
    whyUnlisted = undefined;
  } catch (error) {
    whyUnlisted = `ES modules cannot be listed, since this process has no inspector: ${(error as Error).message}`;
  } finally {
    session?.disconnect();
  }
  return [...urls];
}

async function obtain(url: string, refused: ReadonlySet<string> | undefined): Promise<EsModule> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<EsModule>((resolve) => {
    timer = setTimeout(() => resolve({ state: "evaluating" }), OBTAIN_MS);
  });
  const found = mainImporter()(url).then(
    // In an object, since a module may export `then`.
    (namespace): EsModule => ({ state: "loaded", namespace }),
    (error: unknown): EsModule => ({ state: refused?.has(url) === true ? "refused" : "failed", error }),
  );
  try {
    return await Promise.race([found, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Barrier {
  readonly refused: ReadonlySet<string>;
  lower(): void;
}

type RegisterHooks = (hooks: {
  load(url: string, context: unknown, nextLoad: (url: string, context: unknown) => unknown): unknown;
}) => { deregister(): void };

/**
 * Keeps Node from loading one of these modules again, should its cache not have it: one that was made with `vm`, say. Where Node has no such
 * hooks (before 22.15), what V8 has listed is relied on.
 */
function raiseBarrier(urls: ReadonlySet<string>): Barrier | undefined {
  const { registerHooks } = process.getBuiltinModule("node:module") as { registerHooks?: RegisterHooks };
  if (registerHooks === undefined) return undefined;
  const refused = new Set<string>();
  const hooks = registerHooks({
    load: (url, context, nextLoad) => {
      if (!urls.has(url)) return nextLoad(url, context);
      refused.add(url);
      throw new Error("it is not in Node's cache, and loading it would evaluate it anew");
    },
  });
  return { refused, lower: () => hooks.deregister() };
}
