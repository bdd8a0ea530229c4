import type { InterfaceName } from "../objects/interfaces.js";
import { findModule, listModules } from "../objects/registry.js";
import { listEntries, listObjectInterfaces, lookUpEntry } from "../session/access.js";
import type { AccessOptions, LetGo, ObjectReference, Settle } from "../session/access.js";
import type { Session } from "../session/session.js";
import { RpcError } from "./rpc-error.js";
import { Turn } from "./turn.js";

/** Directories within directories that a walk goes into: one may contain itself. */
const MAX_DEPTH = 32;

/** What a name costs in a list, beside its characters. */
const NAME_BYTES = 24;

/** What a walk visits, and where it begins and ends. */
export interface WalkOptions {
  /** The part to walk; everything where nothing is said. */
  readonly root?: ObjectReference | undefined;
  /** Directories to go into below the root; 0 visits the root alone, or what is exposed. */
  readonly depth: number;
  /** A name at which an earlier walk of the same part stopped: this one goes on with it. */
  readonly from?: string | undefined;
  /** Whether to go into what has that name, and whatever is below it. */
  readonly isWanted?: ((name: string) => boolean) | undefined;
  /** For each step: may be less than what is left of the request's time, so that a directory that hangs is left out as well. */
  /** Is told of bytes that are held for the walk, and of fewer again where negative. */
  readonly charge?: ((bytes: number) => void) | undefined;
  readonly access: () => AccessOptions;
}

/** An object on the way. */
export interface Visited extends ObjectReference {
  readonly interfaces: readonly InterfaceName[];
}

/**
 * Goes through the tree of all that a session may see: an object before its entries, in the order in which they are listed. Lets
 * others have the event loop while it goes. A directory that fails or hangs, or an entry that is no object, is left out.
 */
export class Walk {
  readonly #session: Session;
  readonly #options: WalkOptions;
  readonly #turn: Turn;
  #letGo: LetGo | undefined;
  #isStopped = false;

  constructor(session: Session, options: WalkOptions) {
    this.#session = session;
    this.#options = options;
    this.#turn = new Turn(session.limits.turnMs);
  }

  /**
   * The objects, one after the other.
   *
   * @throws RpcError `ERR_PDM_NO_SUCH_HANDLE` where nothing has the name at which it should go on
   */
  async *visit(): AsyncGenerator<Visited, void> {
    const { root, depth, from } = this.#options;
    const rest = from === undefined ? undefined : this.#pathTo(from);
    if (root === undefined) yield* this.#visitRoots(depth, rest);
    else yield* this.#visitObject(root, depth, new Set(), rest);
  }

  /** Nobody waits any more. */
  stop(): void {
    this.#isStopped = true;
    this.#letGo?.();
  }

  async *#visitRoots(depth: number, from: string[] | undefined): AsyncGenerator<Visited, void> {
    const first = from?.shift();
    let isSkipping = first !== undefined;
    for (const module of listModules()) {
      for (const [name, object] of findModule(module) ?? []) {
        const target = `${module}.${name}`;
        const isFirst = isSkipping && target === first;
        if (this.#turn.isSpent) await this.#turn.next();
        // Who begins at what may not be seen is told what one is told who begins at nothing.
        if ((isSkipping && !isFirst) || !this.#session.isVisible(target)) continue;
        isSkipping = false;
        yield* this.#visitObject({ name: target, object }, depth, new Set(), isFirst ? from : undefined);
      }
    }
    if (isSkipping) throw staleCursor();
  }

  /** @param from the names below it at which to go on; where none are left, with itself */
  async *#visitObject(
    reference: ObjectReference,
    depth: number,
    above: Set<object>,
    from: string[] | undefined,
  ): AsyncGenerator<Visited, void> {
    const { name, object } = reference;
    if (this.#isStopped || this.#options.isWanted?.(name) === false) return;
    const interfaces = await this.#ask<readonly InterfaceName[]>((settle) => {
      listObjectInterfaces(this.#session, reference, settle);
      return undefined;
    });
    if (interfaces === undefined || interfaces.length === 0) return;
    const goesOnBelow = from !== undefined && from.length > 0;
    if (!goesOnBelow) yield { name, object, interfaces };
    if (depth > 0 && above.size < MAX_DEPTH && interfaces.includes("dir") && !above.has(object)) {
      yield* this.#visitEntries(reference, depth - 1, new Set(above).add(object), goesOnBelow ? from : undefined);
    }
  }

  async *#visitEntries(
    directory: ObjectReference,
    depth: number,
    above: Set<object>,
    from: string[] | undefined,
  ): AsyncGenerator<Visited, void> {
    const names = await this.#ask<string[]>((settle) =>
      listEntries(this.#session, directory, this.#options.access(), settle),
    );
    if (names === undefined) return;
    const namesBytes = names.reduce((sum, entry) => sum + entry.length + NAME_BYTES, 0);
    this.#options.charge?.(namesBytes);
    yield* this.#visitNames(directory, names, depth, above, from);
    this.#options.charge?.(-namesBytes);
  }

  async *#visitNames(
    directory: ObjectReference,
    names: readonly string[],
    depth: number,
    above: Set<object>,
    from: string[] | undefined,
  ): AsyncGenerator<Visited, void> {
    const first = from?.shift();
    const start = first === undefined ? 0 : names.indexOf(first);
    if (start === -1) throw staleCursor();
    for (let index = start; index < names.length && !this.#isStopped; index++) {
      if (this.#turn.isSpent) await this.#turn.next();
      const entry = names[index] ?? "";
      // No name leads to it.
      if (entry === "" || entry.includes("/")) continue;
      if (this.#options.isWanted?.(`${directory.name}/${entry}`) === false) continue;
      const reference = await this.#ask<ObjectReference>((settle) =>
        lookUpEntry(this.#session, directory, entry, this.#options.access(), settle),
      );
      if (reference !== undefined)
        yield* this.#visitObject(reference, depth, above, index === start ? from : undefined);
    }
  }

  /** What an access gives; undefined where it fails. */
  async #ask<T>(begin: (settle: Settle<T>) => LetGo | undefined): Promise<T | undefined> {
    const settled: { readonly value: T | undefined }[] = [];
    let wake: (() => void) | undefined;
    this.#letGo = begin((outcome) => {
      settled.push({ value: outcome.threw ? undefined : outcome.value });
      wake?.();
    });
    if (settled.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    this.#letGo = undefined;
    return settled[0]?.value;
  }

  /** The parts of a name, below the root of the walk where there is one. */
  #pathTo(name: string): string[] {
    const { root } = this.#options;
    if (root === undefined) return name.split("/");
    if (name === root.name) return [];
    if (!name.startsWith(`${root.name}/`)) throw staleCursor();
    return name.slice(root.name.length + 1).split("/");
  }
}

function staleCursor(): RpcError {
  return new RpcError("ERR_PDM_NO_SUCH_HANDLE", "nothing is where this page begins any more: begin anew", "cursor");
}
