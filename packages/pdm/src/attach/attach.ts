import { basename } from "node:path";
import { claimProcess } from "../client/claim.js";
import type { ClientClaim } from "../client/claim.js";
import { saysDisabled } from "../disabled.js";
import { awaitThat } from "../inspector/await-that.js";
import { InspectorError } from "../inspector/inspector-error.js";
import { checkInspectorCanOpen, isInspectorOpen, openInspector } from "../inspector/open-inspector.js";
import type { AttachmentWishes } from "../attachment.js";
import type { InspectorEnd, OpenedInspector } from "../inspector/open-inspector.js";
import { ATTACH_LIMITS } from "../limits.js";
import { checkOptionNames } from "../option-names.js";
import { findTarget } from "../target/target.js";
import type { Target } from "../target/target.js";
import { cleanName } from "../transport/default-path.js";
import { describeThrown } from "../warning.js";
import { AttachError } from "./attach-error.js";
import { createAttached } from "./attached-process.js";
import type { Attached } from "./attached-process.js";
import { endAttachment } from "./detach.js";
import { loadInto, unload } from "./loading.js";
import { checkPlace, connectToOwn, findOwnSockets, toOutsideSpec } from "./own-sockets.js";
import { showText } from "./process-answer.js";
import { refuseDisabled } from "./refusals.js";

/** Options of {@link attach}. */
export interface AttachOptions {
  /**
   * Whether it may be done: true, or a function that is told what will be, and is asked only where something will. Nobody can tell beforehand whether a program
   * has a handler of its own for the signal, which would run instead of Node's.
   */
  readonly consent?: boolean | ((request: string) => boolean | Promise<boolean>);
  /** The service's name, for the socket: `NAME-PID.sock`. By default npm's name of the package, else the main script's. */
  readonly name?: string;
  /** A file to which the process appends an audit record of everything that happens over the socket; as it calls that file. */
  readonly auditFile?: string;
  /** What the process says of whoever attaches, on its standard error and in its audit: by default the user's name, the main script's and the process's id. */
  readonly claim?: ClientClaim;
  /** Milliseconds until its inspector must have opened; 3 seconds by default. */
  readonly timeoutMs?: number;
  /** Gives up, until something is loaded; rejects with its reason, when the inspector that was opened has been told to close. */
  readonly signal?: AbortSignal;
}

const OPTION_NAMES = [
  "consent",
  "name",
  "auditFile",
  "claim",
  "timeoutMs",
  "signal",
] as const satisfies readonly (keyof AttachOptions)[];

/**
 * Makes a running process manageable that nobody prepared: on Linux, for its own user or root. Loads this package into it, over the inspector that Node.js opens at the signal
 * SIGUSR1, has it listen on its default socket, and closes the inspector again. A process that listens already is left as it is.
 *
 * The signal is sent only to what is proved to be Node.js and to have a handler for it.
 *
 * @param pidOrName its id on this machine, its service's name, its title or its main script
 * @throws TargetError (rejects) where it cannot be looked at or must not be sent the signal; nothing was sent: `ERR_PDM_TARGET_GONE`, `_USER`, `_NOT_NODE`,
 * `_NAME`, `_PLATFORM`, `_STATE`, `_SIGNAL`, `_PERMISSION`, `_NETWORK`, `_ADDRESS`, `_PORT`
 * @throws AttachError (rejects) `ERR_PDM_ATTACH_DISABLED` (`PDM_DISABLE`), `ERR_PDM_ATTACH_CONSENT`, `ERR_PDM_ATTACH_SELF`, `ERR_PDM_ATTACH_SILENT`:
 * nothing was sent; `ERR_PDM_ATTACH_LISTENS` where it listens already and `name` or `auditFile` would not be heeded: it is as it was; `ERR_PDM_ATTACH_STUCK`, `ERR_PDM_ATTACH_VERSION`: nothing was loaded; codes of `listen` where it could not listen; `ERR_PDM_ATTACH_PLACE` where the process names a
 * socket that is not its own; `ERR_PDM_ATTACH_UNFINISHED`: the message says what is left in which state
 * @throws InspectorError (rejects) `ERR_PDM_INSPECTOR_TIMEOUT` where no inspector opened: a handler of the program's own has run, or it is in a native call;
 * `ERR_PDM_INSPECTOR_WAITS` where it waits for a debugger to begin with its program
 */
