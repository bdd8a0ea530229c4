import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { listen } from "../../src/index.js";
import type { ListenOptions } from "../../src/index.js";
import { resolveWatchdog } from "../../src/out-of-band/watchdog-settings.js";

describe("the option watchdog", () => {
  it("has a second where nothing is said, and rules in the order of their times", () => {
    assert.equal(resolveWatchdog(undefined), undefined);
    assert.equal(resolveWatchdog(false), undefined);
    assert.deepEqual(resolveWatchdog(true), { blockedMs: 1_000, rules: [] });
    const rules = [
      { afterMs: 900, do: { exit: 1 } },
      { do: "report" },
      { afterMs: 900, do: { signal: "SIGKILL" } },
    ] as const;
    assert.deepEqual(resolveWatchdog({ blockedMs: 500, rules }), {
      blockedMs: 500,
      rules: [{ afterMs: 500, do: "report" }, rules[0], rules[2]],
    });
  });

  const faults: readonly (readonly [given: unknown, message: RegExp])[] = [
    ["yes", /^watchdog must be true, false or \{ blockedMs, rules \}, not "yes"$/u],
    [{ blockedMS: 5 }, /^watchdog has no option "blockedMS"; there are: blockedMs, rules$/u],
    [{ blockedMs: 49 }, /^watchdog\.blockedMs must be milliseconds from 50 to 86400000, not 49$/u],
    [{ blockedMs: Number.NaN }, /^watchdog\.blockedMs must be milliseconds/u],
    [{ rules: "report" }, /^watchdog\.rules must be a list of rules, not "report"$/u],
    [{ rules: Array.from({ length: 17 }, () => ({ do: "report" })) }, /^watchdog\.rules are more than 16$/u],
    [{ rules: [null] }, /^watchdog\.rules\[0\] must be \{ afterMs, do \}, not null$/u],
    [{ rules: [{ do: "report", after: 5 }] }, /^watchdog\.rules\[0\]\.after is unknown; a rule has afterMs and do$/u],
    [{ rules: [{ do: "report", afterMs: 500 }] }, /^watchdog\.rules\[0\]\.afterMs must be milliseconds from 1000 to/u],
    [{ rules: [{ do: "report" }, {}] }, /^watchdog\.rules\[1\]\.do must be "report", .*, not undefined$/u],
    [{ rules: [{ do: { exit: 1, signal: "SIGKILL" } }] }, /^watchdog\.rules\[0\]\.do must be "report"/u],
    [{ rules: [{ do: { exit: 256 } }] }, /^watchdog\.rules\[0\]\.do\.exit must be a status from 0 to 255, not 256$/u],
    [{ rules: [{ do: { signal: "SIGFOO" } }] }, /^watchdog\.rules\[0\]\.do\.signal must be the name of a signal/u],
    [
      { rules: [{ do: { evaluate: "" } }] },
      /^watchdog\.rules\[0\]\.do\.evaluate must be an expression of at most 4000/u,
    ],
    [{ rules: [{ do: { evaluate: "1 +" } }] }, /^watchdog\.rules\[0\]\.do\.evaluate is no JavaScript: Unexpected end/u],
  ];
  for (const [given, message] of faults) {
    it(`is refused where it is ${JSON.stringify(given)?.slice(0, 60)}, before anything is opened`, async () => {
      const silence = (): void => undefined;
      process.on("warning", silence);
      await assert.rejects(listen(undefined, { watchdog: given } as ListenOptions), { message });
      process.off("warning", silence);
    });
  }
});
