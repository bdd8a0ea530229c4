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
    checkGlobs(globs);
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
export function checkGlobs(names: readonly string[]): void {
  const globs = names.filter((name) => isGlob(name));
  const characters = globs.reduce((sum, glob) => sum + glob.length, 0);
  if (globs.length > REQUEST_GLOBS.count) {
    const message = `there are ${globs.length} globs, over the limit of ${REQUEST_GLOBS.count}`;
    throw new RpcError("ERR_PDM_LIMIT", message, "names");
  }
  if (characters > REQUEST_GLOBS.characters && globs.length > 1) {
    const message = `the globs have ${characters} characters together, over the limit of ${REQUEST_GLOBS.characters}`;
    throw new RpcError("ERR_PDM_LIMIT", message, "names");
  }
}

/** Whether it is a glob, and no name. */
export function isGlob(name: string): boolean {
  return /[*?]/u.test(name);
}
