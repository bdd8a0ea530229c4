import type { DiagnosedFrame, ProcessState } from "../diagnosis/diagnosis.js";
import { WATCHDOG_LIMITS } from "../limits.js";
import type { WatchdogAction } from "./watchdog-settings.js";

/** One call of a stack, without variables and source. */
export type ReportedFrame = Pick<DiagnosedFrame, "call" | "file" | "line" | "column" | "isInternal">;

/** What a rule did, or was not able to. What an expression gave is in the audit alone, since it may be secret. */
export interface RuleOutcome {
  readonly do: "report" | "evaluate" | "exit" | "signal";
  readonly afterMs: number;
  readonly outcome: "done" | "failed";
}

/** One time that the event loop was blocked, as far as it is known. */
export interface BlockedReport {
  /** When it began: seconds since the epoch. */
  readonly time: number;
  /** For how long, at the least; as long as it is blocked, until now. */
  readonly durationMs: number;
  /** `unknown` where the event loop turned again too early, or the inspector cannot be reached. */
  readonly state: ProcessState | "unknown";
  /** One sentence, in words. */
  readonly summary: string;
  /** The calls as text, the innermost first; empty where there are none. */
  readonly stack: string;
  readonly frames: readonly ReportedFrame[];
  readonly rules: readonly RuleOutcome[];
}

/** What the thread itself enters into the audit, in the form of an audit record. */
export interface WatchdogRecord {
  readonly time: number;
  readonly action: "watchdog" | "inspect" | "repl" | "refuse";
  /** Who comes by the urgent socket has no session. */
  readonly session: 0;
  readonly role: "viewer" | "operator" | "admin";
  readonly socket: string;
  readonly protocol: "urgent";
  readonly target: string;
  readonly input?: string;
  readonly outcome: "ok" | "threw" | "refused" | "deadline";
  readonly error?: string;
  readonly durationMs: number;
}

export function reportFrame({ call, file, line, column, isInternal }: DiagnosedFrame): ReportedFrame {
  return { call, file, line, column, isInternal };
}

/** The frames as V8 writes them, a line each, cut to a size. */
export function writeStack(frames: readonly ReportedFrame[]): string {
  let text = "";
  for (const [index, { call, file, line, column }] of frames.entries()) {
    const place = `${file}:${line}:${column}`;
    const next = `${index === 0 ? "" : "\n"}    at ${call === "" ? place : `${call} (${place})`}`;
    if (text.length + next.length > WATCHDOG_LIMITS.stackCharacters)
      return `${text}\n    and ${frames.length - index} more`;
    text += next;
  }
  return text;
}

export function nameAction(action: WatchdogAction): RuleOutcome["do"] {
  if (action === "report") return action;
  if ("evaluate" in action) return "evaluate";
  return "exit" in action ? "exit" : "signal";
}
