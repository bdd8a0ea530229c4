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
      // As `await` does, which takes no notice of a `then` that somebody has put on it.
      void Reflect.apply(Promise.prototype.then, promise, [
        (value: unknown) => resolve({ threw: false, value }),
        (value: unknown) => resolve({ threw: true, value }),
      ]);
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
      [Symbol.asyncIterator]: function open() {
        const iterator = openIterator(iterable, open);
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

/**
 * @param caller where the error's stack begins
 * @throws TypeError for what cannot be iterated over, as `for await` does
 */
function openIterator(iterable: unknown, caller: () => unknown): AsyncIterator<unknown> {
  const { [Symbol.asyncIterator]: open, [Symbol.iterator]: openOrdinary } = (iterable ?? {}) as Partial<
    AsyncIterable<unknown> & Iterable<unknown>
  >;
  if (open !== undefined && open !== null) return Reflect.apply(open, iterable, []);
  if (typeof openOrdinary === "function") return adoptIterator(Reflect.apply(openOrdinary, iterable, []));
  const error = new TypeError("what for await goes over is not async iterable");
  Error.captureStackTrace(error, caller);
  throw error;
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
