import { parseArgs } from "node:util";
import { PdmError } from "../errors.js";

/** What `--help` prints. */
export const USAGE: string = `Usage: pdm-repl [OPTION]... SPEC
Opens a REPL inside the running service that listens on SPEC.

SPEC is a Unix socket (/run/app.sock, ./app.sock), HOST:PORT, a PORT of this machine,
or HOST:/PATH, a Unix socket on another machine, over ssh.

  -e, --eval CODE      run CODE instead of standard input; may be given more than once
  -s, --stop-on-error  in a script: end at the first command that fails
      --session NAME   the session to be in: its variables are there again, and who
                       is in it sees what the others do; new where there is none.
                       It is kept for a while when the last one has left it
      --thread N       be in the service's worker thread N (.thread lists them)
      --deadline MS    milliseconds that a command may block the service
      --json           in a script: print a line of JSON for each command
      --no-color       no colours, as with the variable NO_COLOR
  -h, --help           print this and end
      --version        print the version and end

The service says by itself whether it speaks JavaScript or Python.
  JavaScript  a command runs as soon as it is complete, over as many lines as
              it takes, or as soon as no further line can make it valid.
              In a script or a paste the next line may continue it: one
              that begins with ".then(" or "else" belongs to the command.
  Python      a line that is an expression runs at once; anything else runs at
              the next empty line.

On a terminal the prompt says which service it is, its process, and the role
that the socket gives; it is red where that role can change things. Where that
may look only (the right "inspect"), each expression is looked at, and what would
change anything is refused. A lost connection is said, and made again if you like.
  Enter            runs the command, or begins a line where it is not complete
  Alt-Enter        begins a line
  Tab              completes; the second opens a menu: arrows, Tab and Shift-Tab
                   choose, Enter takes, Escape leaves
  Up, Down         go through the lines, and then through the history, through
                   entries that begin with what stands before the cursor
  Ctrl-R           searches the history (Ctrl-S the other way, Enter runs,
                   Escape takes, Ctrl-G drops)
  Ctrl-C           drops what was typed; stops the command that runs; where there
                   is nothing to drop or it cannot be stopped, a second one leaves
  Ctrl-D           leaves; runs what is left of a command before that
  Ctrl-A, -E, -B, -F, -K, -U, -W, -Y, -T, -_, -L, Alt-B, -F, -D, -Y, Alt-Backspace
                   as in a shell
  .help            lists the dot commands: files, values, sessions, threads
What is pasted stands there until Enter. What was typed is kept for each service
in $XDG_STATE_HOME/pdm, or ~/.local/state/pdm. With TERM=dumb there is a plain
line editor instead. A Python daemon, and one of an older version, has no
completion and no sessions, and its commands cannot be stopped.

In a script (with -e, or where standard input or output is no terminal) the
same rules hold, without prompts; what is left at the end of the input runs.
A complete command of JavaScript waits for the next line: always, where the
input is a file or -e; from a pipe, only if more has come in by then, so that a
program may write a command and read its answer. Lines pasted to a terminal
count as far as they have arrived.
Errors, and what the code writes to standard error, go to standard error, all
other output to standard output. After a command that fails the next ones run,
unless -s is given. With --json standard output has one line for each command:
{"kind":"value","value":...}, {"kind":"done"} for a statement, and
{"kind":"threw","text":...} with a "cause" ("interrupt", "deadline", "syntax") where
it is not what the code threw; values are in the form that the rpc protocol
gives them, and whatever the code prints goes to standard error.

Exit status: 0 all is well; 1 wrong usage, no connection, or it was lost. In a
script, by the first command that failed: 2 it threw; 3 it was over its deadline;
4 somebody interrupted it. 130 left by Ctrl-C.
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
  | {
      readonly kind: "run";
      readonly spec: string;
      readonly codes: readonly string[];
      readonly stopOnError: boolean;
      readonly session: string | undefined;
      readonly thread: number | undefined;
      readonly deadlineMs: number | undefined;
      readonly json: boolean;
      readonly noColor: boolean;
    };

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
  return {
    kind: "run",
    spec,
    codes: values.eval ?? [],
    stopOnError: values["stop-on-error"] ?? false,
    session: values.session,
    thread: readNumber("--thread", values.thread, 0),
    deadlineMs: readNumber("--deadline", values.deadline, 1),
    json: values.json ?? false,
    noColor: values["no-color"] ?? false,
  };
}

function readNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^[0-9]{1,9}$/.test(text) && number >= least) return number;
  throw new UsageError(`${option} must be a whole number, at least ${least}, not ${text}`);
}

interface Options {
  readonly values: {
    readonly help?: boolean;
    readonly version?: boolean;
    readonly eval?: string[];
    readonly "stop-on-error"?: boolean;
    readonly session?: string;
    readonly thread?: string;
    readonly deadline?: string;
    readonly json?: boolean;
    readonly "no-color"?: boolean;
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
        session: { type: "string" },
        thread: { type: "string" },
        deadline: { type: "string" },
        json: { type: "boolean" },
        "no-color": { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (error) {
    // Its messages name the option and say how to write a value that begins with a dash.
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
