import { setTimeout as wait } from "node:timers/promises";
import { readClockMs } from "../clock.js";
import { INSPECTOR_LIMITS } from "../limits.js";

/** Whether it comes about within that time; for what the system tells nobody of, such as that a port is closed. */
export async function awaitThat(isTrue: () => boolean, limitMs: number): Promise<boolean> {
  const endMs = readClockMs() + limitMs;
  while (!isTrue()) {
    if (readClockMs() >= endMs) return false;
    await wait(INSPECTOR_LIMITS.lookMs);
  }
  return true;
}
