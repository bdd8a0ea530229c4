import { REQUEST_GLOBS } from "../limits.js";
import { compileGlob } from "../objects/name-glob.js";
import { describeThrown } from "../warning.js";
import { RpcError } from "./rpc-error.js";

/** Some globs, one of which a name must match. */
export class NameGlobs {
  readonly #matches: readonly ((name: string) => boolean)[];
  /** What each begins with, up to its first wildcard. */
  readonly #prefixes: readonly string[];

  /** @throws RpcError `ERR_PDM_INVALID_ARGUMENT` for one that is none, `ERR_PDM_LIMIT` for too many */
  constructor(globs: readonly string[]) {
    checkGlobCount(globs);
    try {
      this.#matches = globs.map((glob) => compileGlob(glob));
    } catch (error) {
      throw new RpcError("ERR_PDM_INVALID_ARGUMENT", describeThrown(error), "names");
    }
    this.#prefixes = globs.map((glob) => /^[^*?]*/u.exec(glob)?.[0] ?? "");
  }

  match(name: string): boolean {
    return this.#matches.some((matches) => matches(name));
  }

  /** Whether a name that matches may be that one, or below it. */
  leadTo(name: string): boolean {
    return this.#prefixes.some((prefix) => name.startsWith(prefix) || prefix.startsWith(`${name}/`));
  }
}

/** @throws RpcError `ERR_PDM_LIMIT` for more than one request may have */
export function checkGlobCount(names: readonly string[]): void {
  const count = names.filter((name) => isGlob(name)).length;
  if (count <= REQUEST_GLOBS) return;
  throw new RpcError("ERR_PDM_LIMIT", `there are ${count} globs, over the limit of ${REQUEST_GLOBS}`, "names");
}

/** Whether it is a glob, and no name. */
export function isGlob(name: string): boolean {
  return /[*?]/u.test(name);
}
