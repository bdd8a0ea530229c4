import { readClockMs } from "../clock.js";
import { isPromiseLike } from "../engine/promise.js";
import { PdmError } from "../errors.js";
import { REPL_LIMITS } from "../limits.js";

/** What `$time` found out. Milliseconds. */
export interface Timing {
  readonly result: unknown;
  readonly runs: number;
  readonly minMs: number;
  readonly medianMs: number;
  readonly maxMs: number;
  readonly totalMs: number;
}

/**
 * Calls `run` and measures how long it takes; for a promise, until it is settled, and then this is a promise too. Once where nothing else is
 * said, since calling twice may do twice; several runs come one after the other.
 *
 * @returns the result of the last run with the times
 * @throws PdmError `ERR_PDM_TOOL` for what is no function and a number of runs that is none; whatever `run` throws
 */
export function timeRuns(
  run: () => unknown,
  options: { readonly runs?: number | undefined } = {},
): Timing | Promise<Timing> {
  const { runs = 1 } = options;
  if (typeof run !== "function")
    throw new PdmError("ERR_PDM_TOOL", "$time takes a function: $time(() => orders.search())");
  if (!Number.isInteger(runs) || runs < 1 || runs > REPL_LIMITS.timedRuns) {
    throw new PdmError(
      "ERR_PDM_TOOL",
      `runs must be a whole number from 1 to ${REPL_LIMITS.timedRuns}, not ${String(runs)}`,
    );
  }
  const times: number[] = [];
  for (;;) {
    const startedAt = readClockMs();
    const result = run();
    if (isPromiseLike(result)) return timeRest(run, runs, times, startedAt, result);
    times.push(readClockMs() - startedAt);
    if (times.length >= runs) return summarise(result, times);
  }
}

/** From the first run that gave a promise on. */
async function timeRest(
  run: () => unknown,
  runs: number,
  times: number[],
  firstStart: number,
  first: PromiseLike<unknown>,
): Promise<Timing> {
  let result: unknown = await first;
  times.push(readClockMs() - firstStart);
  while (times.length < runs) {
    const startedAt = readClockMs();
    result = await run();
    times.push(readClockMs() - startedAt);
  }
  return summarise(result, times);
}

function summarise(result: unknown, times: readonly number[]): Timing {
  const sorted = times.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
  return {
    result,
    runs: times.length,
    minMs: round(sorted[0] ?? 0),
    medianMs: round(median),
    maxMs: round(sorted.at(-1) ?? 0),
    totalMs: round(times.reduce((sum, time) => sum + time, 0)),
  };
}

/** To microseconds: more is noise. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
