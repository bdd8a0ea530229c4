interface Link<T> {
  readonly item: T;
  next: Link<T> | undefined;
}

/** First in, first out; each step takes the same short time, however many wait. */
export class Fifo<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    const link: Link<T> = { item, next: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    this.#length += 1;
  }

  /** The item that waited longest, without taking it. */
  peek(): T | undefined {
    return this.#first?.item;
  }

  /** Takes the item that waited longest. */
  shift(): T | undefined {
    const link = this.#first;
    if (link === undefined) return undefined;
    this.#first = link.next;
    if (this.#first === undefined) this.#last = undefined;
    this.#length -= 1;
    return link.item;
  }

  /** Takes all items, those included that are pushed meanwhile. */
  *drain(): Generator<T, void> {
    for (let item = this.shift(); item !== undefined; item = this.shift()) yield item;
  }

  clear(): void {
    this.#first = this.#last = undefined;
    this.#length = 0;
  }
}
