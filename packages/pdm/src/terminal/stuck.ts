import { connectWatchdog } from "../client/watchdog.js";
import type { WatchdogDiagnosis, WatchdogState } from "../client/watchdog-report.js";

/** Milliseconds for each question to the watchdog. */
const ANSWER_TIMEOUT_MS = 5_000;

/** How often it may be asked before the event loop counts as blocked, and how long after the other. */
const ATTEMPTS = 4;
const RETRY_MS = 500;

/** Calls, and variables of each, that are shown. */
const SHOWN_FRAMES = 8;
const SHOWN_VARIABLES = 5;

/**
 * What the watchdog of a service that does not answer says of it, in lines: state, stack, and what can be done. Undefined where it has none, or is not
 * blocked after all.
 *
 * @param withVariables whether those of the calls are among it, where they may be seen: what goes to a terminal stays there, what goes to a log does not
 */
export async function describeStuck(spec: string, withVariables: boolean): Promise<string | undefined> {
  const options = { timeoutMs: ANSWER_TIMEOUT_MS };
  try {
    const watchdog = await connectWatchdog(spec, options);
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const state = await watchdog.state(options);
        // Of what is not allowed, the state has some.
        if (state.isBlocked)
          return write(
            spec,
            state,
            await watchdog.diagnose(withVariables ? {} : { variables: false }).catch(() => undefined),
          );
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
      return undefined;
    } finally {
      watchdog.close();
    }
  } catch {
    return undefined;
  }
}

function write(
  spec: string,
  { pid, blockedMs, report }: WatchdogState,
  diagnosis: WatchdogDiagnosis | undefined,
): string {
  const summary = diagnosis?.summary ?? report?.summary ?? "";
  const lines = [`process ${pid} has been blocked for ${(blockedMs / 1000).toFixed(1)} s. ${summary}`];
  const stack = diagnosis?.stack.filter(({ isInternal }) => !isInternal) ?? [];
  if (stack.length === 0 && report !== null && report.stack !== "") lines.push(report.stack);
  for (const { call, file, line, column, source, variables } of stack.slice(0, SHOWN_FRAMES)) {
    lines.push(`    at ${call === "" ? "an anonymous function" : call} (${file}:${line}:${column})`);
    const text = source.find((one) => one.line === line)?.text.trim();
    if (text !== undefined) lines.push(`         ${text}`);
    for (const { name, text: value } of variables.slice(0, SHOWN_VARIABLES)) lines.push(`         ${name} = ${value}`);
  }
  const advice = diagnosis?.advice ?? [];
  const next = [...advice, `pdm-rescue ${spec} evaluates inside it and takes a CPU profile.`];
  return [...lines, ...next.map((one) => `  - ${one}`)].join("\n");
}
