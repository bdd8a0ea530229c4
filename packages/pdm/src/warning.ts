import { readClockMs } from "./clock.js";

/** At most one warning of a code in this time, whatever clients and objects do: the service's log is not theirs to fill. */
const INTERVAL_MS = 10_000;

const reports = new Map<string, { at: number; suppressed: number }>();

/**
 * Tells the service's operator, as a process warning, at most once in ten seconds for each code; the next one says how many
 * were left out. Never throws.
 *
 * @param code one of a few fixed names that begin with `PDM_`
 * @param what what happened, in front of the reason
 * @param reason an error or whatever else was thrown, if anything
 */
export function warn(code: string, what: string, reason?: unknown): void {
  const now = readClockMs();
  const last = reports.get(code);
  if (last !== undefined && now - last.at < INTERVAL_MS) {
    last.suppressed += 1;
    return;
  }
  reports.set(code, { at: now, suppressed: 0 });
  const more = last === undefined || last.suppressed === 0 ? "" : ` (and ${last.suppressed} more such warnings before)`;
  process.emitWarning(`${what}${reason === undefined ? "" : `: ${describeThrown(reason)}`}${more}`, { code });
}

/** The message of what was thrown, whatever it is. Never throws. */
export function describeThrown(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return "what was thrown cannot be shown";
  }
}
