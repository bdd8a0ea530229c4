import { randomInt } from "node:crypto";
import type { Limits } from "../limits.js";
import { WorkspaceError } from "./workspace-error.js";
import { Workspace } from "./workspace.js";

const WORKSPACES_KEY: unique symbol = Symbol.for("pdm.workspaces.v1");

/** What a session may be named. */
const NAME = /^[\w.-]{1,64}$/u;

/** What every copy of this package in the thread shares; another form of {@link Workspace} needs another key. */
interface SharedWorkspaces {
  lastNumber: number;
  /** Those that have a name, in the order in which they began. */
  readonly open: Map<string, Workspace>;
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

/** A session for one client alone, which nobody else can find. */
export function createWorkspace(limits: Limits): Workspace {
  const shared = openShared();
  shared.lastNumber += 1;
  return new Workspace({ number: shared.lastNumber, name: "", limits, onEnd: () => undefined });
}

/**
 * The session of that name, new where there is none; without a name a new one.
 *
 * @throws WorkspaceError `ERR_PDM_INVALID_ARGUMENT` for a name that is none, `ERR_PDM_LIMIT` where somebody is in each of `replSessions`
 */
export function openWorkspace(
  name: string | undefined,
  limits: Limits,
): { readonly workspace: Workspace; readonly isNew: boolean } {
  const shared = openShared();
  if (name !== undefined && !NAME.test(name)) {
    const message = "a session's name is 1 to 64 letters, digits, dots, underscores and hyphens";
    throw new WorkspaceError("ERR_PDM_INVALID_ARGUMENT", message, "session");
  }
  const known = name === undefined ? undefined : shared.open.get(name);
  if (known !== undefined) return { workspace: known, isNew: false };
  makeRoom(shared, limits.replSessions);
  shared.lastNumber += 1;
  const workspace = new Workspace({
    number: shared.lastNumber,
    name: name ?? chooseName(shared),
    limits,
    onEnd: (ended) => void (shared.open.get(ended.name) === ended && shared.open.delete(ended.name)),
  });
  shared.open.set(workspace.name, workspace);
  return { workspace, isNew: true };
}

/** All that have a name, in the order in which they began. */
export function listWorkspaces(): readonly Workspace[] {
  return [...openShared().open.values()];
}

function makeRoom({ open }: SharedWorkspaces, most: number): void {
  if (open.size < most) return;
  // The one that would end first.
  const idle = [...open.values()].filter(({ endsInMs }) => endsInMs !== undefined);
  const [first] = idle.toSorted((one, other) => (one.endsInMs ?? 0) - (other.endsInMs ?? 0));
  if (first === undefined) {
    throw new WorkspaceError("ERR_PDM_LIMIT", `there are ${most} sessions already (replSessions): close some`);
  }
  first.end("another session needed its place");
}

/** Not one after the other: who takes up a session after the service was started anew must not come into another's. */
function chooseName({ open }: SharedWorkspaces): string {
  for (;;) {
    const name = `s${randomInt(36 ** 4, 36 ** 5).toString(36)}`;
    if (!open.has(name)) return name;
  }
}
