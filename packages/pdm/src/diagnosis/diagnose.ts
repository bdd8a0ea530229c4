import { setTimeout as wait } from "node:timers/promises";
import { InspectorError } from "../inspector/inspector-error.js";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { readClockMs } from "../clock.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";
import { isAsleep } from "./awake.js";
import { describeFrames } from "./frames.js";
import type { DiagnosedFrame, Diagnosis } from "./diagnosis.js";
import { Pauses } from "./pause.js";
import type { Pause } from "./pause.js";
import { profileThread, readTimeShares } from "./profile.js";
import type { TimeShares } from "./profile.js";
import { findRegularExpression } from "./regular-expression.js";
import { isInternal, ScriptSources } from "./script-sources.js";
import { readThreadFigures } from "./thread-figures.js";
import type { ThreadFigures } from "./thread-figures.js";
import {
  adviseOn,
  describeMemory,
  describeResources,
  summarizeBusy,
  summarizeCollecting,
  summarizeIdle,
  summarizeNative,
  summarizePaused,
  summarizeStuck,
  summarizeWaiting,
} from "./words.js";

export interface DiagnoseOptions {
  /** Whether the calls' variables are read. Default: true. */
  readonly variables?: boolean;
  /** For how many milliseconds the event loop is known not to have turned: then that is not looked at. */
  readonly blockedMs?: number;
  /** Milliseconds to wait for a native call to return. Default: 10,000. */
  readonly patienceMs?: number;
  /** What to put before a path of the process's to have it here, for source maps: see `findRoot`. Default: nothing. */
  readonly root?: string;
}

/** What is found on the way. */
interface Findings {
  readonly after: ThreadFigures;
  readonly isTurning: boolean;
  /** Of the time, from 0 to 1, that the event loop waited. */
  readonly idleShare: number;
  readonly observedMs: number;
}

/** Share of the time from which on garbage collection is what a thread does, with a heap that is filled by half, and with any. */
const COLLECTING = { filled: 0.4, any: 0.7 } as const;
const FILLED = 0.5;

/** Share of the time that an event loop waits, from which on its thread is idle. */
const IDLE = 0.5;

/**
 * Says what a thread is doing. It is paused for some milliseconds at a time, or, where it is stuck in Node.js's own code, stepped for up to `stepMs`; where it is stuck
 * or busy, a CPU profile of `profileMs` is taken.
 *
 * @throws InspectorError (rejects) where the session has ended; the thread runs on
 */
export async function diagnoseThread(session: InspectorSession, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  // A thread that another debugger has paused evaluates, but turns no more.
  const findings = await observe(session, options.blockedMs).catch(ignoreTimeout);
  if (findings === undefined) return diagnoseNative(session, options);
  if (findings.isTurning) return diagnoseTurning(session, findings, options);
  return diagnoseStuck(session, findings, options);
}

function isTimeout(error: unknown): boolean {
  return error instanceof InspectorError && error.code === "ERR_PDM_INSPECTOR_TIMEOUT";
}

/** @throws InspectorError (rejects) `ERR_PDM_INSPECTOR_TIMEOUT` where no JavaScript runs */
async function observe(session: InspectorSession, blockedMs: number | undefined): Promise<Findings> {
  const { answerMs, lookMs, stuckMs } = DIAGNOSIS_LIMITS;
  // By our own clock: the thread's may be a test's, which stands still.
  const startMs = readClockMs();
  const read = async (): Promise<ThreadFigures> => (await readThreadFigures(session, answerMs)) ?? NOT_TOLD;
  const before = await read();
  if (blockedMs !== undefined) return { after: before, isTurning: false, idleShare: 0, observedMs: blockedMs };
  for (;;) {
    await wait(lookMs);
    const after = await read();
    const observedMs = readClockMs() - startMs;
    // A loop in one turn does not wait either.
    const isTold = before !== NOT_TOLD && after !== NOT_TOLD;
    const isTurning = isTold && (after.turns !== before.turns || after.idleMs > before.idleMs);
    const idleShare = isTurning ? (after.idleMs - before.idleMs) / observedMs : 0;
    // To answer us keeps it busy too, the more so the less time the machine has for it.
    if (observedMs >= (idleShare >= IDLE ? lookMs * 4 : stuckMs)) return { after, isTurning, idleShare, observedMs };
  }
}

/** Of a thread whose stack is so full that it cannot say anything: it does not turn. */
const NOT_TOLD: ThreadFigures = Object.freeze({
  turns: 0,
  idleMs: 0,
  heapUsedBytes: 0,
  heapLimitBytes: 0,
  residentBytes: 0,
  resources: {},
});

async function diagnoseTurning(
  session: InspectorSession,
  { after, idleShare }: Findings,
  options: DiagnoseOptions,
): Promise<Diagnosis> {
  const details = [describeResources(after), describeMemory(after)];
  if (idleShare >= IDLE) {
    return { state: "idle", summary: summarizeIdle(idleShare), details, stack: [], advice: adviseOn("idle") };
  }
  const shares = await readShares(session);
  const stack = (await readStack(session, options))?.stack ?? [];
  if (isCollecting(shares, after)) return describeCollecting(shares, after, stack, details);
  const summary = summarizeBusy(1 - idleShare, shares);
  return { state: "busy", summary, details, stack, advice: adviseOn("busy") };
}

