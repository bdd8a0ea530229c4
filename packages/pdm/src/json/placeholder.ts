/** What stands for a function or a symbol of the other side. It is inert: a name to show, nothing to call. */
export class Placeholder {
  readonly kind: "function" | "symbol";
  /** The function's name or the symbol's description, its first 100 characters. */
  readonly name: string;

  constructor(kind: "function" | "symbol", name: string) {
    this.kind = kind;
    this.name = name;
  }
}
/** Under a name for the whole process: another copy of this package may have made it. */
const PLACEHOLDER = Symbol.for("pdm.json.placeholder.v1");
Object.defineProperty(Placeholder.prototype, PLACEHOLDER, { value: true });

/** Whether an object is a {@link Placeholder}, whichever copy of this package made it, by its prototype. */
export function isPlaceholderPrototype(prototype: object): boolean {
  return (prototype as { [PLACEHOLDER]?: true })[PLACEHOLDER] === true;
}
