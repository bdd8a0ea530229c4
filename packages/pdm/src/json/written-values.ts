/** Up to here a list is searched, which is faster than making a Map for the few objects of most values. */
const LIST_LENGTH = 8;

/** What stands in a form's text between the form and its parts. */
export type PartsKey = "" | "$map" | "$set" | "$error";

/** The objects that a text has so far, each with the place where it stands first. */
export class WrittenValues {
  readonly #objects: object[] = [];
  readonly #parents: number[] = [];
  readonly #steps: (string | number)[] = [];
  readonly #partsKeys: PartsKey[] = [];
  #later: Map<object, number> | undefined;
  #aliases: Map<object, object> | undefined;

  /** The object's index, or -1 where the text does not have it. */
  find(object: object): number {
    const written = this.#aliases?.get(object) ?? object;
    return this.#later === undefined ? this.#objects.indexOf(written) : (this.#later.get(written) ?? -1);
  }

  /** Adds an object that stands at this step within the parent of that index (-1: it is the root). */
  add(object: object, parent: number, step: string | number, partsKey: PartsKey): number {
    const index = this.#objects.length;
    this.#objects.push(object);
    this.#parents.push(parent);
    this.#steps.push(step);
    this.#partsKeys.push(partsKey);
    if (this.#later !== undefined) this.#later.set(object, index);
    else if (index === LIST_LENGTH) this.#later = new Map(this.#objects.map((known, at) => [known, at]));
    return index;
  }

  /** Says that what is written for one object is another: the place of the first is where the other stands. */
  alias(object: object, written: object): void {
    (this.#aliases ??= new Map<object, object>()).set(object, written);
  }

  /** The JSON Pointer to an object's place; undefined where it has more than so many characters. */
  pointerTo(index: number, maxLength: number): string | undefined {
    let pointer = "";
    for (let at = index; at >= 0 && pointer.length <= maxLength; at = this.#parents[at] ?? -1) {
      const parent = this.#parents[at] ?? -1;
      if (parent < 0 && this.#steps[at] === "") break;
      const step = this.#steps[at] ?? "";
      const partsKey = this.#partsKeys[parent] ?? "";
      pointer = `${partsKey === "" ? "" : `/${partsKey}`}/${formatStep(step, partsKey)}${pointer}`;
    }
    return pointer.length <= maxLength ? pointer : undefined;
  }
}

function formatStep(step: string | number, partsKey: PartsKey): string {
  if (typeof step === "number") return partsKey === "$map" ? `${step >> 1}/${step & 1}` : String(step);
  const name = step.startsWith("$") ? `$${step}` : step;
  return name.includes("~") || name.includes("/") ? name.replaceAll("~", "~0").replaceAll("/", "~1") : name;
}
