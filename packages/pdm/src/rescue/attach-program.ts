import { resolve } from "node:path";
import { inspect } from "node:util";
import { attach } from "../attach/attach.js";
import type { Attached } from "../attach/attached-process.js";
import { detach } from "../attach/detach.js";
import { PdmError } from "../errors.js";
import { VERSION } from "../version.js";
import { ATTACH_USAGE, parseAttachCommandLine } from "./attach-command-line.js";
import type { AttachRun } from "./attach-command-line.js";
import { confirm } from "./consent.js";
import { Interruption } from "./interruption.js";
import { Output } from "./output.js";

/** As the help says. */
const EXIT = { fine: 0, failed: 1, noConsent: 2 } as const;

/**
 * The program `pdm-attach` on this process's standard streams.
 *
 * @param args what follows the program's name
 * @returns the exit status; a failure has been reported on standard error
 */
export async function runAttach(args: readonly string[]): Promise<number> {
  const output = new Output(true);
  using interruption = new Interruption();
  try {
    const commandLine = parseAttachCommandLine(args);
    if (commandLine.kind === "attach") await attachAndSay(commandLine, output, interruption);
    else if (commandLine.kind === "detach") await detachAndSay(commandLine, output);
    else process.stdout.write(commandLine.kind === "help" ? ATTACH_USAGE : `${VERSION}\n`);
    return EXIT.fine;
  } catch (error) {
    output.note(`pdm-attach: ${error instanceof PdmError ? error.message : inspect(error)}`);
    if (interruption.status !== undefined) return interruption.status;
    if (!(error instanceof PdmError)) return EXIT.failed;
    if (error.code === "ERR_PDM_USAGE") output.note("pdm-attach --help shows the usage");
    return error.code === "ERR_PDM_CONSENT" ? EXIT.noConsent : EXIT.failed;
  }
}

async function attachAndSay(
  { subject, consents, name, auditFile, waitMs, json }: AttachRun,
  output: Output,
  { signal }: Interruption,
) {
  const attached = await attach(subject, {
    claim: { program: "pdm-attach" },
    signal,
    consent: consents || ((request) => confirm(request)),
    ...(name === undefined ? {} : { name }),
    // The process has a working directory of its own.
    ...(auditFile === undefined ? {} : { auditFile: resolve(auditFile) }),
    ...(waitMs === undefined ? {} : { timeoutMs: waitMs }),
  });
  const { pid, spec, origin, inspector } = attached;
  if (json) output.printJson({ pid, spec, origin, inspector });
  else output.print([spec]);
  output.note(describe(attached));
}

async function detachAndSay({ subject, json }: AttachRun, output: Output): Promise<void> {
  const pid = await detach(subject);
  if (json) output.printJson({ pid });
  output.note(`process ${pid} was detached from; it does not listen any more`);
}

const INSPECTOR: Readonly<Record<Attached["inspector"], string>> = {
  closed: "its inspector was opened for this, and is closed again",
  open: "its inspector was opened for this, and closes as soon as its event loop turns",
  shared:
    "its inspector was opened for this, and is open: another debugger is connected to it, with which closing would block it",
  "left-open": "its inspector was open before, and is left open",
  unused: "no signal was sent",
};

function describe({ pid, origin, inspector }: Attached): string {
  if (origin === "prepared")
    return `process ${pid} listens there by itself: nothing was loaded; ${INSPECTOR[inspector]}`;
  const since = origin === "attached" ? "was attached to" : "was attached to before, and listens there";
  return `process ${pid} ${since}; ${INSPECTOR[inspector]}. To take it out: pdm-attach --detach ${pid}`;
}
