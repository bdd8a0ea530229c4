import { ParserError } from "../syntax/parser.js";
import { closeSync, openSync } from "node:fs";
import type * as workspaceModule from "./workspace.js";

/** What the REPL's chunk offers. */
export type WorkspaceModule = typeof workspaceModule;

let loaded: WorkspaceModule | undefined;

/**
 * Loads what runs commands, once a process; later calls resolve at once. It is the one part of this package that `listen` does not load,
 * because it is big and few processes ever need it.
 *
 * @throws ParserError when its file cannot be read; nothing else is affected, and the next call tries again
 */
export async function loadWorkspaces(): Promise<WorkspaceModule> {
  if (loaded) return loaded;
  try {
    // Node 20 remembers an import that failed for want of a descriptor, and never tries again. So the want is found out first.
    closeSync(openSync(process.getBuiltinModule("node:os").devNull, "r"));
    loaded = await import("./workspace.js");
    return loaded;
  } catch (error) {
    throw new ParserError(error);
  }
}
