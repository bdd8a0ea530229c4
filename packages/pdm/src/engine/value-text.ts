import { inspect } from "node:util";
import type { InspectOptions } from "node:util";
import { callWithinBoundary } from "./stack-boundary.js";
import { cutStackFrames } from "./stack-frames.js";
import { fitValue } from "./value-fit.js";

/** All options, since the daemon may have changed the defaults. */
const OPTIONS: InspectOptions = {
  breakLength: 80,
  colors: false,
  compact: 3,
  customInspect: true,
  getters: false,
  maxArrayLength: 100,
  numericSeparator: false,
  showHidden: false,
  showProxy: false,
  sorted: false,
};

/**
 * A value as `util.inspect` shows it: a small structure whole, of a big one the outer levels (see `fitValue`), and of 100 elements the
 * first. Stacks in it are cut to the frames of the command.
 *
 * @throws whatever the value's own code throws: an inspection method, a getter that inspection calls.
 */
export function formatValue(value: unknown): string {
  const { shown, depth, maxStringLength, omitted } = fitValue(value);
  const text = cutStackFrames(callWithinBoundary(inspect, shown, { ...OPTIONS, depth, maxStringLength }));
  return omitted === 0 ? text : `${text}\n… ${omitted} more properties`;
}
