import { fstatSync } from "node:fs";
import { inspect } from "node:util";
import { HelloError } from "../client/errors.js";
import { isOverSsh } from "../client/hello.js";
import { PdmError } from "../errors.js";
import { VERSION } from "../version.js";
import { parseCommandLine, USAGE } from "./command-line.js";
import type { CommandLine } from "./command-line.js";
import { showControlCharacters } from "./control-characters.js";
import { Palette } from "./editor/style.js";
import { History } from "./history.js";
import { openPlace, type Place, type PlaceOptions } from "./place.js";
import { runScript, type ScriptOutcome } from "./script.js";
import type { OutputStreams } from "./script-output.js";
import { createTextRunner, ScriptEvents, SessionRunner } from "./script-runner.js";
import { Shell } from "./shell.js";
import { describeStuck } from "./stuck.js";
import { readSourceLines, splitSourceLines, type SourceLine } from "./source-lines.js";

/** The exit statuses that the help describes; and that of a program whose output nobody reads any more, as with SIGPIPE. */
const EXIT = { fine: 0, failed: 1, interrupted: 130, outputClosed: 141 } as const;
const EXIT_OF: Readonly<Record<ScriptOutcome, number>> = { fine: 0, threw: 2, deadline: 3, interrupted: 4 };

/** How long a service may keep the user waiting before the reason is shown. */
const BUSY_NOTICE_MS = 1_000;
const BUSY_NOTICE = "no answer yet, its event loop is busy; waiting (Ctrl-C leaves)";

type RunCommandLine = Extract<CommandLine, { kind: "run" }>;

/**
 * The program `pdm-repl` on this process's standard streams.
 *
 * @param args what follows the program's name
 * @returns the exit status; a failure has been reported on standard error
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  watchStandardStreams();
  let commandLine: CommandLine;
  try {
    commandLine = parseCommandLine(args);
  } catch (error) {
    const advice = args.length === 0 ? USAGE.trimEnd() : "pdm-repl --help shows the usage";
    report(`pdm-repl: ${describeError(error)}\n${advice}`);
    return EXIT.failed;
  }
  if (commandLine.kind !== "run") {
    process.stdout.write(commandLine.kind === "help" ? USAGE : `${VERSION}\n`);
    return EXIT.fine;
  }
  const { spec, codes, json } = commandLine;
  const isInteractive = codes.length === 0 && !json && process.stdin.isTTY && process.stdout.isTTY;
  try {
    return isInteractive ? await runOnTerminal(commandLine) : await runAsScript(commandLine);
  } catch (error) {
    const reason = describeError(error);
    report(reason.includes(spec) ? reason : `${spec}: ${reason}`);
    if (error instanceof HelloError && error.code === "ERR_PDM_HELLO_TIMEOUT") await reportStuck(spec);
    return EXIT.failed;
  }
}

async function runOnTerminal({ spec, session, thread, deadlineMs, noColor }: RunCommandLine): Promise<number> {
  const { stdin: input, stdout: output } = process;
  const shell = new Shell({
    spec,
    destination: { session, thread },
    deadlineMs,
    input,
    output,
    isDumb: process.env["TERM"] === "dumb",
    palette: new Palette(!noColor && output.hasColors()),
    history: new History(spec, (reason) => report(`the history is not kept: ${reason}`)),
    open: (options) => openPatiently(spec, options),
  });
  const left = await shell.serve();
  if (left === "lost") return EXIT.failed;
  return left === "interrupted" ? EXIT.interrupted : EXIT.fine;
}

/** Takes as long as the service does, and says so. */
async function openPatiently(spec: string, options: PlaceOptions): Promise<Place> {
  // Over ssh it may well be the user who is waited for, and typing a passphrase.
  let isOpen = false;
  const tell = (): void => {
    report(`${spec}: ${BUSY_NOTICE}`);
    void reportStuck(spec, () => !isOpen);
  };
  const notice = isOverSsh(spec) ? undefined : setTimeout(tell, BUSY_NOTICE_MS);
  try {
    return await openPlace(spec, { ...options, timeoutMs: Infinity });
  } finally {
    isOpen = true;
    clearTimeout(notice);
  }
}

/** Why the service does not answer, where its watchdog can tell, and where that is still of interest when it has. */
async function reportStuck(spec: string, isWanted: () => boolean = () => true): Promise<void> {
  const said = await describeStuck(spec, process.stderr.isTTY);
  if (said !== undefined && isWanted()) report(said);
}

async function runAsScript(commandLine: RunCommandLine): Promise<number> {
  const { spec, codes, stopOnError, session, thread, deadlineMs, json } = commandLine;
  const streams: OutputStreams = {
    writeOutput: (line) => writeLine(process.stdout, line),
    writeError: (line) => writeLine(process.stderr, line),
  };
  const events = new ScriptEvents(streams, json);
  const place = await openPlace(spec, { session, thread, onEvent: events.receive });
  try {
    const runner =
      place.kind === "text"
        ? createTextRunner(place, streams, json)
        : new SessionRunner(place, streams, events, { json, deadlineMs });
    const outcome = await runScript({
      language: place.language,
      run: runner.run,
      sources: codes.length > 0 ? codes.map(splitSourceLines) : [readStandardInput(place)],
      stopOnError,
    });
    if (place.kind === "session") await (session === undefined ? place.session.close() : place.session.leave());
    return EXIT_OF[outcome];
  } finally {
    place.client.close();
  }
}

/**
 * A file has more until its end; whoever writes to a pipe or a terminal may wait for the answer to what it wrote.
 *
 * @throws the connection's error when it is lost, even where the input has nothing to say for now but is not at its end
 */
function readStandardInput(place: Place): AsyncIterable<SourceLine> {
  // Whoever iterates gets the error; this is for when nobody does.
  process.stdin.on("error", () => {});
  void (place.kind === "session" ? place.session : place.client).closed.then((lost) => process.stdin.destroy(lost));
  const isFile = isRegularFile(process.stdin.fd);
  return readSourceLines(process.stdin, () => isFile || process.stdin.readableLength > 0);
}

function isRegularFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}

/** Nobody reads the output any more (`| head`): ends quietly, at once. Without standard error, errors are not shown. */
function watchStandardStreams(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") report(`pdm-repl: the output cannot be written: ${error.message}`);
    process.exit(error.code === "EPIPE" ? EXIT.outputClosed : EXIT.failed);
  });
  process.stderr.on("error", () => {});
}

function report(message: string): void {
  writeLine(process.stderr, message);
}

function writeLine(stream: NodeJS.WriteStream, line: string): void {
  stream.write(`${stream.isTTY ? showControlCharacters(line) : line}\n`);
}

/** What is neither an error of this package nor of the operating system is a fault in the program, and shown with its stack. */
function describeError(error: unknown): string {
  const isExpected = error instanceof PdmError || (error instanceof Error && "syscall" in error);
  return isExpected ? error.message : inspect(error);
}
