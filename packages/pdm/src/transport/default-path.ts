import { chmodSync, lstatSync, mkdirSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { DEFAULT_SOCKET_MODE, ListenError } from "./listen-spec.js";
import type { ListenSpec } from "./listen-spec.js";

/** What the default depends on. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** The effective user's; that of nobody on Windows. */
  readonly uid: number;
  readonly runFolder: string;
  readonly temporaryFolder: string;
}

/** Characters of the service's name in the file's; the path has few to spare. */
const MAX_NAME_LENGTH = 32;

/**
 * Where to listen when nothing was said: `NAME-PID.sock` in `$XDG_RUNTIME_DIR/pdm`, else in `/run/pdm` for root, else in
 * `pdm-UID` under the temporary directory; on Windows the pipe `pdm-NAME-PID`. In a worker thread the name ends in `-tN`.
 *
 * `$XDG_RUNTIME_DIR` counts when it is absolute, this user's, and nobody else can write in it. The folder is made with mode
 * 0700 if it is missing; it must be a folder (no symbolic link), this user's, with just that mode. The name is the one given, else
 * npm's name of the package, else the main script's.
 *
 * @throws ListenError `ERR_PDM_LISTEN_FOLDER` for a folder that is not safe, cannot be made or must not be looked at
 */
export function chooseDefaultSpec(name?: string, surroundings: Surroundings = readSurroundings()): ListenSpec {
  const { platform, env } = surroundings;
  const { threadId } = process.getBuiltinModule("node:worker_threads");
  const thread = threadId === 0 ? "" : `-t${threadId}`;
  const file = `${cleanName(name ?? env["npm_package_name"] ?? basename(process.argv[1] ?? ""))}-${process.pid}${thread}`;
  if (platform === "win32") return { kind: "pipe", path: `\\\\.\\pipe\\pdm-${file}` };
  const path = join(
    explainDenied(() => openDefaultFolder(surroundings)),
    `${file}.sock`,
  );
  return { kind: "unix", path, mode: DEFAULT_SOCKET_MODE, group: undefined };
}

function readSurroundings(): Surroundings {
  return {
    platform: process.platform,
    env: process.env,
    uid: process.geteuid?.() ?? -1,
    runFolder: "/run",
    temporaryFolder: process.getBuiltinModule("node:os").tmpdir(),
  };
}

/** What is left of a name in a file's: letters, digits, `.`, `_` and `-`; a script's without its extension. */
export function cleanName(name: string): string {
  const cleaned = name
    .replace(/\.[cm]?[jt]sx?$/, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[.-]+/, "");
  return cleaned.slice(0, MAX_NAME_LENGTH) || "node";
}

/** Node's permission model up to version 22 names neither the folder nor the option. */
function explainDenied<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    const denied = [error, error instanceof Error ? error.cause : undefined].find(isDenied);
    if (denied === undefined) throw error;
    throw new ListenError(
      "ERR_PDM_LISTEN_FOLDER",
      `${denied.resource ?? "the socket's folder"}: Node's permission model forbids it; start it with --allow-fs-read=FOLDER/ and --allow-fs-write=FOLDER/ of the folder of the socket, or listen on a port`,
      { cause: error },
    );
  }
}

function isDenied(error: unknown): error is { readonly resource?: string } {
  return error instanceof Error && "code" in error && error.code === "ERR_ACCESS_DENIED";
}

function openDefaultFolder({ env, uid, runFolder, temporaryFolder }: Surroundings): string {
  const runtime = env["XDG_RUNTIME_DIR"] ?? "";
  const parents = isAbsolute(runtime) ? [runtime] : [];
  if (uid === 0) parents.push(runFolder);
  for (const parent of parents) {
    const stats = statSync(parent, { throwIfNoEntry: false });
    if (stats?.uid !== uid || (stats.mode & 0o022) !== 0) continue;
    const folder = join(parent, "pdm");
    if (makeFolder(folder) === undefined) return checkFolder(folder, uid);
  }
  const folder = join(temporaryFolder, `pdm-${uid}`);
  checkTemporaryFolder(temporaryFolder, uid);
  const failure = makeFolder(folder);
  if (failure === undefined) return checkFolder(folder, uid);
  throw folderError(folder, `cannot be made (${String(failure.code)})`, { cause: failure });
}

/** Makes the folder unless it is there; the error if that is not possible. */
function makeFolder(folder: string): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(folder, { mode: 0o700 });
    if ((lstatSync(folder).mode & 0o777) !== 0o700) chmodSync(folder, 0o700); // an extreme umask
  } catch (error) {
    const failure = error as NodeJS.ErrnoException;
    return failure.code === "EEXIST" ? undefined : failure;
  }
  return undefined;
}

/** Whoever could rename what is in the temporary directory could put a folder of their own in the place of ours. */
function checkTemporaryFolder(folder: string, uid: number): void {
  let stats: Stats;
  try {
    stats = statSync(folder);
  } catch (cause) {
    throw folderError(folder, `cannot be looked at (${String((cause as NodeJS.ErrnoException).code)})`, { cause });
  }
  const writableByOthers = (stats.mode & 0o022) !== 0 && (stats.mode & 0o1000) === 0;
  if (writableByOthers) throw folderError(folder, "lets others replace what is in it (it lacks the sticky bit)");
  if (stats.uid !== 0 && stats.uid !== uid) throw folderError(folder, `belongs to user ${stats.uid}`);
}

function checkFolder(folder: string, uid: number): string {
  const stats = lstatSync(folder);
  if (!stats.isDirectory()) throw folderError(folder, "is a symbolic link or another kind of file, not a folder");
  if (stats.uid !== uid)
    throw folderError(folder, `belongs to user ${stats.uid}, not to ${uid}, who runs this process`);
  const mode = stats.mode & 0o777;
  if (mode !== 0o700) {
    throw folderError(
      folder,
      `has the mode 0${mode.toString(8).padStart(3, "0")}, not 0700, so that others may get in`,
    );
  }
  return folder;
}

function folderError(folder: string, reason: string, options?: ErrorOptions): ListenError {
  return new ListenError(
    "ERR_PDM_LISTEN_FOLDER",
    `${folder} ${reason}; put that right, or listen on a path of your own`,
    options,
  );
}