export async function attach(pidOrName: number | string, options: AttachOptions = {}): Promise<Attached> {
  checkOptionNames("attach", options, OPTION_NAMES);
  const target = findTarget(String(pidOrName));
  refuseBeforehand(target);
  const known = await findOwnSockets(target);
  const [own] = known.filter(({ isAttached }) => isAttached).concat(known);
  const attached =
    own === undefined
      ? await attachAnew(target, options)
      : createAttached(target, own.spec, own.isAttached ? "attached-before" : "prepared", "unused");
  if (attached.origin !== "attached") checkWishes(target, attached.spec, options);
  return attached;
}

async function attachAnew(target: Target, options: AttachOptions): Promise<Attached> {
  const { consent = false, timeoutMs = ATTACH_LIMITS.inspectorMs, signal } = options;
  await checkInspectorCanOpen(target);
  const wasOpen = await isInspectorOpen(target);
  await askConsent(target, consent, wasOpen);
  const wishes = {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.auditFile === undefined ? {} : { auditFile: options.auditFile }),
    by: { ...claimProcess(), ...options.claim },
  };
  try {
    const opened = await openInspector(target, timeoutMs, { maySignal: !wasOpen, signal });
    return await attachOverInspector(opened, target, wishes, signal);
  } catch (error) {
    const other = isInspectorLost(error) ? await findOtherAttachment(target, wasOpen) : undefined;
    if (other === undefined) throw error;
    return other;
  }
}

async function attachOverInspector(
  opened: OpenedInspector,
  target: Target,
  wishes: AttachmentWishes,
  signal: AbortSignal | undefined,
): Promise<Attached> {
  try {
    signal?.throwIfAborted();
    const { spec, origin, isNew } = await loadInto(opened.session, target, wishes);
    // That is only told, and may be anywhere.
    if (origin === "prepared") return await finish(opened, target, showText(toOutsideSpec(target, spec)), origin);
    let place: string | undefined;
    try {
      place = checkPlace(target, spec);
      const attached = await finish(opened, target, place, origin);
      // Another, who attaches at the same time, has had it listen.
      return isNew ? attached : { ...attached, origin: "attached-before" };
    } catch (error) {
      throw isNew ? await takeOut(opened, target, place, error) : error;
    }
  } finally {
    await opened.close();
  }
}

async function finish(
  opened: OpenedInspector,
  target: Target,
  spec: string,
  origin: Attached["origin"],
): Promise<Attached> {
  const isOurs = origin === "attached" && !opened.wasOpen;
  const end = isOurs ? await closeThroughSocket(opened, target, spec) : await opened.close();
  return createAttached(target, spec, origin, end === "closing" ? await awaitClosed(opened) : end);
}

/**
 * Tries the new socket, and has the process close its inspector by that, when no session with it is left: then nothing can come in between.
 *
 * @throws whatever `connect` does (rejects), then the session is still there
 */
async function closeThroughSocket(opened: OpenedInspector, target: Target, spec: string): Promise<InspectorEnd> {
  const timeoutMs = ATTACH_LIMITS.socketMs;
  await using client = await connectToOwn(target, spec, timeoutMs);
  const attached = await client.find("pdm.attached", { timeoutMs });
  await opened.leave();
  // It may be somebody who attaches at the same time, and goes in a moment.
  if (!(await awaitThat(() => opened.countClients() === 0, ATTACH_LIMITS.closeMs))) return "shared";
  await attached.invoke("closeInspector", [], { timeoutMs });
  return "closing";
}

