import { inspect } from "node:util";
import type { InspectOptions } from "node:util";
import { REPL_LIMITS } from "../limits.js";
import { callWithinBoundary } from "./stack-boundary.js";
import { cutStackFrames } from "./stack-frames.js";
import { cutText } from "./text-cut.js";
import { BRIEF, fitValue } from "./value-fit.js";
import type { FitLimits } from "./value-fit.js";

/** How a client wants values shown. */
export interface PrintOptions {
  /** With the escape sequences of a terminal; without where left out. */
  readonly colors?: boolean | undefined;
  /** Columns of a line, where a value needs several; 80 where left out. */
  readonly width?: number | undefined;
  /** Bytes of the text; `REPL_LIMITS.textBytes` where left out. */
  readonly maxBytes?: number | undefined;
  /** How much of the value is shown; `BRIEF` where left out. */
  readonly limits?: FitLimits | undefined;
}

/** A value as text. */
export interface ValueText {
  /** One line or several, without a line feed at the end. */
  readonly text: string;
  /** It does not show all of the value: of its elements, properties or levels, of a string or of the text itself. */
  readonly isCut: boolean;
}

/** All options, since the daemon may have changed the defaults. */
const OPTIONS: InspectOptions = {
  compact: 3,
  customInspect: true,
  getters: false,
  numericSeparator: false,
  showHidden: false,
  showProxy: false,
  sorted: false,
};

/** What stands in a text for a part that is left out, where what is inside of a value could not be looked at. */
const CUT_PART = /\[(?!Getter|Setter)[A-Z]\w*\]|\.\.\. \d+ more (?:item|character)s?/;

/**
 * A value as `util.inspect` shows it: a small structure whole, of a big one the outer levels (see `fitValue`), and of many elements the
 * first. Stacks in it are cut to the frames of the command.
 *
 * @throws whatever the value's own code throws: an inspection method, a getter that inspection calls.
 */
export function formatValue(value: unknown, print: PrintOptions = {}): ValueText {
  const { colors = false, width = 80, maxBytes = REPL_LIMITS.textBytes, limits = BRIEF } = print;
  if (isShort(value)) return { text: inspect(value, { colors, numericSeparator: false }), isCut: false };
  const { shown, depth, maxStringLength, omitted, isWhole } = fitValue(value, maxBytes, limits);
  const sizes = { breakLength: width, depth, maxArrayLength: limits.elements, maxStringLength };
  const options = { ...OPTIONS, ...sizes, colors };
  const inspected = cutStackFrames(callWithinBoundary(inspect, shown, options));
  const { text, isCut } = cutText(inspected, maxBytes);
  const left = omitted === 0 ? "" : `\n… ${omitted} more properties`;
  return { text: text + left, isCut: isCut || !(isWhole ?? !CUT_PART.test(text)) };
}

/** Whether it has no parts, no code and no long text, and so always fits. */
function isShort(value: unknown): boolean {
  return typeof value === "number" || typeof value === "boolean" || value === undefined || value === null;
}
