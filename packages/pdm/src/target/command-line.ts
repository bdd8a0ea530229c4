import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { splitOptions } from "../option-words.js";

/** With what a process was started. Empty where the kernel does not let us read it. */
export interface ProcessCommand {
  /** Its arguments, the program first. A process that has set its title has that in their place. */
  readonly args: readonly string[];
  /** Its environment when it began. */
  readonly env: ReadonlyMap<string, string>;
}

/**
 * Options of Node.js 20 to 26 that take the next argument as their value, by `node --help`, where they have `=...` behind them. V8's own take none so.
 */
const OPTIONS_WITH_VALUE = new Set([
  "-C",
  "--allow-fs-read",
  "--allow-fs-write",
  "--bench-isolation",
  "--bench-name-pattern",
  "--bench-reporter",
  "--bench-reporter-destination",
  "--bench-samples",
  "--bench-warmup",
  "--build-sea",
  "--build-snapshot-config",
  "--conditions",
  "--config-file",
  "--cpu-prof-dir",
  "--cpu-prof-interval",
  "--cpu-prof-name",
  "--debug-port",
  "--diagnostic-dir",
  "--disable-proto",
  "--disable-warning",
  "--dns-result-order",
  "--env-file",
  "--env-file-if-exists",
  "--experimental-config-file",
  "--experimental-default-config-file",
  "--experimental-default-type",
  "--experimental-loader",
  "--experimental-package-map",
  "--experimental-policy",
  "--experimental-sea-config",
  "--experimental-test-isolation",
  "--experimental-test-tag-filter",
  "--force-fips[",
  "--heap-prof-dir",
  "--heap-prof-interval",
  "--heap-prof-name",
  "--heapsnapshot-near-heap-limit",
  "--heapsnapshot-signal",
  "--icu-data-dir",
  "--import",
  "--input-type",
  "--inspect-brk[",
  "--inspect-port",
  "--inspect-publish-uid",
  "--inspect-wait[",
  "--inspect[",
  "--loader",
  "--localstorage-file",
  "--max-http-header-size",
  "--max-old-space-size-percentage",
  "--network-family-autoselection-attempt-timeout",
  "--openssl-config",
  "--policy-integrity",
  "--process-timeout",
  "-r",
  "--redirect-warnings",
  "--report-dir",
  "--report-directory",
  "--report-filename",
  "--report-signal",
  "--require",
  "--secure-heap",
  "--secure-heap-min",
  "--snapshot-blob",
  "--test-concurrency",
  "--test-coverage-branches",
  "--test-coverage-exclude",
  "--test-coverage-functions",
  "--test-coverage-include",
  "--test-coverage-lines",
  "--test-global-setup",
  "--test-isolation",
  "--test-name-pattern",
  "--test-random-seed",
  "--test-reporter",
  "--test-reporter-destination",
  "--test-rerun-failures",
  "--test-shard",
  "--test-skip-pattern",
  "--test-timeout",
  "--title",
  "--tls-cipher-list",
  "--tls-keylog",
  "--trace-event-categories",
  "--trace-event-file-pattern",
  "--trace-require-module",
  "--unhandled-rejections",
  "--use-largepages",
  "--v8-pool-size",
  "--vfs-load",
  "--watch-kill-signal",
  "--watch-path",
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
  const fromEnv = splitOptions(env.get("NODE_OPTIONS") ?? "").map(({ value }) => value);
  return [...fromEnv, ...args.slice(1, findScript(args))];
}

/** Its main script, as it was named; undefined where it has none, as with `--eval`. */
export function findMainScript({ args }: ProcessCommand): string | undefined {
  return args[findScript(args)];
}

/** What Node.js 24 and later call the thread, and so the process, that has no title. */
const THREAD_NAMES: ReadonlySet<string> = new Set(["MainThread", "node-MainThread"]);

/** What a person may call it: the service's package, its main script with and without extension, its title, its program. */
export function listNames(command: ProcessCommand, title: string): readonly string[] {
  const script = findMainScript(command);
  const file = script === undefined ? "" : basename(script);
  const names = [command.env.get("npm_package_name") ?? "", file, file.replace(/\.[cm]?[jt]sx?$/, "")];
  const [program = ""] = command.args;
  names.push(THREAD_NAMES.has(title) ? basename(program) : title);
  if (command.args.length === 1) names.push(program);
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
