import { parseArgs } from "node:util";
import { PdmError } from "../errors.js";

/** What `--help` prints. */
export const USAGE: string = `Usage: pdm-repl [OPTION]... SPEC
Opens a REPL inside the running service that listens on SPEC.

SPEC is a Unix socket (/run/app.sock, ./app.sock), HOST:PORT, a PORT of this machine,
or HOST:/PATH, a Unix socket on another machine, over ssh.

  -e, --eval CODE      run CODE instead of standard input; may be given more than once
  -s, --stop-on-error  in a script: end at the first command that throws
  -h, --help           print this and end
      --version        print the version and end

The service says by itself whether it speaks JavaScript or Python.
  JavaScript  a command runs as soon as it is complete, over as many lines as
              it takes, or as soon as no further line can make it valid.
              In a script or a paste the next line may continue it: one
              that begins with ".then(" or "else" belongs to the command.
  Python      a line that is an expression runs at once; anything else runs at
              the next empty line.

On a terminal: Ctrl-C drops what was typed; Ctrl-D runs what is left of a
command, and leaves. While a command runs, Ctrl-C twice leaves; the command
itself goes on in the service. What was typed is kept for each service in
$XDG_STATE_HOME/pdm, or ~/.local/state/pdm.

In a script (with -e, or where standard input or output is no terminal) the
same rules hold, without prompts; what is left at the end of the input runs.
A complete command of JavaScript waits for the next line: always, where the
input is a file or -e; from a pipe, only if more has come in by then, so that a
program may write a command and read its answer. Lines pasted to a terminal
count as far as they have arrived.
Tracebacks go to standard error, all other output to standard output. After a
command that throws the next ones run, unless -s is given.

Exit status: 0 all is well; 1 wrong usage, or no connection; 2 in a script, a
command threw; 130 left by Ctrl-C.
`;

/** A command line that cannot be followed: `ERR_PDM_USAGE`; the message says which part. */
export class UsageError extends PdmError {
  constructor(message: string) {
    super("ERR_PDM_USAGE", message);
  }
}

/** `run` holds what to do where; `codes` are the texts of `-e` in their order. */
export type CommandLine =
  | { readonly kind: "help" | "version" }
  | { readonly kind: "run"; readonly spec: string; readonly codes: readonly string[]; readonly stopOnError: boolean };

/**
 * Reads the arguments that follow the program's name. `--help` and `--version` win over everything but an unknown option.
 *
 * @throws UsageError for an unknown option, one without its value, and anything but one SPEC.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseOptions(args);
  if (values.help === true) return { kind: "help" };
  if (values.version === true) return { kind: "version" };
  const [spec, second] = positionals;
  if (spec === undefined || spec === "") throw new UsageError("SPEC is missing");
  if (second !== undefined) throw new UsageError(`more than one SPEC: ${spec} and ${second}`);
  return { kind: "run", spec, codes: values.eval ?? [], stopOnError: values["stop-on-error"] ?? false };
}

interface Options {
  readonly values: {
    readonly help?: boolean;
    readonly version?: boolean;
    readonly eval?: string[];
    readonly "stop-on-error"?: boolean;
  };
  readonly positionals: readonly string[];
}

function parseOptions(args: readonly string[]): Options {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        eval: { type: "string", short: "e", multiple: true },
        "stop-on-error": { type: "boolean", short: "s" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (error) {
    // Its messages name the option and say how to write a value that begins with a dash.
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
