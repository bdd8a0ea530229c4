/** Up to here a list is searched, which is faster than making a Map for the few objects of most messages. */
const LIST_LENGTH = 8;

/** The objects written so far, each with its memo index: 0, 1, 2… in the order of adding. */
export class WrittenObjects {
  count = 0;
  readonly #first: object[] = [];
  #later: Map<object, number> | undefined;

  /** The memo index, or -1 for an object not written yet. */
  find(object: object): number {
    const index = this.#first.indexOf(object);
    return index >= 0 || !this.#later ? index : (this.#later.get(object) ?? -1);
  }

  add(object: object): number {
    const index = this.count++;
    if (index < LIST_LENGTH) this.#first.push(object);
    else (this.#later ??= new Map<object, number>()).set(object, index);
    return index;
  }
}
