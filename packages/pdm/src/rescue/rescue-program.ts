import { inspect } from "node:util";
import { HelloError } from "../client/errors.js";
import { connectWatchdog } from "../client/watchdog.js";
import type { WatchdogClient } from "../client/watchdog.js";
import { PdmError } from "../errors.js";
import { InspectorError } from "../inspector/inspector-error.js";
import { checkInspectorCanOpen, isInspectorOpen, openInspector } from "../inspector/open-inspector.js";
import type { OpenedInspector } from "../inspector/open-inspector.js";
import { RESCUE_LIMITS } from "../limits.js";
import { findSocketOwner } from "../target/socket-owner.js";
import { findTarget, readTarget } from "../target/target.js";
import type { Target } from "../target/target.js";
import { ConnectError } from "../transport/connect-spec.js";
import { VERSION } from "../version.js";
import { askConsent } from "./consent.js";
import { Output } from "./output.js";
import { diagnoseOutside, diagnoseSilent, diagnoseWithoutSignal } from "./outside.js";
import { InspectedPatient } from "./inspected-patient.js";
import { listCommands, writeProfile } from "./patient.js";
import type { Patient } from "./patient.js";
import { WatchedPatient } from "./watched-patient.js";
import { formatAdvice, formatDiagnosis } from "./report.js";
import { parseRescueCommandLine, RESCUE_USAGE } from "./rescue-command-line.js";
import type { RescueRun } from "./rescue-command-line.js";
import { offerSteps } from "./steps.js";

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
  try {
    const commandLine = parseRescueCommandLine(args);
    if (commandLine.kind === "run") return await rescue(commandLine, output);
    process.stdout.write(commandLine.kind === "help" ? RESCUE_USAGE : `${VERSION}\n`);
    return EXIT.fine;
  } catch (error) {
    output.note(`pdm-rescue: ${error instanceof PdmError ? error.message : inspect(error)}`);
    if (!(error instanceof PdmError)) return EXIT.failed;
    if (error.code === "ERR_PDM_USAGE") output.note("pdm-rescue --help shows the usage");
    return error.code === "ERR_PDM_CONSENT" ? EXIT.noConsent : EXIT.failed;
  }
}

async function rescue(run: RescueRun, output: Output): Promise<number> {
  if (isSpec(run.subject)) {
    const watchdog = await findWatchdog(run.subject);
    if (watchdog !== undefined) return rescueByWatchdog(watchdog, run, output);
  }
  const target = isSpec(run.subject) ? readTarget(await findSocketOwner(run.subject)) : findTarget(run.subject);
  const diagnosis =
    (await diagnoseOutside(target)) ?? (run.mayCallSignal ? undefined : await diagnoseWithoutSignal(target));
  if (diagnosis !== undefined) {
    if (run.json) output.printJson({ pid: target.pid, threads: [{ thread: 0, ...diagnosis }] });
    else
      output.print([
        ...formatDiagnosis(`Process ${target.label}`, diagnosis, output.palette),
        ...formatAdvice(diagnosis.advice),
      ]);
    return EXIT.fine;
  }
  await checkInspectorCanOpen(target);
  if (!(await isInspectorOpen(target))) await askConsent(target, run.consents);
  const opened = await openOrExplain(target, run, output);
  if (opened === undefined) return EXIT.fine;
  let isFine = true;
  try {
    isFine = await treat(new InspectedPatient(target, opened.session, run), run, output);
  } finally {
    await closeAndSay(opened, target, output);
  }
  return isFine ? EXIT.fine : EXIT.threw;
}

/** @returns undefined where the socket has none */
async function findWatchdog(spec: string): Promise<WatchdogClient | undefined> {
  try {
    return await connectWatchdog(spec, { timeoutMs: RESCUE_LIMITS.watchdogMs });
  } catch (error) {
    // A service without a watchdog has nothing there, or closes what asks for it.
    if (error instanceof ConnectError || error instanceof HelloError) return undefined;
    throw error;
  }
}

async function rescueByWatchdog(watchdog: WatchdogClient, run: RescueRun, output: Output): Promise<number> {
  try {
    const patient = await WatchedPatient.open(watchdog, run.subject, run.threadId);
    return (await treat(patient, run, output)) ? EXIT.fine : EXIT.threw;
  } finally {
    watchdog.close();
  }
}

/** A path or an address, and neither a process id nor a name. */
function isSpec(subject: string): boolean {
  return subject.includes("/") || subject.includes(":");
}

/** @returns undefined where no inspector opens: then it has been said what can be seen */
async function openOrExplain(target: Target, run: RescueRun, output: Output): Promise<OpenedInspector | undefined> {
  const waitMs = run.patienceMs ?? RESCUE_LIMITS.inspectorMs;
  try {
    return await openInspector(target, waitMs);
  } catch (error) {
    if (!(error instanceof InspectorError) || error.code !== "ERR_PDM_INSPECTOR_TIMEOUT") throw error;
    const diagnosis = await diagnoseSilent(target, waitMs);
    if (run.json) output.printJson({ pid: target.pid, threads: [{ thread: 0, ...diagnosis }] });
    else
      output.print([
        ...formatDiagnosis(`Process ${target.label}`, diagnosis, output.palette),
        ...formatAdvice(diagnosis.advice),
      ]);
    return undefined;
  }
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
  if (run.json) {
    const threads = found.map(({ thread, diagnosis }) => ({ thread, ...diagnosis }));
    output.printJson({ pid: patient.pid, threads });
    return true;
  }
  for (const { heading, diagnosis } of found) {
    output.print([...formatDiagnosis(heading, diagnosis, output.palette), ""]);
  }
  const advice = new Set(found.flatMap(({ diagnosis }) => diagnosis.advice));
  output.print([...formatAdvice([...advice]), ...listCommands(patient)]);
  if (process.stdin.isTTY && process.stdout.isTTY) await offerSteps(patient, output);
  return true;
}

async function closeAndSay(opened: OpenedInspector, target: Target, output: Output): Promise<void> {
  await opened.close();
  const where = `the inspector of process ${target.label} on port ${opened.port}`;
  if (opened.wasOpen) output.note(`${where} was open before, and is left open`);
  else output.note(`${where} was opened for this; it closes as soon as the event loop turns`);
}