/** So that what could not be finished leaves nothing that listens. @returns what to throw: it says in which state the process is, and what to do */
async function takeOut(
  opened: OpenedInspector,
  target: Target,
  place: string | undefined,
  cause: unknown,
): Promise<AttachError> {
  // Where the session was left already, that is done over the socket.
  const isOut =
    (await unload(opened.session)) ||
    (place !== undefined && (await endAttachment(target, place).then(isDone, isNotDone)));
  const end = await opened.close();
  const isOpen = end !== "left-open" && (await awaitClosed(opened)) === "open";
  const { pid } = target;
  const state = isOut
    ? "what was loaded was ended again, and does not listen"
    : `unless the process has ended it may listen: pdm-attach --detach ${pid} takes that out`;
  const inspector = isOpen
    ? `. Its inspector is open on port ${opened.port}: pdm-rescue ${pid} --close-inspector closes it`
    : "";
  const code = cause instanceof AttachError ? cause.code : "ERR_PDM_ATTACH_UNFINISHED";
  return new AttachError(code, `${describeThrown(cause)}; ${state}${inspector}`, { cause });
}

const isDone = (): boolean => true;
const isNotDone = (): boolean => false;

/** An inspector ends all its sessions when somebody closes it, such as another who attaches at the same time. */
function isInspectorLost(error: unknown): boolean {
  return error instanceof InspectorError || (error instanceof AttachError && error.cause instanceof InspectorError);
}

/** What another has brought about meanwhile. @param wasOpen whether the inspector was open before either came */
async function findOtherAttachment(target: Target, wasOpen: boolean): Promise<Attached | undefined> {
  const sockets = await findOwnSockets(target).catch(() => []);
  const other = sockets.find(({ isAttached }) => isAttached);
  if (other === undefined) return undefined;
  // Our signal may have opened it once more.
  const inspector = wasOpen ? "left-open" : await closeAgain(target);
  return createAttached(target, other.spec, "attached-before", inspector);
}

async function closeAgain(target: Target): Promise<Attached["inspector"]> {
  if (!(await isInspectorOpen(target))) return "closed";
  try {
    const opened = await openInspector(target, ATTACH_LIMITS.closeMs, { maySignal: false });
    const end = await opened.close(true);
    return end === "closing" ? await awaitClosed(opened) : end;
  } catch {
    // Somebody closes it at this moment.
    return (await isInspectorOpen(target)) ? "open" : "closed";
  }
}

function refuseBeforehand(target: Target): void {
  if (target.pid === process.pid) {
    throw new AttachError("ERR_PDM_ATTACH_SELF", `process ${target.label} is this one; call listen() instead`);
  }
  if (saysDisabled(target.command.env.get("PDM_DISABLE") ?? "")) throw refuseDisabled(target);
}

/** What listens already takes no wishes any more. */
function checkWishes(
  { label, pid, innerPid }: Target,
  spec: string,
  { name, auditFile }: Pick<AttachOptions, "name" | "auditFile">,
): void {
  const isNamed = name === undefined || basename(spec) === `${cleanName(name)}-${innerPid}.sock`;
  const unheeded = [...(isNamed ? [] : ["its name"]), ...(auditFile === undefined ? [] : ["its audit file"])];
  if (unheeded.length === 0) return;
  throw new AttachError(
    "ERR_PDM_ATTACH_LISTENS",
    `process ${label} listens already on ${showText(spec)}: ${unheeded.join(" and ")} cannot be changed. Leave that out; or, where it was attached to, detach first: pdm-attach --detach ${pid}`,
  );
}

async function askConsent(
  target: Target,
  consent: NonNullable<AttachOptions["consent"]>,
  isOpen: boolean,
): Promise<void> {
  const opening = isOpen
    ? `the inspector of process ${target.label}, which is open, will be used`
    : `process ${target.label} will be sent SIGUSR1, at which Node.js opens its inspector on 127.0.0.1 for a moment; a program with a handler of its own for that signal runs that instead`;
  const request = `${opening}. Then this package is loaded into it, and its user, and root, can do everything in it over a Unix socket until it is detached from`;
  if (typeof consent === "function" ? await consent(request) : consent) return;
  throw new AttachError("ERR_PDM_ATTACH_CONSENT", `${request}. Nothing was sent: that needs your consent`);
}

/** It does so as soon as its event loop turns. */
async function awaitClosed(opened: OpenedInspector): Promise<"closed" | "open"> {
  return (await opened.awaitClosed(ATTACH_LIMITS.closeMs)) ? "closed" : "open";
}
