import { marksOf } from "./marks.js";

/** Why something was cut: nested too deep, too many items in one container, or too many bytes in the whole text. */
export type CutReason = "depth" | "items" | "bytes";

/** What a {@link Cut} says. */
export interface CutDetails {
  readonly by: CutReason;
  /** What was cut, where the mark stands in place of the whole: `array`, `object`, `map`, `set`, `error`, …, or of bytes that are no Uint8Array the name of their class. */
  readonly kind?: string | undefined;
  /** How many items, entries or bytes the whole has; only where nothing of it is there. */
  readonly size?: number | undefined;
  /** How many items, entries, UTF-16 code units or bytes are missing behind what is there. */
  readonly left?: number | undefined;
  /** The number under which the server keeps the rest, for as long as the session lasts or until it is released. */
  readonly handle?: number | undefined;
  /** The first part of a string or of bytes. */
  readonly part?: string | Uint8Array | undefined;
}

/**
 * The mark of what was cut. It stands in place of a string, of bytes, or of a container that is missing as a whole; a
 * container that lacks its rest has it as a companion: {@link findCut}.
 */
export class Cut implements CutDetails {
  readonly by: CutReason;
  readonly kind: string | undefined;
  readonly size: number | undefined;
  readonly left: number | undefined;
  readonly handle: number | undefined;
  readonly part: string | Uint8Array | undefined;

  constructor(details: CutDetails) {
    this.by = details.by;
    this.kind = details.kind;
    this.size = details.size;
    this.left = details.left;
    this.handle = details.handle;
    this.part = details.part;
  }
}
/** Under a name for the whole process: another copy of this package may have made it. */
const CUT = Symbol.for("pdm.json.cut.v1");
Object.defineProperty(Cut.prototype, CUT, { value: true });

/** Whether an object is a {@link Cut}, whichever copy of this package made it, by its prototype. */
export function isCutPrototype(prototype: object): boolean {
  return (prototype as { [CUT]?: true })[CUT] === true;
}

/**
 * What is missing of a value that was read: the value itself where it is a {@link Cut}, else what is
 * missing behind the last item or entry that is there. Undefined where the value is whole; its parts are asked one by one.
 */
export function findCut(value: unknown): Cut | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype === "object" && prototype !== null && isCutPrototype(prototype)) return value as Cut;
  return marksOf(value)?.cut as Cut | undefined;
}
