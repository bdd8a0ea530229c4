/**
 * Milliseconds since some moment, which no change of the system's time affects: for durations. As precise and as quick as
 * `performance.now()`, whose first use in a process loads a module of Node's (1 ms, a quarter of a megabyte).
 */
export function readClockMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
