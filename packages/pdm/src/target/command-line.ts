import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** With what a process was started. Empty where the kernel does not let us read it. */
export interface ProcessCommand {
  /** Its arguments, the program first. A process that has set its title has that in their place. */
  readonly args: readonly string[];
  /** Its environment when it began. */
  readonly env: ReadonlyMap<string, string>;
}

/** Options of Node.js's that take the next argument as their value. */
const OPTIONS_WITH_VALUE = new Set([
  "-r",
  "--require",
  "--import",
  "-C",
  "--conditions",
  "--loader",
  "--experimental-loader",
  "--inspect-port",
  "--debug-port",
  "--title",
  "--env-file",
  "--stack-trace-limit",
  "--max-old-space-size",
]);

export function readProcessCommand(pid: number): ProcessCommand {
  const env = new Map<string, string>();
  for (const entry of readParts(pid, "environ")) {
    const equals = entry.indexOf("=");
    if (equals > 0) env.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  return { args: readParts(pid, "cmdline"), env };
}

/** The options that Node.js was given: on the command line, before the script, behind those of `NODE_OPTIONS`. What is later counts. */
export function listNodeOptions({ args, env }: ProcessCommand): readonly string[] {
  const fromEnv = (env.get("NODE_OPTIONS") ?? "").split(/\s+/).filter((option) => option !== "");
  return [...fromEnv, ...args.slice(1, findScript(args))];
}

/** Its main script, as it was named; undefined where it has none, as with `--eval`. */
export function findMainScript({ args }: ProcessCommand): string | undefined {
  return args[findScript(args)];
}

/** What a person may call it: the service's package, its main script with and without extension, its program. */
export function listNames(command: ProcessCommand, title: string): readonly string[] {
  const script = findMainScript(command);
  const file = script === undefined ? "" : basename(script);
  const names = [command.env.get("npm_package_name") ?? "", file, file.replace(/\.[cm]?[jt]sx?$/, ""), title];
  if (command.args.length === 1) names.push(command.args[0] ?? "");
  return names.filter((name) => name !== "");
}

function findScript(args: readonly string[]): number {
  for (let index = 1; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    if (!arg.startsWith("-")) return index;
    if (arg === "--") return index + 1;
    if (/^(?:-[ep]|-pe|--eval|--print)(?:=|$)/.test(arg)) return args.length;
    if (OPTIONS_WITH_VALUE.has(arg)) index += 1;
  }
  return args.length;
}

function readParts(pid: number, name: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/${name}`, "utf8");
    return text.replace(/\0+$/, "").split("\0");
  } catch {
    // Another user's.
    return [];
  }
}
