import { types } from "node:util";
import { readClockMs } from "../clock.js";
import { showBriefly } from "../engine/brief-value.js";
import { REPL_LIMITS, WATCHED_CALLS } from "../limits.js";
import { PdmError } from "../errors.js";
import { watchSettlement } from "./promise-settlement.js";
import { printAsText } from "./tool.js";
import type { ToolHost } from "./tool.js";
import { WatchedMethod } from "./watched-method.js";
import type { Call, CallOutcome } from "./watched-method.js";

/** One watch. */
export class Watch {
  readonly #print: (text: string) => void;
  readonly #limit: number;
  readonly #onStop: (watch: Watch) => void;
  readonly #method: WatchedMethod;
  readonly #pending = new Set<() => void>();
  #calls = 0;
  #isStopped = false;
  #isPrinting = false;

  constructor(
    object: unknown,
    key: string | symbol,
    limit: number,
    print: (text: string) => void,
    onStop: (watch: Watch) => void,
  ) {
    this.#print = print;
    this.#limit = limit;
    this.#onStop = onStop;
    this.#method = new WatchedMethod(object, key, { begin: (_receiver, call) => this.#begin(call) });
  }

  /** Calls that were told of. */
  get calls(): number {
    return this.#calls;
  }

  /** Ends it; the method is what it was before. A second call does nothing. */
  stop(): void {
    this.#end();
    for (const letGo of this.#pending) letGo();
    this.#pending.clear();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  toString(): string {
    const { name } = this.#method;
    const told = `${this.#calls} of ${this.#limit} calls told`;
    return this.#isStopped ? `the watch of ${name} has ended, ${told}` : `watching ${name}, ${told}; .stop() ends it`;
  }

  #end(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#method.restore();
    this.#onStop(this);
  }

  #begin({ kind, args }: Call): ((outcome: CallOutcome) => void) | undefined {
    // A call that showing a value makes would be shown in turn.
    if (this.#isPrinting || this.#isStopped) return undefined;
    this.#calls += 1;
    const number = this.#calls;
    if (number >= this.#limit) this.#end();
    const head = this.#guard(() => `${number}/${this.#limit} ${this.#describe(kind, args)}`);
    const startedAt = readClockMs();
    return (outcome) => {
      const took = readClockMs() - startedAt;
      this.#guard(() => {
        this.#tell(head ?? `${number}/${this.#limit} ${this.#method.name}`, number, startedAt, took, outcome);
        return undefined;
      });
    };
  }

  #describe(kind: Call["kind"], args: readonly unknown[]): string {
    const { name } = this.#method;
    if (kind === "get") return `get ${name}`;
    if (kind === "set") return `set ${name} = ${showValue(args[0])}`;
    const shown = args.slice(0, 10).map((value) => showValue(value));
    const more = args.length > 10 ? `, … ${args.length - 10} more` : "";
    return `${kind === "new" ? "new " : ""}${name}(${shown.join(", ")}${more})`;
  }

  #tell(head: string, number: number, startedAt: number, took: number, outcome: CallOutcome): void {
    const isLast = number >= this.#limit;
    const last = isLast ? "\n(that was the last one: the watch has ended)" : "";
    if (outcome.threw) {
      this.#print(`${head} threw ${showValue(outcome.error)} after ${formatMs(took)}${last}\n`);
      return;
    }
    const { value } = outcome;
    if (!types.isPromise(value)) {
      this.#print(`${head} → ${showValue(value)} in ${formatMs(took)}${last}\n`);
      return;
    }
    this.#print(`${head} → a promise in ${formatMs(took)}${last}\n`);
    this.#follow(value, number, startedAt);
  }

  /** Tells what became of a promise that a call returned; of those that take long, nothing. */
  #follow(promise: Promise<unknown>, number: number, startedAt: number): void {
    const letGo = (): void => {
      clearTimeout(timer);
      giveUp();
      this.#pending.delete(letGo);
    };
    const giveUp = watchSettlement(promise, (settlement, text) => {
      const took = readClockMs() - startedAt;
      letGo();
      this.#guard(() => {
        this.#print(`${number}/${this.#limit} ${settlement}: ${text} after ${formatMs(took)}\n`);
        return undefined;
      });
    });
    const timer = setTimeout(letGo, REPL_LIMITS.watchedPromiseMs).unref();
    this.#pending.add(letGo);
  }

  /** Whatever showing a value does must not reach the code that called the method. */
  #guard<T>(show: () => T): T | undefined {
    this.#isPrinting = true;
    try {
      return show();
    } catch {
      return undefined;
    } finally {
      this.#isPrinting = false;
    }
  }
}
printAsText(Watch);

/** Makes `$watch` for one session: its watches end with it. */
export function createWatch(
  host: ToolHost,
): (object: unknown, method: string | symbol, options?: { readonly limit?: number }) => Watch {
  const watches = new Set<Watch>();
  let isOver = false;
  host.onEnd(() => {
    isOver = true;
    for (const watch of watches) watch.stop();
  });
  return (object, method, { limit = WATCHED_CALLS.preset } = {}) => {
    if (isOver) throw new PdmError("ERR_PDM_WATCH", "the session ended: nothing can be watched for it any more");
    if (!Number.isInteger(limit) || limit < 1 || limit > WATCHED_CALLS.most) {
      throw new PdmError(
        "ERR_PDM_WATCH",
        `limit must be a whole number of calls from 1 to ${WATCHED_CALLS.most}, not ${String(limit)}`,
      );
    }
    if (typeof method !== "string" && typeof method !== "symbol") {
      throw new PdmError("ERR_PDM_WATCH", '$watch takes an object and the name of its method: $watch(cart, "total")');
    }
    if (watches.size >= REPL_LIMITS.watches) {
      throw new PdmError("ERR_PDM_WATCH", `this session has ${REPL_LIMITS.watches} watches: stop one first`);
    }
    const watch = new Watch(
      object,
      method,
      limit,
      (text) => {
        host.print("stdout", text);
      },
      (stopped) => watches.delete(stopped),
    );
    watches.add(watch);
    return watch;
  };
}

/** Within the call that is watched: none of the value's own code may run. */
function showValue(value: unknown): string {
  return showBriefly(value, { maxCharacters: 200, maxParts: 10, withProperties: true });
}

function formatMs(ms: number): string {
  return ms < 10 ? `${ms.toFixed(3)} ms` : `${ms.toFixed(1)} ms`;
}
