import { inspect } from "node:util";
import type { WatchdogClient } from "../client/watchdog.js";
import type { Diagnosis } from "../diagnosis/diagnosis.js";
import { saysDisabled } from "../disabled.js";
import { PdmError } from "../errors.js";
import { awaitThat } from "../inspector/await-that.js";
import { InspectorError } from "../inspector/inspector-error.js";
import { checkInspectorCanOpen, isInspectorOpen, openInspector } from "../inspector/open-inspector.js";
import type { OpenedInspector } from "../inspector/open-inspector.js";
import { RESCUE_LIMITS } from "../limits.js";
import { isAlive } from "../target/target.js";
import type { Target } from "../target/target.js";
import { TargetError } from "../target/target-error.js";
import { VERSION } from "../version.js";
import { askConsent } from "./consent.js";
import { describeEnd } from "./inspector-end.js";
import { Interruption } from "./interruption.js";
import { Output } from "./output.js";
import { diagnoseByMemory, diagnoseOutside } from "./outside.js";
import { InspectedPatient } from "./inspected-patient.js";
import { writeProfile } from "./patient.js";
import type { FoundThread, Patient } from "./patient.js";
import { WatchedPatient } from "./watched-patient.js";
import { formatReport, listCommands } from "./report.js";
import { parseRescueCommandLine, RESCUE_USAGE } from "./rescue-command-line.js";
import type { RescueRun } from "./rescue-command-line.js";
import { offerSteps } from "./steps.js";
import { findSubject, findWatchdog } from "./subject.js";

/** What is advised where the process is only looked at from outside. */
const NO_SIGNAL = "Whether its event loop turns, only the process itself can tell: leave --no-signal out.";
const NO_INSPECTOR = "More can only be told through its inspector.";

/** As the help says. */
const EXIT = { fine: 0, failed: 1, noConsent: 2, threw: 3 } as const;

/**
 * The program `pdm-rescue` on this process's standard streams.
 *
 * @param args what follows the program's name
 * @returns the exit status; a failure has been reported on standard error
 */
export async function runRescue(args: readonly string[]): Promise<number> {
  const output = new Output(args.includes("--no-color") || (process.env["NO_COLOR"] ?? "") !== "");
  using interruption = new Interruption();
  try {
    const commandLine = parseRescueCommandLine(args);
    if (commandLine.kind === "run") return await rescue(commandLine, output, interruption);
    if (commandLine.kind === "close") return await closeInspector(commandLine, output, interruption);
    process.stdout.write(commandLine.kind === "help" ? RESCUE_USAGE : `${VERSION}\n`);
    return EXIT.fine;
  } catch (error) {
    output.note(`pdm-rescue: ${error instanceof PdmError ? error.message : inspect(error)}`);
    if (interruption.status !== undefined) return interruption.status;
    if (!(error instanceof PdmError)) return EXIT.failed;
    if (error.code === "ERR_PDM_USAGE") output.note("pdm-rescue --help shows the usage");
    return error.code === "ERR_PDM_CONSENT" ? EXIT.noConsent : EXIT.failed;
  }
}

async function rescue(run: RescueRun, output: Output, interruption: Interruption): Promise<number> {
  const watchdog = await interruption.orElse(findWatchdog(run.subject));
  if (watchdog !== undefined) return rescueByWatchdog(watchdog, run, output, interruption);
  const target = await findSubject(run.subject);
  if (saysDisabled(target.command.env.get("PDM_DISABLE") ?? "")) {
    output.note(`process ${target.label} has PDM_DISABLE: it is only looked at, and nothing is loaded into it`);
  }
  const diagnosis =
    (await diagnoseOutside(target)) ??
    (run.mayCallSignal ? undefined : await diagnoseByMemory(target, { mayStop: false, advice: NO_SIGNAL }));
  if (diagnosis !== undefined) return reportOutside(target, diagnosis, run, output);
  const refusal = await findRefusal(target);
  if (refusal !== undefined) {
    const advice = run.consents
      ? NO_INSPECTOR
      : `${NO_INSPECTOR} With --yes, one that computes is stopped for some milliseconds, and its memory tells.`;
    reportOutside(target, await diagnoseByMemory(target, { mayStop: run.consents, advice }), run, output);
    throw refusal;
  }
  const isOpen = await isInspectorOpen(target);
  if (!isOpen) await askConsent(target, run.consents);
  const opened = await openOrExplain(target, { ...run, isOpen }, output, interruption);
  if (typeof opened === "number") return opened;
  let isFine = true;
  try {
    const patient = new InspectedPatient(target, opened.session, { ...run, mayStop: run.consents || !isOpen });
    isFine = await interruption.orElse(treat(patient, run, output));
  } catch (error) {
    // At its end a process waits for its debuggers to leave, and answers nothing.
    await opened.close();
    if (!(error instanceof InspectorError) || !(await awaitThat(() => !isAlive(target), RESCUE_LIMITS.closeMs)))
      throw error;
    throw new PdmError("ERR_PDM_TARGET_GONE", `process ${target.label} has ended meanwhile`, { cause: error });
  } finally {
    const end = await opened.close();
    if (isAlive(target)) output.note(await describeEnd(target, opened, end));
  }
  return isFine ? EXIT.fine : EXIT.threw;
}

