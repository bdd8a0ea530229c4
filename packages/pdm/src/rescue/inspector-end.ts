import type { InspectorEnd, OpenedInspector } from "../inspector/open-inspector.js";
import { RESCUE_LIMITS } from "../limits.js";
import type { Target } from "../target/target.js";

/** What became of an inspector, in words; where it is about to close, that is awaited for a moment. */
export async function describeEnd(target: Target, opened: OpenedInspector, end: InspectorEnd): Promise<string> {
  const inspector = `the inspector of process ${target.label} on port ${opened.port}`;
  if (end === "left-open") return `${inspector} was open before, and is left as it was`;
  if (end === "shared") {
    return `${inspector} is left open: another debugger is connected to it, with which closing would block the process. When that has ended: --close-inspector`;
  }
  const isClosed = await opened.awaitClosed(RESCUE_LIMITS.closeMs);
  return `${inspector} ${isClosed ? "is closed again" : "closes as soon as its event loop turns"}`;
}
