import { PdmError } from "../errors.js";
import { WATCHDOG_LIMITS } from "../limits.js";
import { checkOptionNames } from "../option-names.js";
import { describeThrown } from "../warning.js";

/** What a rule does: see {@link WatchdogRule}. */
export type WatchdogAction =
  | "report"
  | { readonly evaluate: string }
  | { readonly exit: number }
  | { readonly signal: `SIG${string}` };

/** What is to be done while the event loop is blocked, once each time that it is. */
export interface WatchdogRule {
  /** Milliseconds for which it has been blocked; `blockedMs` where nothing is said, and not less. */
  readonly afterMs?: number;
  /**
   * `"report"`: a line and the stack on the process's standard error. `{ evaluate }`: an expression in the global scope of the blocked thread; it cannot
   * be within a native call. `{ exit }`: ends the process with that status, its `exit` listeners called; from within a native call, or where those
   * take long, it is killed. `{ signal }`: sends that signal to the process; a handler of its own is not called while it is blocked.
   */
  readonly do: WatchdogAction;
}

/** What `listen` takes as `watchdog`. */
export interface WatchdogOptions {
  /** Milliseconds from which on the event loop counts as blocked: 1,000 where nothing is said, at least 50. */
  readonly blockedMs?: number;
  /** What is done then, in the order of their times; 16 at most. */
  readonly rules?: readonly WatchdogRule[];
}

/** The same, complete. */
export interface WatchdogSettings {
  readonly blockedMs: number;
  /** In the order of their times. */
  readonly rules: readonly Required<WatchdogRule>[];
}

/**
 * @returns undefined for none
 * @throws PdmError `ERR_PDM_WATCHDOG` for what makes no sense, naming the place
 */
export function resolveWatchdog(given: boolean | WatchdogOptions | undefined): WatchdogSettings | undefined {
  if (given === undefined || given === false) return undefined;
  if (given !== true && Object.prototype.toString.call(given) !== "[object Object]")
    throw fault("watchdog", `must be true, false or { blockedMs, rules }, not ${show(given)}`);
  const options = given === true ? {} : given;
  checkOptionNames("watchdog", options, ["blockedMs", "rules"]);
  const { leastBlockedMs } = WATCHDOG_LIMITS;
  const { blockedMs = WATCHDOG_LIMITS.blockedMs, rules = [] } = options;
  checkMilliseconds("watchdog.blockedMs", blockedMs, leastBlockedMs);
  if (!Array.isArray(rules)) throw fault("watchdog.rules", `must be a list of rules, not ${show(rules)}`);
  if (rules.length > WATCHDOG_LIMITS.rules) throw fault("watchdog.rules", `are more than ${WATCHDOG_LIMITS.rules}`);
  const resolved = rules.map((rule, index) => resolveRule(rule as unknown, `watchdog.rules[${index}]`, blockedMs));
  // Of the same time they keep their order.
  return { blockedMs, rules: resolved.toSorted((one, other) => one.afterMs - other.afterMs) };
}

function resolveRule(rule: unknown, place: string, blockedMs: number): Required<WatchdogRule> {
  if (Object.prototype.toString.call(rule) !== "[object Object]")
    throw fault(place, `must be { afterMs, do }, not ${show(rule)}`);
  const { afterMs = blockedMs, do: action, ...others } = rule as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) throw fault(`${place}.${other}`, "is unknown; a rule has afterMs and do");
  checkMilliseconds(`${place}.afterMs`, afterMs, blockedMs);
  return { afterMs, do: resolveAction(action, `${place}.do`) };
}

function resolveAction(action: unknown, place: string): WatchdogAction {
  if (action === "report") return action;
  const entries = typeof action === "object" && action !== null ? Object.entries(action) : [];
  const [[name, value] = []] = entries;
  if (entries.length === 1 && name === "evaluate") return { evaluate: checkExpression(value, `${place}.evaluate`) };
  if (entries.length === 1 && name === "exit") {
    if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255) return { exit: Number(value) };
    throw fault(`${place}.exit`, `must be a status from 0 to 255, not ${show(value)}`);
  }
  if (entries.length === 1 && name === "signal") {
    if (typeof value === "string" && Object.hasOwn(process.getBuiltinModule("node:os").constants.signals, value))
      return { signal: value as `SIG${string}` };
    throw fault(`${place}.signal`, `must be the name of a signal, such as "SIGKILL", not ${show(value)}`);
  }
  const forms = '"report", { evaluate: "expression" }, { exit: status } or { signal: "SIGKILL" }';
  throw fault(place, `must be ${forms}, not ${show(action)}`);
}

function checkExpression(expression: unknown, place: string): string {
  const { evaluateCharacters } = WATCHDOG_LIMITS;
  if (typeof expression !== "string" || expression.trim() === "" || expression.length > evaluateCharacters)
    throw fault(place, `must be an expression of at most ${evaluateCharacters} characters`);
  try {
    // Compiled only: when it is wanted it is too late to find that it makes no sense.
    void new (process.getBuiltinModule("node:vm").Script)(expression);
  } catch (error) {
    throw fault(place, `is no JavaScript: ${describeThrown(error)}`);
  }
  return expression;
}

function checkMilliseconds(place: string, value: unknown, least: number): asserts value is number {
  if (typeof value === "number" && value >= least && value <= WATCHDOG_LIMITS.mostAfterMs) return;
  throw fault(place, `must be milliseconds from ${least} to ${WATCHDOG_LIMITS.mostAfterMs}, not ${show(value)}`);
}

function fault(place: string, what: string): PdmError {
  return new PdmError("ERR_PDM_WATCHDOG", `${place} ${what}`);
}

function show(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 100);
  } catch {
    return typeof value;
  }
}
