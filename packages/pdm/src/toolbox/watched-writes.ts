type Write = (this: unknown, ...args: unknown[]) => unknown;

interface Stream {
  write: unknown;
}

/**
 * Has a listener told of what is written to a stream, by a `write` of ours in place of the stream's, which it calls: what that returns, throws and
 * calls back is what the caller gets. The stream's own functions are put back by `restore`, unless somebody has put another in its place
 * meanwhile, which may call ours: then it stays, and only passes on.
 */
export class WatchedWrites {
  readonly #stream: Stream;
  readonly #before: PropertyDescriptor | undefined;
  readonly #write: Write;
  #isDone = false;

  /** @param tell told after each write that did not throw; must not throw itself */
  constructor(stream: object, tell: (chunk: unknown, encoding: unknown) => void) {
    this.#stream = stream as Stream;
    this.#before = Object.getOwnPropertyDescriptor(stream, "write");
    const original = this.#stream.write as Write;
    this.#write = new Proxy(original, {
      apply: (target, receiver: unknown, args: unknown[]) => {
        const result = Reflect.apply(target, receiver, args);
        if (!this.#isDone) tell(args[0], args[1]);
        return result;
      },
    });
    Object.defineProperty(stream, "write", {
      value: this.#write,
      writable: true,
      enumerable: this.#before?.enumerable ?? false,
      configurable: true,
    });
  }

  restore(): void {
    this.#isDone = true;
    const now = Object.getOwnPropertyDescriptor(this.#stream, "write");
    if (now?.value !== this.#write) return;
    if (this.#before === undefined) Reflect.deleteProperty(this.#stream, "write");
    else Reflect.defineProperty(this.#stream, "write", this.#before);
  }
}
