import { randomBytes } from "node:crypto";
import { isMainThread } from "node:worker_threads";
import { PdmError } from "../errors.js";
import { openGuardMemory } from "../guard-memory.js";
import { removeAtExit } from "../transport/exit-removal.js";
import { readIdentity, removeIfSame } from "../transport/file-identity.js";
import { describeThrown, warn } from "../warning.js";
import { WATCHDOG_LIMITS } from "../limits.js";
import { Heartbeat } from "./heartbeat.js";
import { OutOfBandThread } from "./thread-handle.js";
import type { Holder, News, Wish } from "./messages.js";
import { chooseUrgentSpec } from "./urgent-spec.js";
import type { Watch } from "./watch.js";

/** A session's hold of the thread. */
export interface OutOfBandLease {
  /** Where its client connects to, while the main thread is blocked too. */
  readonly spec: string;
  /** What shows that a request concerns this session: 64 hexadecimal digits. */
  readonly secret: string;
  /** Gives it back; a second call does nothing. */
  release(): void;
}

export interface OutOfBandOptions extends Holder {
  /**
   * Ends what the session awaits, or that evaluation of the client's: nothing that the thread could stop by itself runs. Returns whether something
   * was ended; must not throw.
   */
  readonly onInterrupt: (evaluation: number | undefined) => boolean;
}

/** A listener's hold of the thread, which watches the main one. */
export interface WatchdogLease {
  /** Where clients ask it. */
  readonly spec: string;
  /** Ends it; a second call does nothing. */
  release(): void;
}

/** What becomes of what the watchdog says. */
export interface WatchdogListener {
  onNews(news: News): void;
  /** The thread has ended by itself, and with it the watchdog. */
  onFailure(error: Error): void;
}

const SECRET_BYTES = 32;

/** One socket of the thread's, for the sessions of one listener. */
interface UrgentSocket {
  readonly number: number;
  readonly opening: Promise<string>;
  leases: number;
  /** Removes its file, where it has one. */
  remove: () => void;
}

let current: Promise<Host> | undefined;
let leases = 0;

/** Why no session here can have the thread, if that is so. */
export function whyNoOutOfBand(): string | undefined {
  // On Windows the signal would end the process; in a worker it would be the main thread's.
  if (process.platform === "win32") return "not on Windows";
  return isMainThread ? undefined : "not for a session in a worker thread";
}

/**
 * Gives a session the thread beside the main one, which can stop what it runs while the main thread is blocked. The thread starts with the first
 * lease and ends with the last; it has one socket beside that of each listener, for the same users.
 *
 * @param socketSpec the listener's, as it is reached
 * @throws PdmError `ERR_PDM_OUT_OF_BAND` (rejects) saying why there is none; nothing is left behind
 */
export async function leaseOutOfBand(socketSpec: string, options: OutOfBandOptions): Promise<OutOfBandLease> {
  try {
    return await hold((host) => host.lease(socketSpec, options));
  } catch (error) {
    throw refuse(describeThrown(error), error);
  }
}

/** The urgent sockets of the listeners that have a watchdog, by the listeners' own specs. */
const watchdogSpecs = new Map<string, string>();

/** Where the watchdog of that listener is asked; undefined where it has none. */
export function findWatchdogSpec(socketSpec: string): string | undefined {
  return watchdogSpecs.get(socketSpec);
}

/**
 * Has the thread beside the main one watch it, and answer on the socket beside that listener's.
 *
 * @throws Error (rejects) saying why that cannot be; nothing is left behind
 */
export async function leaseWatchdog(watch: Watch, listener: WatchdogListener): Promise<WatchdogLease> {
  // Whoever waits for this promise must not see the process end before it.
  const alive = setInterval(() => undefined, 60_000);
  const lease = await hold((host) => host.watch(watch, listener)).finally(() => clearInterval(alive));
  watchdogSpecs.set(watch.spec, lease.spec);
  return {
    spec: lease.spec,
    release() {
      watchdogSpecs.delete(watch.spec);
      lease.release();
    },
  };
}

