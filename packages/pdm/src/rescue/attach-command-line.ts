import { parseArgs } from "node:util";
import { PdmError } from "../errors.js";
import { readSeconds } from "./seconds.js";

/** What `--help` prints. */
export const ATTACH_USAGE: string = `Usage: pdm-attach [OPTION]... PID|NAME
Makes a running Node.js process manageable that nobody prepared for it, and prints the
socket that pdm-repl and pdm/client connect to.

PID is a process of this machine, NAME its service's name, its title or its main script.
It must be yours, or you root.

The process is sent the signal SIGUSR1, at which Node.js opens its inspector on 127.0.0.1;
over that pdm is loaded into it, and the inspector is closed again. A process that has a
handler of its own for SIGUSR1 runs that instead, which nobody can tell beforehand: so you
are asked, or say --yes. Nothing is sent to a process that is not Node.js, would end at
the signal, listens already, or has PDM_DISABLE in its environment.

  -y, --yes              do it without asking
  -d, --detach           take out again what was loaded: ends all connections. No signal
      --name NAME        the service's name, for the socket: NAME-PID.sock
      --audit-file FILE  the process appends to it what is done over the socket
      --wait SEC         how long to wait for the inspector to open: 3
      --json             one JSON text: pid, spec, origin, inspector
  -h, --help             print this and end
      --version          print the version and end

  pdm-repl "$(pdm-attach --yes shop)"

Exit status: 0 it can be managed (or, with --detach, no more); 1 wrong usage, or it could
not be done; 2 it needs your consent (--yes); 128 and a signal's number after that.
`;

/** What to do. */
export type AttachCommandLine = { readonly kind: "help" | "version" } | AttachRun;

export interface AttachRun {
  readonly kind: "attach" | "detach";
  readonly subject: string;
  readonly consents: boolean;
  readonly name: string | undefined;
  readonly auditFile: string | undefined;
  readonly waitMs: number | undefined;
  readonly json: boolean;
}

/** @throws PdmError `ERR_PDM_USAGE`, naming the part that cannot be followed */
export function parseAttachCommandLine(args: readonly string[]): AttachCommandLine {
  const { values, positionals } = readArguments(args);
  if (values.help === true) return { kind: "help" };
  if (values.version === true) return { kind: "version" };
  const [subject, ...more] = positionals;
  if (subject === undefined || subject === "" || more.length > 0) {
    throw refuse("name one process: its PID or its NAME");
  }
  const unfit = (["name", "audit-file", "wait"] as const).find((option) => values[option] !== undefined);
  if (values.detach === true && unfit !== undefined) throw refuse(`--${unfit} is for attaching: leave it out`);
  return {
    kind: values.detach === true ? "detach" : "attach",
    subject,
    consents: values.yes === true,
    name: values.name,
    auditFile: values["audit-file"],
    waitMs: readSeconds("--wait", values.wait),
    json: values.json === true,
  };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        yes: { type: "boolean", short: "y" },
        detach: { type: "boolean", short: "d" },
        name: { type: "string" },
        "audit-file": { type: "string" },
        wait: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(message: string): PdmError {
  return new PdmError("ERR_PDM_USAGE", message);
}
