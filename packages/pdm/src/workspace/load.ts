import { checkDescriptors, ParserError } from "../syntax/parser.js";
import type * as workspaceModule from "./entry.js";

export { ParserError } from "../syntax/parser.js";

/** What the chunk of the REPL offers. */
export type WorkspaceModule = typeof workspaceModule;

let loaded: WorkspaceModule | undefined;

/**
 * Loads the REPL, once a process; later calls resolve at once. It is the one part of this package that is not loaded with the rest,
 * because it is big and few processes ever need it.
 *
 * @throws ParserError where its file cannot be read; nothing else is affected, and the next call tries again
 */
export async function loadWorkspaces(): Promise<WorkspaceModule> {
  if (loaded) return loaded;
  try {
    checkDescriptors();
    loaded = await import("./entry.js");
    return loaded;
  } catch (error) {
    throw new ParserError(error);
  }
}

/** The REPL, or undefined as long as it is not loaded. */
export function loadedWorkspaces(): WorkspaceModule | undefined {
  return loaded;
}
