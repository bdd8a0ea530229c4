import type { Diagnosis } from "../diagnosis/diagnosis.js";
import { readClockMs } from "../clock.js";
import { PdmError } from "../errors.js";
import { WATCHDOG_LIMITS } from "../limits.js";
import { INVALID_PARAMETERS, NO_SUCH_METHOD, REFUSED, RequestFault, TOO_MANY } from "./request-fault.js";
import type { WatchdogRequest } from "./watch.js";
import type { Watchdog, Watcher } from "./watchdog.js";
import { explain } from "./watchdog-records.js";
import type { NewRecord } from "./watchdog-records.js";
import type { BlockedReport } from "./watchdog-report.js";

/** What the methods of the watchdog work on. */
export interface WatchdogContext {
  readonly watchdog: Watchdog;
  /** Of the listener beside whose socket the request came; undefined where it has none. */
  readonly watcher: Watcher | undefined;
  /** The client may do more than look at the state: it holds its place. */
  trust(): void;
  /** Tells the client of each block from now on. */
  follow(): void;
}

type Params = Readonly<Record<string, unknown>>;

const JSON_RPC_FAILED = -32_000;

/** By name. Each resolves to the result; what it throws is the answer's error. */
export const WATCHDOG_METHODS = {
  /** What is known of the event loop; with `follow` the client hears of each block from then on. */
  "watchdog.state": async (context: WatchdogContext, params: Params): Promise<object> => {
    authorise(context, "state");
    if (readFlag(params, "follow") === true) context.follow();
    return context.watchdog.state;
  },

  /** What the main thread does now: paused for some milliseconds. With the variables of its calls where `variables` says nothing else and the client may see them. */
  "watchdog.diagnose": async (context: WatchdogContext, params: Params): Promise<Diagnosis> => {
    const watcher = authorise(context, "diagnose");
    const variables = readFlag(params, "variables") ?? watcher.watch.access.variables === "";
    if (variables) authorise(context, "variables");
    const { watchdog } = context;
    const input = variables ? "(diagnosis, with variables)" : "(diagnosis)";
    return carryOut(watcher, { action: "inspect", target: "watchdog.diagnose", input }, async () => {
      return (await watchdog.findNative()) ?? watchdog.inspections.diagnose(variables, () => watchdog.blockedMs);
    });
  },

  /** Evaluates in the main thread, also while it loops: globally, or in a call of its stack. */
  "watchdog.evaluate": async (context: WatchdogContext, params: Params): Promise<object> => {
    const watcher = authorise(context, "evaluate");
    const { evaluateCharacters, evaluateMs, mostEvaluateMs } = WATCHDOG_LIMITS;
    const { expression } = params;
    if (typeof expression !== "string" || expression.length > evaluateCharacters)
      throw new RequestFault(INVALID_PARAMETERS, `expression is a text of at most ${evaluateCharacters} characters`);
    const frame = readWhole(params, "frame", 0, 10_000);
    const timeoutMs = readWhole(params, "timeoutMs", 1, mostEvaluateMs) ?? evaluateMs;
    const record = { action: "repl", target: "watchdog.evaluate", input: expression } as const;
    return carryOut(watcher, record, () =>
      context.watchdog.inspections.evaluate(expression, { timeoutMs, ...(frame === undefined ? {} : { frame }) }),
    );
  },

  /** Records a CPU profile of the main thread. */
  "watchdog.profile": async (context: WatchdogContext, params: Params): Promise<object> => {
    const watcher = authorise(context, "profile");
    const { profileMs, mostProfileMs } = WATCHDOG_LIMITS;
    const durationMs = readWhole(params, "durationMs", 1, mostProfileMs) ?? profileMs;
    const input = `(CPU profile of ${durationMs} ms)`;
    return carryOut(watcher, { action: "inspect", target: "watchdog.profile", input }, async () => ({
      profile: await context.watchdog.inspections.profile(durationMs),
    }));
  },
} as const;

/** The line that tells a client of a block. */
export function writeNotice(report: BlockedReport): object {
  return { method: "watchdog.blocked", params: report };
}

/** @throws RequestFault where there is no watchdog, or the socket's clients may not; that is recorded */
function authorise(context: WatchdogContext, request: WatchdogRequest): Watcher {
  const { watcher } = context;
  if (watcher === undefined) throw new RequestFault(NO_SUCH_METHOD, "this listener has no watchdog");
  const refusal = watcher.watch.access[request];
  if (refusal === "") {
    if (request === "variables" || request === "evaluate") context.trust();
    return watcher;
  }
  watcher.records.add({ action: "refuse", target: `watchdog.${request}`, outcome: "refused", error: refusal });
  throw new RequestFault(REFUSED, refusal);
}

/** @throws RequestFault with what went wrong; that is recorded too */
async function carryOut<T extends object>(
  { records }: Watcher,
  record: Pick<NewRecord, "action" | "target" | "input">,
  run: () => Promise<T>,
): Promise<T> {
  const startedMs = readClockMs();
  try {
    const result = await run();
    const failure = "isError" in result && result.isError === true;
    records.add({ ...record, outcome: failure ? "threw" : "ok", durationMs: readClockMs() - startedMs });
    return result;
  } catch (error) {
    records.add({ ...record, outcome: "threw", error: explain(error), durationMs: readClockMs() - startedMs });
    const isLimit = error instanceof PdmError && error.code === "ERR_PDM_LIMIT";
    throw new RequestFault(isLimit ? TOO_MANY : JSON_RPC_FAILED, explain(error));
  }
}

function readFlag(params: Params, name: string): boolean | undefined {
  const value = params[name];
  if (value === undefined || typeof value === "boolean") return value;
  throw new RequestFault(INVALID_PARAMETERS, `${name} is true or false`);
}

function readWhole(params: Params, name: string, least: number, most: number): number | undefined {
  const value = params[name];
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RequestFault(INVALID_PARAMETERS, `${name} is a whole number from ${least} to ${most}`);
}
