import type { WorkspaceClient } from "../../src/workspace/workspace-event.js";

/** A client of a session that does nothing with what it is told. */
export const SILENT_CLIENT: WorkspaceClient = {
  number: 1,
  role: "admin",
  canAnswer: true,
  canInterruptLoops: false,
  tell: () => undefined,
  end: () => undefined,
};
