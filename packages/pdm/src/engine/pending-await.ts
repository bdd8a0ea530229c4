import type { Awaited, Stoppable } from "./command.js";
import { ignoreRejection } from "./promise.js";

/** What one command awaits, and how it is stopped meanwhile: it is left where it is, so that none of its `finally` blocks runs. */
export class PendingAwait {
  #stop: (() => void) | undefined;
  #isStopped = false;

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Never rejects. */
  wait(promise: Promise<unknown>): Promise<Awaited | "stopped"> {
    if (this.#isStopped) {
      ignoreRejection(promise);
      return Promise.resolve("stopped");
    }
    return new Promise((resolve) => {
      this.#stop = () => resolve("stopped");
      promise.then(
        (value) => resolve({ threw: false, value }),
        (value: unknown) => resolve({ threw: true, value }),
      );
    });
  }

  /**
   * Between two steps, too: then the next does not begin.
   *
   * @returns false where it was stopped before
   */
  stop(): boolean {
    if (this.#isStopped) return false;
    this.#isStopped = true;
    this.#stop?.();
    return true;
  }

  /** For `for await`: what it gives never comes once the command is stopped, which ends the loop without a word. */
  readonly makeStoppable: Stoppable = (iterable) => {
    const isStopped = (): boolean => this.#isStopped;
    return {
      [Symbol.asyncIterator]() {
        const iterator = openIterator(iterable);
        return {
          async next() {
            const result = await iterator.next();
            return isStopped() ? new Promise<never>(() => {}) : result;
          },
          async return(value?: unknown) {
            await iterator.return?.();
            return { done: true, value };
          },
        };
      },
    };
  };
}

/** @throws TypeError as `for await` does for what is none */
function openIterator(iterable: unknown): AsyncIterator<unknown> {
  const open = (iterable as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator];
  if (open !== undefined && open !== null) return Reflect.apply(open, iterable, []);
  return adoptIterator((iterable as Iterable<unknown>)[Symbol.iterator]());
}

/** `for await` over an ordinary iterable awaits each element. */
function adoptIterator(iterator: Iterator<unknown>): AsyncIterator<unknown> {
  return {
    async next() {
      const { done, value } = iterator.next();
      ignoreRejection(value);
      return { done: done === true, value: await value };
    },
    async return() {
      return { done: true, value: iterator.return?.().value };
    },
  };
}
