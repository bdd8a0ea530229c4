import { parseArgs } from "node:util";
import { PdmError } from "../errors.js";
import { readSeconds } from "./seconds.js";

/** What `--help` prints. */
export const RESCUE_USAGE: string = `Usage: pdm-rescue [OPTION]... PID|NAME|SPEC
Says what a Node.js process is doing, also where its event loop is stuck, and what can
be done about it. The process need not be prepared.

PID is a process of this machine, NAME its service's name, its title or its main script.
SPEC is a socket of pdm's that it listens on (/run/app.sock, localhost:9000): where it
has a watchdog, that is asked, and nothing else is done to the process.

Else the kernel is asked first, which needs nothing of the process. Then it is sent the
signal SIGUSR1, at which Node.js opens its inspector on 127.0.0.1; the inspector says
what each thread does, and is closed again. A process that has a handler of its own for
SIGUSR1 runs that instead, which nobody can tell beforehand: so you are asked, or say
--yes. Nothing is sent to a process that is not Node.js or would end at the signal.

  -y, --yes            send the signal without asking
      --no-signal      send none: say what the kernel says, and the memory of a process
                       that waits
  -e, --eval CODE      evaluate an expression inside the process, also while it is in
                       a loop; in the global scope, or with --frame in that of a call.
                       Variables of a call can be read, not changed. What CODE changes
                       elsewhere stays so: a loop that tests a flag ends that way
      --frame N        the call's number in the stack
      --thread N       of that worker thread: what is said, evaluated and profiled
      --profile SEC    record a CPU profile for so many seconds
  -o, --output FILE    where it is written; by default pdm-PID.cpuprofile. Chrome, VS Code
                       and speedscope read it. A file that is there is not replaced
      --close-inspector  only close an inspector that is open, or that opens within
                       --wait: without a signal, whoever opened it
      --wait SEC       how long to wait for the inspector to open (3), and then for a
                       native call to return (10)
      --json           one JSON text instead of words
      --no-color       no colours, as with the variable NO_COLOR
  -h, --help           print this and end
      --version        print the version and end

On a terminal it then offers the next steps. Local variables are shown as they are, with
the secrets that they hold.

Ctrl-C closes the inspector, too; a second one ends this at once.

Exit status: 0 it has been said or done; 1 wrong usage, or it could not be; 2 it needs
your consent (--yes); 3 what was evaluated threw; 128 and a signal's number after that.
`;

/** What to do; `spec` names the process. */
export type RescueCommandLine = { readonly kind: "help" | "version" } | RescueRun;

export interface RescueRun {
  /** Say or do something in the process, or only have its inspector closed. */
  readonly kind: "run" | "close";
  readonly subject: string;
  readonly consents: boolean;
  readonly mayCallSignal: boolean;
  readonly code: string | undefined;
  readonly frame: number | undefined;
  readonly threadId: number | undefined;
  readonly profileMs: number | undefined;
  readonly output: string | undefined;
  readonly patienceMs: number | undefined;
  readonly json: boolean;
  readonly noColor: boolean;
}

/** @throws PdmError `ERR_PDM_USAGE`, naming the part that cannot be followed */
export function parseRescueCommandLine(args: readonly string[]): RescueCommandLine {
  const { values, positionals } = readArguments(args);
  if (values.help === true) return { kind: "help" };
  if (values.version === true) return { kind: "version" };
  const [subject, ...more] = positionals;
  if (subject === undefined || subject === "" || more.length > 0) {
    throw refuse("name one process: its PID, its NAME or a SPEC that it listens on");
  }
  const frame = readNumber("--frame", values.frame, 0);
  if (frame !== undefined && values.eval === undefined) throw refuse("--frame says where to evaluate: give --eval too");
  if (values.output !== undefined && values.profile === undefined) {
    throw refuse("--output says where the profile is written: give --profile too");
  }
  const [action, other] = (["eval", "profile", "no-signal", "close-inspector"] as const).filter(
    (option) => values[option] !== undefined,
  );
  if (other !== undefined) throw refuse(`--${action} and --${other} are two things: leave one out`);
  return {
    kind: action === "close-inspector" ? "close" : "run",
    subject,
    consents: values.yes === true,
    mayCallSignal: values["no-signal"] !== true,
    code: values.eval,
    frame,
    threadId: readNumber("--thread", values.thread, 1),
    profileMs: readSeconds("--profile", values.profile),
    output: values.output,
    patienceMs: readSeconds("--wait", values.wait),
    json: values.json === true,
    noColor: values["no-color"] === true || (process.env["NO_COLOR"] ?? "") !== "",
  };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        yes: { type: "boolean", short: "y" },
        "no-signal": { type: "boolean" },
        eval: { type: "string", short: "e" },
        frame: { type: "string" },
        thread: { type: "string" },
        profile: { type: "string" },
        output: { type: "string", short: "o" },
        "close-inspector": { type: "boolean" },
        wait: { type: "string" },
        json: { type: "boolean" },
        "no-color": { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

function readNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least) throw refuse(`${option} takes a whole number from ${least}, not "${text}"`);
  return value;
}

function refuse(message: string): PdmError {
  return new PdmError("ERR_PDM_USAGE", message);
}