/** Takes something of the thread, which starts with the first that is taken and ends with the last. */
async function hold<L extends { release(): void }>(take: (host: Host) => Promise<L>): Promise<L> {
  const reason = whyNoOutOfBand();
  if (reason !== undefined) throw new Error(reason);
  leases += 1;
  let isReleased = false;
  const release = (): void => {
    if (isReleased) return;
    isReleased = true;
    leases -= 1;
    if (leases > 0) return;
    void current?.then((host) => host.end()).catch(() => undefined);
    current = undefined;
  };
  try {
    const lease = await take(await (current ??= startHost()));
    return {
      ...lease,
      release() {
        lease.release();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

function refuse(reason: string, cause?: unknown): PdmError {
  return new PdmError("ERR_PDM_OUT_OF_BAND", `a loop cannot be interrupted here: ${reason}`, { cause });
}

async function startHost(): Promise<Host> {
  try {
    // Only now, since few processes ever need it.
    const { THREAD_SOURCE } = await import("./thread-source.js");
    return new Host("file" in THREAD_SOURCE ? THREAD_SOURCE.file : THREAD_SOURCE.text, forgetHost);
  } catch (error) {
    forgetHost();
    throw error;
  }
}

/** The next lease starts another. */
function forgetHost(): void {
  current = undefined;
}

/** The thread with its sockets and sessions. */
class Host {
  readonly #thread: OutOfBandThread;
  readonly #sockets = new Map<string, UrgentSocket>();
  readonly #sessions = new Map<string, OutOfBandOptions>();
  readonly #watches = new Map<number, { readonly watch: Watch; readonly listener: WatchdogListener }>();
  readonly #heartbeat = new Heartbeat();
  #lastSocket = 0;

  /** @param onFailure the thread has ended by itself: this is of no use any more */
  constructor(source: URL | string, onFailure: () => void) {
    this.#thread = new OutOfBandThread(
      source,
      { memory: openGuardMemory(), heartbeat: this.#heartbeat.memory },
      {
        onWish: (wish) => this.#endWait(wish),
        onNews: (news) => this.#hear(news),
        onFailure: (error) => {
          onFailure();
          this.#fail(error);
        },
      },
    );
  }

  async lease(socketSpec: string, options: OutOfBandOptions): Promise<OutOfBandLease> {
    const socket = this.#sockets.get(socketSpec) ?? this.#open(socketSpec);
    socket.leases += 1;
    const { workspace, client } = options;
    const secret = randomBytes(SECRET_BYTES).toString("hex");
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      this.#sessions.delete(secret);
      void this.#thread.order({ kind: "dismiss", secret }).catch(() => undefined);
      socket.leases -= 1;
      if (socket.leases === 0) this.#close(socketSpec, socket);
    };
    try {
      const spec = await socket.opening;
      this.#sessions.set(secret, options);
      await this.#thread.order({ kind: "admit", socket: socket.number, holder: { workspace, client }, secret });
      return { spec, secret, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async watch(watch: Watch, listener: WatchdogListener): Promise<WatchdogLease> {
    const socket = this.#sockets.get(watch.spec) ?? this.#open(watch.spec);
    socket.leases += 1;
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      this.#watches.delete(socket.number);
      // It beats less often only when the thread expects no more.
      const ended = this.#thread.order({ kind: "watch", socket: socket.number, everyMs: this.#chooseBeatMs() });
      void ended.then(() => this.#beat()).catch(() => undefined);
      socket.leases -= 1;
      if (socket.leases === 0) this.#close(watch.spec, socket);
    };
    try {
      const spec = await socket.opening;
      this.#watches.set(socket.number, { watch, listener });
      await this.#thread.order({ kind: "watch", socket: socket.number, everyMs: this.#beat(), watch });
      return { spec, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async end(): Promise<void> {
    this.#heartbeat.stop();
    for (const { remove } of this.#sockets.values()) remove();
    await this.#thread.end();
  }

  #open(socketSpec: string): UrgentSocket {
    this.#lastSocket += 1;
    const number = this.#lastSocket;
    const opening = this.#openSocket(number, socketSpec).then((spec) => {
      // A thread that is ended with the process cannot do it.
      if (spec.startsWith("/")) socket.remove = removeWithProcess(spec);
      return spec;
    });
    const socket: UrgentSocket = { number, opening, leases: 0, remove: () => undefined };
    this.#sockets.set(socketSpec, socket);
    return socket;
  }

  async #openSocket(socket: number, socketSpec: string): Promise<string> {
    const { spec = "" } = await this.#thread.order({ kind: "open", socket, spec: chooseUrgentSpec(socketSpec) });
    return spec;
  }

  #close(socketSpec: string, socket: UrgentSocket): void {
    if (this.#sockets.get(socketSpec) === socket) this.#sockets.delete(socketSpec);
    socket.remove();
    void this.#thread.order({ kind: "close", socket: socket.number }).catch(() => undefined);
  }

  /** What the strictest watch needs. */
  #chooseBeatMs(): number {
    const { beats, leastBeatMs, mostBeatMs } = WATCHDOG_LIMITS;
    const blockedMs = Math.min(...Array.from(this.#watches.values(), ({ watch }) => watch.blockedMs));
    return Math.floor(Math.min(mostBeatMs, Math.max(leastBeatMs, blockedMs / beats)));
  }

  /** @returns every how many milliseconds */
  #beat(): number {
    const everyMs = this.#chooseBeatMs();
    if (this.#watches.size === 0) this.#heartbeat.stop();
    else this.#heartbeat.start(everyMs);
    return everyMs;
  }

  #hear(news: News): void {
    // Each is told once, whichever listener it concerns.
    const [first] = this.#watches.values();
    first?.listener.onNews(news);
  }

  /** Where the thread stopped it meanwhile, nothing else may be ended in its place. */
  #endWait({ target, claim }: Wish): boolean {
    if (Atomics.compareExchange(new Int32Array(claim), 0, 0, 1) !== 0) return false;
    for (const session of this.#sessions.values()) {
      if (session.workspace === target.workspace && session.client === target.client) {
        return session.onInterrupt(target.evaluation);
      }
    }
    return false;
  }

  #fail(error: Error): void {
    this.#heartbeat.stop();
    for (const { remove } of this.#sockets.values()) remove();
    for (const { listener, watch } of this.#watches.values()) {
      watchdogSpecs.delete(watch.spec);
      listener.onFailure(error);
    }
    this.#watches.clear();
    if (this.#sessions.size === 0) return;
    warn(
      "PDM_OUT_OF_BAND",
      "loops in the REPL's open sessions cannot be interrupted any more; in those opened from now on they can",
      error,
    );
  }
}

/** Removes the file at exit, or when that is called, if it is still the one that is there now. */
function removeWithProcess(path: string): () => void {
  const identity = readIdentity(path);
  const remove = (): void => {
    if (identity !== undefined) removeIfSame(path, identity);
  };
  const forget = removeAtExit(remove);
  return () => {
    forget();
    remove();
  };
}
