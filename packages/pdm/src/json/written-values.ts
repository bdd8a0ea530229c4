/** Up to here a list is searched, which is faster than making a Map for the few objects of most values. */
const LIST_LENGTH = 8;

/** What stands in a form's text between the form and its parts. */
export type PartsKey = "" | "$map" | "$set" | "$error";

/** The objects that a text has so far, each with the place where it stands first. */
export class WrittenValues {
  /** The first one is the root; most values of one object need no more. */
  #root: object | undefined;
  #rootPartsKey: PartsKey = "";
  /** Of the others, by index - 1. */
  #others: Others | undefined;
  #aliases: Map<object, object> | undefined;

  /** The object's index, or -1 where the text does not have it. */
  find(object: object): number {
    const written = this.#aliases?.get(object) ?? object;
    if (written === this.#root) return 0;
    const others = this.#others;
    if (others === undefined) return -1;
    if (others.indices !== undefined) return others.indices.get(written) ?? -1;
    const at = others.objects.indexOf(written);
    return at < 0 ? -1 : at + 1;
  }

  /** Adds an object that stands at this step within the parent of that index; the first one is the root. */
  add(object: object, parent: number, step: string | number, partsKey: PartsKey): number {
    if (this.#root === undefined) {
      this.#root = object;
      this.#rootPartsKey = partsKey;
      return 0;
    }
    const others = (this.#others ??= { objects: [], parents: [], steps: [], partsKeys: [], indices: undefined });
    const index = others.objects.push(object);
    others.parents.push(parent);
    others.steps.push(step);
    others.partsKeys.push(partsKey);
    if (others.indices !== undefined) others.indices.set(object, index);
    else if (index === LIST_LENGTH) others.indices = new Map(others.objects.map((known, at) => [known, at + 1]));
    return index;
  }

  /** Says that what is written for one object is another: the place of the first is where the other stands. */
  alias(object: object, written: object): void {
    (this.#aliases ??= new Map<object, object>()).set(object, written);
  }

  /** The JSON Pointer to an object's place; undefined where it has more than so many characters. */
  pointerTo(index: number, maxLength: number): string | undefined {
    const others = this.#others;
    let pointer = "";
    for (let at = index; at > 0 && others !== undefined && pointer.length <= maxLength;) {
      const parent = others.parents[at - 1] ?? 0;
      const partsKey = (parent === 0 ? this.#rootPartsKey : others.partsKeys[parent - 1]) ?? "";
      const step = formatStep(others.steps[at - 1] ?? "", partsKey);
      pointer = `${partsKey === "" ? "" : `/${partsKey}`}/${step}${pointer}`;
      at = parent;
    }
    return pointer.length <= maxLength ? pointer : undefined;
  }
}

interface Others {
  readonly objects: object[];
  readonly parents: number[];
  readonly steps: (string | number)[];
  readonly partsKeys: PartsKey[];
  /** From a certain number on. */
  indices: Map<object, number> | undefined;
}

function formatStep(step: string | number, partsKey: PartsKey): string {
  if (typeof step === "number") return partsKey === "$map" ? `${step >> 1}/${step & 1}` : String(step);
  const name = step.startsWith("$") ? `$${step}` : step;
  return name.includes("~") || name.includes("/") ? name.replaceAll("~", "~0").replaceAll("/", "~1") : name;
}
