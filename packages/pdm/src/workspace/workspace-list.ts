const WORKSPACES_KEY: unique symbol = Symbol.for("pdm.workspaces.v1");

/** A workspace as copies of this package know it that did not make it. */
export interface ListedWorkspace {
  readonly number: number;
  readonly name: string;
  readonly startedAt: number;
  readonly clients: number;
  readonly commands: number;
}

/** What every copy of this package in the process shares. */
interface SharedWorkspaces {
  lastNumber: number;
  readonly open: Map<string, ListedWorkspace>;
}

function openShared(): SharedWorkspaces {
  const holder = globalThis as { [WORKSPACES_KEY]?: SharedWorkspaces };
  const known = holder[WORKSPACES_KEY];
  if (known !== undefined) return known;
  const shared: SharedWorkspaces = { lastNumber: 0, open: new Map() };
  // Not enumerable: the daemon's own walks over its globals must not meet it.
  Object.defineProperty(globalThis, WORKSPACES_KEY, { value: shared });
  return shared;
}

/** The number of the next workspace of the process. */
export function takeWorkspaceNumber(): number {
  const shared = openShared();
  shared.lastNumber += 1;
  return shared.lastNumber;
}

/** Lists the workspace by its name, until the function returned is called. */
export function listWorkspace(workspace: ListedWorkspace): () => void {
  const { open } = openShared();
  open.set(workspace.name, workspace);
  return () => {
    if (open.get(workspace.name) === workspace) open.delete(workspace.name);
  };
}
