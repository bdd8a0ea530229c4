import { awaitThat } from "../inspector/await-that.js";
import type { InspectorEnd, OpenedInspector } from "../inspector/open-inspector.js";
import { RESCUE_LIMITS } from "../limits.js";
import { listListeningPorts } from "../target/listening-ports.js";
import { readProcessStatus } from "../target/process-status.js";
import type { Target } from "../target/target.js";

/** What became of an inspector, in words; where it is about to close, that is awaited for a moment. */
export async function describeEnd(target: Target, { port }: OpenedInspector, end: InspectorEnd): Promise<string> {
  const inspector = `the inspector of process ${target.label} on port ${port}`;
  if (end === "left-open") return `${inspector} was open before, and is left as it was`;
  if (end === "shared") {
    return `${inspector} is left open: another debugger is connected to it, with which closing would block the process. When that has ended: --close-inspector`;
  }
  const isClosed = await awaitThat(() => !listListeningPorts(target.pid).includes(port), RESCUE_LIMITS.closeMs);
  return `${inspector} ${isClosed ? "is closed again" : "closes as soon as its event loop turns"}`;
}

/** Whether it has ended, or does in a moment: at its end a process waits for its debuggers to leave, and answers nothing. */
export function hasEnded(target: Target): Promise<boolean> {
  return awaitThat(() => !isAlive(target), RESCUE_LIMITS.closeMs);
}

export function isAlive({ pid, status }: Target): boolean {
  try {
    const { state, startTicks } = readProcessStatus(pid);
    return state !== "Z" && startTicks === status.startTicks;
  } catch {
    return false;
  }
}
