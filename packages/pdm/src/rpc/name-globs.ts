import { compileGlob } from "../objects/name-glob.js";
import { describeThrown } from "../warning.js";
import { RpcError } from "./rpc-error.js";

/** Some globs, one of which a name must match. */
export class NameGlobs {
  readonly #matches: readonly ((name: string) => boolean)[];
  /** What each begins with, up to its first wildcard. */
  readonly #prefixes: readonly string[];

  /** @throws RpcError `ERR_PDM_INVALID_ARGUMENT` for one that is none */
  constructor(globs: readonly string[]) {
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

/** Whether it is a glob, and no name. */
export function isGlob(name: string): boolean {
  return /[*?]/u.test(name);
}