/** Why its inspector is closed, and must not be opened, if that is so. */
async function findRefusal(target: Target): Promise<TargetError | undefined> {
  try {
    await checkInspectorCanOpen(target);
    return undefined;
  } catch (error) {
    if (error instanceof TargetError && error.code !== "ERR_PDM_TARGET_GONE") return error;
    throw error;
  }
}

/** Has a process close an inspector that is open, or opens while we wait, whoever opened it. */
async function closeInspector(run: RescueRun, output: Output, interruption: Interruption): Promise<number> {
  const target = await findSubject(run.subject);
  const { signal } = interruption;
  const opened = await openInspector(target, run.patienceMs ?? 0, { maySignal: false, signal });
  const end = await opened.close(true);
  output.note(await describeEnd(target, opened, end));
  return end === "closing" ? EXIT.fine : EXIT.failed;
}

async function rescueByWatchdog(
  watchdog: WatchdogClient,
  run: RescueRun,
  output: Output,
  interruption: Interruption,
): Promise<number> {
  try {
    const patient = await WatchedPatient.open(watchdog, run.subject, run.threadId);
    return (await interruption.orElse(treat(patient, run, output))) ? EXIT.fine : EXIT.threw;
  } finally {
    watchdog.close();
  }
}

/** @returns the exit status where no inspector opens: then it has been said what can be seen */
async function openOrExplain(
  target: Target,
  run: RescueRun & { readonly isOpen: boolean },
  output: Output,
  { signal }: Interruption,
): Promise<OpenedInspector | number> {
  const waitMs = run.patienceMs ?? RESCUE_LIMITS.inspectorMs;
  try {
    return await openInspector(target, waitMs, { maySignal: !run.isOpen, signal });
  } catch (error) {
    if (!(error instanceof InspectorError) || error.code !== "ERR_PDM_INSPECTOR_TIMEOUT" || signal.aborted) throw error;
    const diagnosis = await diagnoseByMemory(target, {
      mayStop: true,
      silentMs: waitMs,
      ifNone: "So its program has a handler of its own for SIGUSR1, which has run instead of opening the inspector.",
      advice:
        "What it does can only be told through an inspector that is open: --inspect, or inspector.open() in its code.",
    });
    const status = reportOutside(target, diagnosis, run, output);
    output.note(
      `process ${target.label} was sent SIGUSR1: if it is in a native call, its inspector opens when that returns, and stays open. To close it then: pdm-rescue ${target.pid} --close-inspector --wait 3600`,
    );
    return status;
  }
}

/** @returns the exit status: what was to be done in the process could not be */
function reportOutside(target: Target, diagnosis: Diagnosis, run: RescueRun, output: Output): number {
  const found: FoundThread = { thread: 0, heading: `Process ${target.label}`, diagnosis };
  report(target.pid, [found], run, output);
  const undone = run.code !== undefined ? "evaluated" : run.profileMs !== undefined ? "recorded" : undefined;
  if (undone === undefined) return EXIT.fine;
  output.note(
    `pdm-rescue: nothing was ${undone}: no JavaScript of process ${target.label} can be reached in that state`,
  );
  return EXIT.failed;
}

function report(pid: number, found: readonly FoundThread[], { json }: RescueRun, output: Output): void {
  if (json) output.printJson({ pid, threads: found.map(({ thread, diagnosis }) => ({ thread, ...diagnosis })) });
  else output.print(formatReport(found, output.palette));
}

/** @returns whether nothing that was evaluated threw */
async function treat(patient: Patient, run: RescueRun, output: Output): Promise<boolean> {
  const { code, frame, profileMs } = run;
  if (code !== undefined) {
    const evaluated = await patient.evaluate(code, frame);
    if (run.json) output.printJson(evaluated);
    else output.print([evaluated.text]);
    return !evaluated.isError;
  }
  if (profileMs !== undefined) {
    const file = await writeProfile(patient, profileMs, run.output);
    if (run.json) output.printJson({ profile: file });
    else output.print([`The CPU profile is in ${file}`]);
    return true;
  }
  const found = await patient.diagnose();
  report(patient.pid, found, run, output);
  if (run.json) return true;
  output.print(listCommands(patient.subject, found));
  if (process.stdin.isTTY && process.stdout.isTTY) {
    await offerSteps(patient, run.threadId === undefined ? "main thread" : `worker thread ${run.threadId}`, output);
  }
  return true;
}
