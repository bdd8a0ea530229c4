import path from "node:path";
import { fileURLToPath } from "node:url";
import { inspect, types } from "node:util";
import { createMainRequire, mainFolder } from "../engine/main-script.js";
import { PdmError } from "../errors.js";
import { describeThrown } from "../warning.js";
import { listEsModules, refreshEsModules, whyNoEsModules } from "./es-modules.js";

/** Names that printing shows, and that an error lists. */
const SHOWN_MODULES = 200;
const LISTED_NAMES = 10;

/** A module that the process has loaded. */
interface LoadedModule {
  /** Relative to the folder of the main script: `./orders.mjs`, `./node_modules/express/index.js`. */
  readonly name: string;
  readonly kind: "CommonJS" | "ES";
  /** Path or URL. */
  readonly place: string;
  /** @throws PdmError `ERR_PDM_MODULE` where it has none (yet) */
  read(): unknown;
}

/** Whether a command needs {@link prepareModules} before it runs. */
export function needsModules(source: string): boolean {
  return source.includes("$modules");
}

/**
 * Has `$modules` know the ES modules that are loaded by now. To be awaited before a command that names it, so that the command itself need
 * not. Never rejects.
 */
export function prepareModules(): Promise<void> {
  return refreshEsModules();
}

/** The names that `$modules` lists now, for completion. */
function listModuleNames(): string[] {
  return [...findLoaded().keys()];
}

/**
 * The modules of the process by name, with their live exports. A name may be a part of it, as long as only one fits: its end, or a
 * package's name. CommonJS modules come from Node's cache at each look; ES modules from the last {@link prepareModules}.
 */
export function createModules(): object {
  const target = {};
  // What cannot be configured would have to be among the keys.
  Object.defineProperty(target, inspect.custom, { value: showModules, configurable: true });
  return new Proxy(target, {
    get: (_target, key) => {
      if (typeof key === "symbol") return Reflect.get(target, key);
      if (key === "$refresh") return refreshEsModules;
      const loaded = findLoaded();
      const exact = loaded.get(key);
      if (exact !== undefined) return exact.read();
      // What anything may be asked for: by `await`, by JSON, by what prints.
      if (key === "then" || key === "toJSON" || key in target) return Reflect.get(target, key);
      return findByPart(loaded, key).read();
    },
    has: (_target, key) => typeof key === "string" && findLoaded().has(key),
    ownKeys: () => listModuleNames(),
    getOwnPropertyDescriptor: (_target, key) => {
      const found = typeof key === "string" ? findLoaded().get(key) : undefined;
      return found && { get: () => found.read(), enumerable: true, configurable: true };
    },
    set: (_target, key) => {
      throw fail(`$modules[${JSON.stringify(String(key))}] cannot be replaced; its exports can be changed`);
    },
    defineProperty: () => false,
    deleteProperty: () => false,
  });
}

function findLoaded(): Map<string, LoadedModule> {
  const loaded = new Map<string, LoadedModule>();
  for (const [file, module] of Object.entries(createMainRequire().cache)) {
    if (module === undefined) continue;
    const kind = types.isModuleNamespaceObject(module.exports) ? "ES" : "CommonJS";
    const name = nameFile(file);
    loaded.set(name, { name, kind, place: file, read: () => module.exports as unknown });
  }
  for (const [url, module] of listEsModules()) {
    const name = nameUrl(url);
    if (loaded.get(name)?.kind === "ES") continue;
    const read = (): object => {
      switch (module.state) {
        case "loaded":
          return module.namespace;
        case "failed":
          throw fail(`${name} has no exports: its evaluation failed: ${describeThrown(module.error)}`);
        case "evaluating":
          throw fail(`${name} has no exports yet: it is still being evaluated`);
        case "refused":
          throw fail(`the exports of ${name} cannot be reached: ${describeThrown(module.error)}`);
      }
    };
    loaded.set(name, { name, kind: "ES", place: url, read });
  }
  return loaded;
}

function nameFile(file: string): string {
  if (!path.isAbsolute(file)) return file;
  const relative = path.relative(mainFolder(), file).replaceAll(path.sep, "/");
  return relative.startsWith("../") || path.isAbsolute(relative) ? relative : `./${relative}`;
}

function nameUrl(url: string): string {
  if (!url.startsWith("file:")) return url;
  try {
    const { search, hash } = new URL(url);
    return `${nameFile(fileURLToPath(url))}${search}${hash}`;
  } catch {
    return url;
  }
}

/** @throws PdmError `ERR_PDM_MODULE` where none fits, or several do */
function findByPart(loaded: ReadonlyMap<string, LoadedModule>, part: string): LoadedModule {
  const all = [...loaded.values()];
  const file = resolvePackage(part);
  const steps: readonly ((module: LoadedModule) => boolean)[] = [
    ({ place }) => place === part || place === file,
    ({ name }) => name.endsWith(`/${part}`),
    ({ name }) => dropExtension(name).endsWith(`/${part}`),
    ({ name }) => name.includes(part),
  ];
  for (const fits of steps) {
    const [found, ...others] = all.filter((module) => fits(module));
    if (found === undefined) continue;
    if (others.length === 0) return found;
    throw fail(`${JSON.stringify(part)} fits several modules: ${listNames([found, ...others])}`);
  }
  const unlisted = whyNoEsModules();
  throw fail(
    `no loaded module fits ${JSON.stringify(part)}; Object.keys($modules) lists them${unlisted === undefined ? "" : `. ${unlisted}`}`,
  );
}

/** The file that `require` would load for a package's name; nothing is loaded. */
function resolvePackage(name: string): string | undefined {
  if (!/^(?:@[\w.-]+\/)?[\w-][\w.-]*$/u.test(name)) return undefined;
  try {
    return createMainRequire().resolve(name);
  } catch {
    return undefined;
  }
}

function dropExtension(name: string): string {
  return name.replace(/\.[cm]?[jt]sx?$/u, "");
}

function listNames(modules: readonly LoadedModule[]): string {
  const names = modules.slice(0, LISTED_NAMES).map(({ name }) => name);
  const more = modules.length - names.length;
  return `${names.join(", ")}${more === 0 ? "" : ` and ${more} more`}`;
}

/** Names and kinds; of packages only how many files. */
function showModules(): string {
  const all = [...findLoaded().values()];
  const own = all.filter(({ name }) => !name.includes("node_modules/"));
  const lines = own.slice(0, SHOWN_MODULES).map(({ name, kind }) => `  ${kind.padEnd(8)}  ${name}`);
  if (own.length > SHOWN_MODULES) lines.push(`  … ${own.length - SHOWN_MODULES} more`);
  const unlisted = whyNoEsModules();
  if (unlisted !== undefined) lines.push(`  (${unlisted})`);
  return [
    `$modules: ${own.length} of the service's own, ${all.length - own.length} in node_modules; Object.keys($modules) lists all`,
    ...lines,
  ].join("\n");
}

function fail(message: string): PdmError {
  return new PdmError("ERR_PDM_MODULE", message);
}