async function diagnoseStuck(
  session: InspectorSession,
  { after, observedMs }: Findings,
  options: DiagnoseOptions,
): Promise<Diagnosis> {
  const details = [describeMemory(after)];
  const patienceMs = options.patienceMs ?? DIAGNOSIS_LIMITS.patienceMs;
  const found = await readStack(session, { ...options, stepsToOwn: true }, (pauses) => pauses.pause(patienceMs));
  if (found === undefined) return describeNative([], observedMs + patienceMs, details);
  const { stack, regularExpression, isForeign, waitedMs } = found;
  if (isForeign) {
    return { state: "paused", summary: summarizePaused(stack), details, stack, advice: adviseOn("paused") };
  }
  const shares = await readShares(session);
  if (isCollecting(shares, after)) return describeCollecting(shares, after, stack, details);
  const mayWait = regularExpression === undefined && stack[0]?.isInternal === false;
  if (mayWait && (await isAsleep(session).catch(ignoreTimeout)) === true) {
    const summary = summarizeWaiting(stack, observedMs);
    return { state: "waiting", summary, details, stack, advice: adviseOn("waiting") };
  }
  // It answered between two native calls, or the machine has no time for it.
  if (waitedMs > DIAGNOSIS_LIMITS.pauseMs && (await isSlowToPause(session))) {
    return describeNative(stack, observedMs + waitedMs, details);
  }
  const state = regularExpression === undefined ? "loop" : "regexp";
  const summary = summarizeStuck(stack, observedMs, regularExpression);
  return { state, summary, details, stack, advice: adviseOn(state) };
}

const PAUSES = 3;

/** Whether a thread that was late to pause is so again and again. */
async function isSlowToPause(session: InspectorSession): Promise<boolean> {
  for (let attempt = 0; attempt < PAUSES; attempt += 1) {
    const pauses = new Pauses(session);
    try {
      if ((await pauses.pause(DIAGNOSIS_LIMITS.pauseMs)) !== undefined) return false;
    } finally {
      await pauses.end();
    }
  }
  return true;
}

/** No JavaScript runs. Where the call returns while we wait, the thread is paused right behind it. */
async function diagnoseNative(session: InspectorSession, options: DiagnoseOptions): Promise<Diagnosis> {
  const { blockedMs = DIAGNOSIS_LIMITS.answerMs, patienceMs = DIAGNOSIS_LIMITS.patienceMs } = options;
  const found = await readStack(session, options, (pauses) => pauses.pauseBehindCall(patienceMs));
  return describeNative(found?.stack ?? [], blockedMs + (found?.waitedMs ?? patienceMs), []);
}

function describeNative(stack: readonly DiagnosedFrame[], blockedMs: number, details: readonly string[]): Diagnosis {
  const state = "native";
  return { state, summary: summarizeNative(stack, blockedMs), details, stack, advice: adviseOn(state) };
}

function describeCollecting(
  shares: TimeShares,
  figures: ThreadFigures,
  stack: readonly DiagnosedFrame[],
  details: readonly string[],
): Diagnosis {
  const state = "garbage-collection";
  return { state, summary: summarizeCollecting(shares, figures, stack), details, stack, advice: adviseOn(state) };
}

function isCollecting({ garbageCollection }: TimeShares, { heapUsedBytes, heapLimitBytes }: ThreadFigures): boolean {
  const isFilled = heapLimitBytes > 0 && heapUsedBytes / heapLimitBytes >= FILLED;
  return garbageCollection >= (isFilled ? COLLECTING.filled : COLLECTING.any);
}

/** Of a thread that does not come to JavaScript meanwhile nothing is known. */
async function readShares(session: InspectorSession): Promise<TimeShares> {
  const profile = await profileThread(session, DIAGNOSIS_LIMITS.profileMs).catch(ignoreTimeout);
  return profile === undefined ? { garbageCollection: 0, hottest: undefined } : readTimeShares(profile);
}

function ignoreTimeout(error: unknown): undefined {
  if (!isTimeout(error)) throw error;
}

/** A function that Node.js calls again and again, as a tick that sets the next, is seldom met at work: it is stepped to. */
async function stepToOwn(pauses: Pauses, found: Pause): Promise<Pause> {
  let pause = found;
  const endMs = readClockMs() + DIAGNOSIS_LIMITS.stepMs;
  while (!pause.isForeign && !hasOwnCode(pause)) {
    const next = readClockMs() < endMs ? await pauses.stepInto(DIAGNOSIS_LIMITS.pauseMs) : undefined;
    if (next === undefined) return found;
    pause = next;
  }
  return pause;
}

function hasOwnCode({ frames, scripts }: Pause): boolean {
  return frames.some(({ location, url }) => !isInternal(scripts.get(location.scriptId)?.url ?? url));
}

interface FoundStack {
  readonly stack: readonly DiagnosedFrame[];
  readonly regularExpression: string | undefined;
  readonly isForeign: boolean;
  /** Until JavaScript ran. */
  readonly waitedMs: number;
}

async function readStack(
  session: InspectorSession,
  options: DiagnoseOptions & { readonly stepsToOwn?: boolean },
  begin: (pauses: Pauses) => Promise<Pause | undefined> = (pauses) => pauses.pause(DIAGNOSIS_LIMITS.pauseMs),
): Promise<FoundStack | undefined> {
  const pauses = new Pauses(session);
  try {
    const startMs = readClockMs();
    const found = await begin(pauses);
    const waitedMs = readClockMs() - startMs;
    if (found === undefined) return undefined;
    const pause = options.stepsToOwn === true ? await stepToOwn(pauses, found) : found;
    const sources = new ScriptSources(session, options.root);
    const { isForeign } = pause;
    const stack = await describeFrames(session, sources, pause, options.variables ?? true);
    const regularExpression = isForeign ? undefined : await findRegularExpression(pauses, pause, sources);
    return { stack, regularExpression, isForeign, waitedMs };
  } finally {
    await pauses.end();
  }
}
