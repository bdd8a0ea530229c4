import { setTimeout as wait } from "node:timers/promises";
import { WATCHDOG_LIMITS } from "../limits.js";
import type { Inspections } from "./inspections.js";
import { writeStandardError } from "./standard-error.js";
import { explain } from "./watchdog-records.js";
import type { WatchdogRecords } from "./watchdog-records.js";
import { nameAction } from "./watchdog-report.js";
import type { BlockedReport, RuleOutcome } from "./watchdog-report.js";
import type { WatchdogRule } from "./watchdog-settings.js";

/** What a rule works on. */
export interface RuleContext {
  readonly inspections: Inspections;
  readonly records: WatchdogRecords;
  /** What is known of the block by now. */
  report(): BlockedReport;
  /** Resolves when it is known what blocks, or cannot be. */
  readonly diagnosed: Promise<unknown>;
}

/** Does what the rule says, and records it. Never rejects. */
export async function runRule(
  { afterMs, do: action }: Required<WatchdogRule>,
  context: RuleContext,
): Promise<RuleOutcome> {
  const { records } = context;
  const name = nameAction(action);
  const target = `pdm.watchdog/rule ${name}`;
  const input =
    action === "report"
      ? undefined
      : "evaluate" in action
        ? action.evaluate
        : String("exit" in action ? action.exit : action.signal);
  const record = (outcome: "ok" | "threw", error?: string): void => {
    const { durationMs } = context.report();
    records.add({
      action: "watchdog",
      target,
      outcome,
      durationMs,
      ...(input === undefined ? {} : { input }),
      ...(error === undefined ? {} : { error }),
    });
  };
  try {
    if (action === "report") {
      await reportOnce(context);
      record("ok");
    } else if ("evaluate" in action) {
      const { text, isError } = await context.inspections.evaluate(action.evaluate, {
        timeoutMs: WATCHDOG_LIMITS.evaluateMs,
      });
      if (isError) throw new Error(text);
      record("ok");
    } else {
      // Afterwards nobody can.
      record("ok");
      await endProcess(action, context.inspections);
    }
    return { do: name, afterMs, outcome: "done" };
  } catch (error) {
    record("threw", explain(error));
    return { do: name, afterMs, outcome: "failed" };
  }
}

/** With the stack, where that is there in time; else the stack follows by itself. */
async function reportOnce(context: RuleContext): Promise<void> {
  const { diagnosed } = context;
  let isDiagnosed = false;
  const noted = diagnosed.then(() => (isDiagnosed = true));
  await Promise.race([noted, wait(WATCHDOG_LIMITS.stackWaitMs)]);
  writeStandardError(writeReport(context.report()));
  if (!isDiagnosed) void noted.then(() => writeStandardError(writeReport(context.report()))).catch(() => undefined);
}

function writeReport({ durationMs, summary, stack }: BlockedReport): string {
  const seconds = (durationMs / 1000).toFixed(1);
  const line = `(pdm watchdog, process ${process.pid}) the event loop has been blocked for ${seconds} s. ${summary}`;
  return `${line}\n${stack === "" ? "" : `${stack}\n`}`;
}

async function endProcess(
  action: { readonly exit: number } | { readonly signal: `SIG${string}` },
  inspections: Inspections,
): Promise<void> {
  if ("signal" in action) {
    process.kill(process.pid, action.signal);
    return;
  }
  try {
    inspections.exit(action.exit);
    await wait(WATCHDOG_LIMITS.exitMs);
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
}
