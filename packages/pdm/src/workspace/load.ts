import { closeSync, openSync } from "node:fs";
import { PdmError } from "../errors.js";
import type * as workspaceModule from "./entry.js";

/** What the chunk of the REPL offers. */
export type WorkspaceModule = typeof workspaceModule;

/** The REPL could not be loaded (`ERR_PDM_REPL_PARSER`); `cause` says why. Nothing else is affected, and the next {@link loadWorkspaces} tries again. */
export class ReplLoadError extends PdmError {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      "ERR_PDM_REPL_PARSER",
      `the REPL's parser cannot be loaded, so no command can run; restart the service if its files were replaced, free file descriptors if there are none left (${reason})`,
      { cause },
    );
  }
}

let loaded: WorkspaceModule | undefined;

/**
 * Loads the REPL, once a process; later calls resolve at once. It is the one part of this package that is not loaded with the rest,
 * because it is big and few processes ever need it.
 *
 * @throws ReplLoadError where its file cannot be read
 */
export async function loadWorkspaces(): Promise<WorkspaceModule> {
  if (loaded) return loaded;
  try {
    // Node 20 remembers an import that failed for want of a descriptor, and never tries again. So the want is found out first.
    closeSync(openSync(process.getBuiltinModule("node:os").devNull, "r"));
    const module = await import("./entry.js");
    // Its own late part; there is none once the parser is in this chunk.
    await module.loadGrammar();
    loaded = module;
    return loaded;
  } catch (error) {
    throw new ReplLoadError(error);
  }
}

/** The REPL, or undefined as long as it is not loaded. */
export function loadedWorkspaces(): WorkspaceModule | undefined {
  return loaded;
}
