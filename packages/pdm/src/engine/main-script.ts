import { realpathSync, statSync } from "node:fs";
import path from "node:path";

/** Node evaluates text instead of a file with these; what follows in `process.argv` is no script then. */
const EVAL_OPTION = /^(?:-e|-p|-pe|--eval|--print)(?:=|$)/;

/** A name beside the daemon's main script, determined at load, before the working directory or a link can change. */
const BASE_PATH = path.join(findMainFolder(), "[repl]");

/** The folder of the daemon's main script, or the working directory where it has none (`node -e`). */
function findMainFolder(): string {
  const script = process.argv[1];
  if (script !== undefined && path.isAbsolute(script) && !process.execArgv.some((option) => EVAL_OPTION.test(option))) {
    try {
      // Much quicker than what follows, and nearly always enough.
      if (statSync(script, { throwIfNoEntry: false })?.isFile() === true)
        return path.dirname(realpathSync.native(script));
      // Finds the file when Node was given `main` or a folder.
      return path.dirname(createRequireFrom(script).resolve(script));
    } catch {
      return path.dirname(script);
    }
  }
  try {
    return process.cwd();
  } catch {
    return path.resolve("/"); // The working directory is gone.
  }
}

/** The folder from which `import()` and `require` start. */
export function mainFolder(): string {
  return path.dirname(BASE_PATH);
}

/** A `require` as the daemon's main script has it. */
export function createMainRequire(): NodeJS.Require {
  return createRequireFrom(BASE_PATH);
}

function createRequireFrom(file: string): NodeJS.Require {
  return process.getBuiltinModule("node:module").createRequire(file);
}

/**
 * `import(specifier, options)`.
 *
 * @param names exports that the module must have, or the promise rejects with a SyntaxError as for an import declaration
 */
export type Importer = (specifier: unknown, options?: unknown, names?: readonly string[]) => Promise<object>;

let importer: Importer | undefined;

/** `import()` as in the daemon's main script. */
export function mainImporter(): Importer {
  if (importer) return importer;
  // A CommonJS module that is in no cache: `import()` in a vm.Script would make Node print a warning.
  const { Module } = process.getBuiltinModule("node:module");
  const module = new Module(BASE_PATH) as NodeModule & Record<"_compile", (source: string, path: string) => void>;
  module["_compile"]("module.exports = (specifier, options) => import(specifier, options);", BASE_PATH);
  const load = module.exports as Importer;
  importer = (specifier, options, names) => {
    const loading = load(specifier, options);
    return names === undefined ? loading : requireExports(loading, String(specifier), names);
  };
  return importer;
}

async function requireExports(loading: Promise<object>, specifier: string, names: readonly string[]): Promise<object> {
  const namespace = await loading;
  for (const name of names) {
    if (name in namespace) continue;
    const error = new SyntaxError(`The requested module '${specifier}' does not provide an export named '${name}'`);
    throw Object.assign(error, { stack: `${error.name}: ${error.message}` });
  }
  return namespace;
}
