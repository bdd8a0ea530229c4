import type { ObjectDescription } from "./description.js";
import type { Attribute } from "./interfaces.js";

/** An attribute whose value is computed at each read, by a function that may return a promise. */
export class ComputedAttribute<T> implements Attribute<T> {
  readonly #compute: () => T | PromiseLike<T>;
  readonly #description: ObjectDescription | undefined;

  constructor(compute: () => T | PromiseLike<T>, description?: string) {
    this.#compute = compute;
    this.#description = description === undefined ? undefined : { description };
  }

  read(): T | PromiseLike<T> {
    return this.#compute();
  }

  describe(): ObjectDescription | undefined {
    return this.#description;
  }
}

/** An attribute that holds a value, which the service sets as it likes. */
export class ValueAttribute<T> implements Attribute<T> {
  /** What the next read returns. */
  value: T;
  readonly #description: ObjectDescription | undefined;

  constructor(value: T, description?: string) {
    this.value = value;
    this.#description = description === undefined ? undefined : { description };
  }

  read(): T {
    return this.value;
  }

  describe(): ObjectDescription | undefined {
    return this.#description;
  }
}
