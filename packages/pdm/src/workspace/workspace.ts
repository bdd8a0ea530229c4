/* oxlint-disable oxc/no-map-spread -- What is spread are members that may be left out. */
import { readClockMs } from "../clock.js";
import { StoppedError } from "../engine/evaluation.js";
import type { EvaluationOutcome } from "../engine/evaluation.js";
import { runGuarded, whyUninterruptible } from "../engine/guard.js";
import { isObject } from "../engine/safe-read.js";
import { ReplScope } from "../engine/scope.js";
import type { PrintOptions } from "../engine/value-text.js";
import { REPL_LIMITS } from "../limits.js";
import type { Limits } from "../limits.js";
import { followOutput } from "../toolbox/daemon-output.js";
import type { DaemonStream } from "../toolbox/daemon-output.js";
import { installTools, needsModules, prepareModules } from "../toolbox/tools.js";
import { describeThrown, warn } from "../warning.js";
import { HeldValues } from "./held-values.js";
import { complete } from "./completion.js";
import type { Completion } from "./completion.js";
import { listMembers } from "./members.js";
import { Questions } from "./questions.js";
import { WorkspaceError } from "./workspace-error.js";
import type { WorkspaceClient, WorkspaceEvent, WorkspaceOutcome } from "./workspace-event.js";

const DID_NOT_RUN = "Uncaught Interrupted: the command was stopped before its turn came; it did not run";

/** What a client wants run. */
export interface EvaluationRequest {
  readonly client: WorkspaceClient;
  readonly source: string;
  /** The client's own number for it, by which it is interrupted. */
  readonly evaluation?: number | undefined;
  readonly deadlineMs: number;
  readonly print?: PrintOptions | undefined;
  /** This and the next: see `EvaluateOptions`. */
  readonly showsLast?: boolean;
  readonly encode?: ((value: unknown) => string) | undefined;
}

interface Waiting {
  readonly request: EvaluationRequest;
  readonly settle: (outcome: WorkspaceOutcome | Promise<WorkspaceOutcome>) => void;
}

/** What a session is made from. */
export interface WorkspaceParts {
  /** Unique in the process. */
  readonly number: number;
  readonly name: string;
  readonly limits: Limits;
  /** Called once, when it ended. */
  readonly onEnd: (workspace: Workspace) => void;
}

/**
 * One session of the REPL, whatever the protocol: variables and tools, the values that it holds for its clients, and who they are.
 *
 * Evaluations of all clients run one after the other. It is kept for `replIdleMs` when its last client was lost.
 */
export class Workspace {
  readonly number: number;
  readonly name: string;
  /** Seconds since the epoch. */
  readonly startedAt: number = Date.now() / 1_000;
  readonly values: HeldValues;
  readonly #scope: ReplScope;
  readonly #limits: Limits;
  readonly #onEnd: (workspace: Workspace) => void;
  /** With what ends the following of the service's output. */
  readonly #clients = new Map<WorkspaceClient, (() => void) | undefined>();
  readonly #cleanUps: (() => void)[] = [];
  readonly #questions = new Questions((question) => this.#tellAll({ kind: "answered", question }));
  readonly #waiting: Waiting[] = [];
  #running: EvaluationRequest | undefined;
  /** Not told yet: what is printed in one go is told together, since only so many events wait for a client. */
  #printed: { readonly stream: "stdout" | "stderr"; readonly text: string } | undefined;
  /** What runs waits for the loaded modules to be known: it can be stopped before it has begun. */
  #preparation: { isStopped: boolean } | undefined;
  #evaluations = 0;
  #isNextScheduled = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #idleSince = 0;
  #isOver = false;

  constructor({ number, name, limits, onEnd }: WorkspaceParts) {
    this.number = number;
    this.name = name;
    this.#limits = limits;
    this.#onEnd = onEnd;
    this.values = new HeldValues(limits.replHandles);
    this.#scope = new ReplScope(number);
    const scope = this.#scope;
    const findCaller = (): { readonly session: number; readonly role: string } => this.#findCaller();
    installTools(scope.variables, {
      print: (stream, text) => this.#print(stream, text),
      ask: (question) => this.#ask(question),
      onEnd: (cleanUp) => {
        if (this.#isOver) runCleanUp(cleanUp);
        else this.#cleanUps.push(cleanUp);
      },
      correct: (text) => scope.correct(text),
      get caller() {
        return findCaller();
      },
    });
  }

  get clients(): readonly WorkspaceClient[] {
    return [...this.#clients.keys()];
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** Why a loop cannot be interrupted here, if that is so. */
  get whyUninterruptible(): string | undefined {
    return whyUninterruptible();
  }

  /** How many began so far. */
  get evaluations(): number {
    return this.#evaluations;
  }

  /** Milliseconds after which it ends, where nobody is in it. */
  get endsInMs(): number | undefined {
    if (this.#idleTimer === undefined) return undefined;
    return Math.max(0, this.#limits.replIdleMs - (readClockMs() - this.#idleSince));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** From now on the client is in it, and is told what happens. */
  attach(client: WorkspaceClient): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    this.#clients.set(client, undefined);
    this.#tellOthers(client, { kind: "joined", client: client.number, others: this.#clients.size - 1 });
  }

  /** Tells a client that came later what is open. */
  tellOpen(client: WorkspaceClient): void {
    const { client: asker, source } = this.#running ?? {};
    if (asker !== undefined && source !== undefined) client.tell({ kind: "input", client: asker.number, source });
    for (const { question, text } of this.#questions.list()) client.tell({ kind: "question", question, text });
  }

  /** The client is in it no more. @param isKept whether the session waits for somebody to take it up where it was the last one */
  detach(client: WorkspaceClient, isKept: boolean): void {
    const stop = this.#clients.get(client);
    if (!this.#clients.delete(client)) return;
    stop?.();
    this.#withdrawWaiting(client);
    this.#tellAll({ kind: "left", client: client.number, others: this.#clients.size - 1 });
    if (this.#clients.size > 0 || this.#isOver) return;
    if (!isKept) {
      this.end("its last client closed it");
      return;
    }
    this.#idleSince = readClockMs();
    this.#idleTimer = setTimeout(() => this.end("nobody took it up again"), this.#limits.replIdleMs).unref();
  }

  /**
   * Runs source when those before it are done: at once where there are none.
   *
   * @throws WorkspaceError `ERR_PDM_LIMIT` where too many wait, `ERR_PDM_NO_SUCH_HANDLE` where it ended
   */
  evaluate(request: EvaluationRequest): WorkspaceOutcome | Promise<WorkspaceOutcome> {
    if (this.#isOver) throw new WorkspaceError("ERR_PDM_NO_SUCH_HANDLE", "this session ended: open another", "session");
    if (this.#running === undefined && this.#waiting.length === 0) return this.#start(request);
    const { replQueue } = this.#limits;
    if (this.#waiting.length >= replQueue) {
      throw new WorkspaceError("ERR_PDM_LIMIT", `${replQueue} commands wait in this session already (replQueue)`);
    }
    return new Promise((settle) => this.#waiting.push({ request, settle }));
  }

  /** Ends a pending `await` of what runs, whoever typed it. @returns whether anything was ended */
  interrupt(): boolean {
    const preparation = this.#preparation;
    if (preparation === undefined) return this.#scope.interrupt();
    if (preparation.isStopped) return false;
    preparation.isStopped = true;
    return true;
  }

  /** Ends a pending `await` of that one where it runs, and has it not run where it waits. Returns as `interrupt` does. */
  stop(isMeant: (request: EvaluationRequest) => boolean): boolean {
    if (this.#running !== undefined && isMeant(this.#running)) return this.interrupt();
    return this.#dropWaiting(({ request }) => isMeant(request)) > 0;
  }

  /** What can stand at the cursor. */
  complete(source: string, cursor: number): Completion {
    return complete(this.#scope.variables, source, cursor);
  }

  /** A part of a value's members; the first `replHandles` / 2 of them that lead further have a handle. @throws WorkspaceError `ERR_PDM_NO_SUCH_HANDLE` */
  listMembers(
    handle: number,
    from: number,
    limit: number,
  ): {
    readonly kind: string;
    readonly total: number;
    readonly members: readonly {
      readonly name: string;
      readonly kind: string;
      readonly text: string;
      readonly handle?: number;
    }[];
  } {
    const { kind, total, members } = listMembers(this.values.find(handle), from, limit);
    // More would drive out what led here, and then each other.
    let left = Math.floor(this.#limits.replHandles / 2);
    const keep = (value: unknown): { readonly handle?: number } =>
      isObject(value) && left-- > 0 ? { handle: this.values.keep(value) } : {};
    return {
      kind,
      total,
      members: members.map(({ value, name, kind: memberKind, text }) => ({
        name,
        kind: memberKind,
        text,
        ...keep(value),
      })),
    };
  }

  /**
   * A piece of a value's text: see {@link HeldValues.readText}. The value's own code may run for that, guarded as a command's is.
   *
   * @throws as that does, WorkspaceError `ERR_PDM_DEADLINE` or `ERR_PDM_CANCELLED` (reject) where it was stopped
   */
  readText(handle: number, from: number): Promise<{ readonly text: string; readonly next: number | undefined }> {
    return this.values.readText(handle, from, async (show) => {
      const { replBlockMs } = this.#limits;
      const shown = await runGuarded(show, {
        deadlineMs: replBlockMs,
        interruptible: this.#isInterruptible,
        workspace: this.number,
        client: 0,
        evaluation: 0,
      });
      if (shown.ended === "returned") return shown.value;
      if (shown.ended === "threw") throw shown.error;
      const [code, how] =
        shown.ended === "deadline"
          ? ["ERR_PDM_DEADLINE", `after it had blocked the service for ${replBlockMs} ms (replBlockMs)`]
          : ["ERR_PDM_CANCELLED", "by an interrupt"];
      throw new WorkspaceError(code, `what shows the value was stopped ${how}`);
    });
  }

  /** @returns false where there is no such question any more */
  answer(question: number, text: string): boolean {
    return this.#questions.answer(question, text);
  }

  /** From now on the client is told of the service's own output on these streams, and of no other. */
  follow(client: WorkspaceClient, streams: readonly DaemonStream[]): void {
    if (!this.#clients.has(client)) return;
    this.#clients.get(client)?.();
    const stop =
      streams.length === 0
        ? undefined
        : followOutput([...streams], (stream, text, lost) => client.tell({ kind: "daemon", stream, text, lost }));
    this.#clients.set(client, stop);
  }

  /** Ends it, whoever is in it. What was begun and cannot be ended goes on, and nobody hears of it. */
  end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    this.#onEnd(this);
    this.interrupt();
    this.#questions.withdraw();
    this.#dropWaiting(() => true);
    for (const [client, stop] of this.#clients) {
      stop?.();
      client.end(reason);
    }
    this.#clients.clear();
    this.values.clear();
    for (const cleanUp of this.#cleanUps.splice(0)) runCleanUp(cleanUp);
  }

  /** Whoever can may do it, not only who typed it. */
  get #isInterruptible(): boolean {
    return this.clients.some(({ canInterruptLoops }) => canInterruptLoops);
  }

  #start(request: EvaluationRequest): WorkspaceOutcome | Promise<WorkspaceOutcome> {
    this.#running = request;
    this.#evaluations += 1;
    const { client, source } = request;
    this.#tellOthers(client, { kind: "input", client: client.number, source });
    const outcome = needsModules(source) ? this.#prepareAndRun(request) : this.#run(request);
    return outcome instanceof Promise
      ? outcome.then((settled) => this.#finish(request, settled))
      : this.#finish(request, outcome);
  }

  async #prepareAndRun(request: EvaluationRequest): Promise<EvaluationOutcome> {
    const preparation = { isStopped: false };
    this.#preparation = preparation;
    await prepareModules();
    this.#preparation = undefined;
    if (!preparation.isStopped) return this.#run(request);
    const error = new StoppedError("interrupt", request.deadlineMs);
    return { kind: "threw", text: DID_NOT_RUN, error, cause: "interrupt" };
  }

  #run({
    client,
    source,
    evaluation,
    deadlineMs,
    print,
    showsLast,
    encode,
  }: EvaluationRequest): EvaluationOutcome | Promise<EvaluationOutcome> {
    return this.#scope.evaluate(source, {
      deadlineMs,
      interruptible: this.#isInterruptible,
      client: client.number,
      ...(evaluation !== undefined && { evaluation }),
      ...(print !== undefined && { print }),
      ...(showsLast !== undefined && { showsLast }),
      ...(encode !== undefined && { encode }),
    });
  }

  #finish(request: EvaluationRequest, outcome: EvaluationOutcome): WorkspaceOutcome {
    this.#tellPrinted();
    this.#running = undefined;
    const { variables } = this.#scope;
    if (outcome.kind === "value") variables.remember("_", outcome.value);
    else if (outcome.kind === "threw" && outcome.cause !== "syntax") variables.remember("_error", outcome.error);
    if (outcome.kind === "threw" && (outcome.cause === "interrupt" || outcome.cause === "deadline")) {
      this.#questions.withdraw(request);
    }
    const { client } = request;
    const held = client.canAnswer && !this.#isOver ? this.#hold(outcome) : outcome;
    this.#tellOthers(client, { kind: "result", client: client.number, outcome: held });
    this.#startNextSoon();
    return held;
  }

  #hold(outcome: EvaluationOutcome): WorkspaceOutcome {
    if (outcome.kind === "value" && (isObject(outcome.value) || outcome.isCut)) {
      return { ...outcome, handle: this.values.keep(outcome.value) };
    }
    if (outcome.kind === "threw" && isObject(outcome.error)) {
      return { ...outcome, handle: this.values.keep(outcome.error) };
    }
    return outcome;
  }

  /** In a later turn of the event loop, so that many commands leave the service its time. */
  #startNextSoon(): void {
    if (this.#waiting.length === 0 || this.#isNextScheduled) return;
    this.#isNextScheduled = true;
    setImmediate(() => {
      this.#isNextScheduled = false;
      if (this.#running !== undefined) return;
      const next = this.#waiting.shift();
      next?.settle(this.#start(next.request));
      if (this.#running === undefined) this.#startNextSoon();
    });
  }

  #withdrawWaiting(client: WorkspaceClient): void {
    this.#dropWaiting(({ request }) => request.client === client);
  }

  #dropWaiting(isMeant: (waiting: Waiting) => boolean): number {
    const dropped = this.#waiting.filter(isMeant);
    for (const waiting of dropped) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.settle({ kind: "threw", text: DID_NOT_RUN, error: undefined, cause: "interrupt" });
    }
    return dropped.length;
  }

  /** As whom the code of the session calls operations: who typed what runs, else who came first. */
  #findCaller(): { readonly session: number; readonly role: string } {
    const client = this.#running?.client ?? this.clients[0];
    return client === undefined ? { session: 0, role: "admin" } : { session: client.number, role: client.role };
  }

  #ask(question: string): Promise<string> {
    // Where no command waits for it, a rejection might end the service.
    if (this.#isOver || (this.#running === undefined && !this.clients.some(({ canAnswer }) => canAnswer))) {
      return new Promise(() => {});
    }
    if (!this.clients.some(({ canAnswer }) => canAnswer)) {
      const reason = this.#clients.size === 0 ? "nobody is in the session" : "the text protocol has no questions";
      return Promise.reject(new Error(`nobody can answer: ${reason}`));
    }
    return this.#questions.ask(question, this.#running, (number, text) =>
      this.#tellAll({ kind: "question", question: number, text }),
    );
  }

  #print(stream: "stdout" | "stderr", text: string): void {
    if (text === "") return;
    const left = text.length - REPL_LIMITS.printedCharacters;
    const shown = left <= 0 ? text : `${text.slice(0, REPL_LIMITS.printedCharacters)}… ${left} more characters\n`;
    const before = this.#printed?.stream === stream ? this.#printed.text : "";
    if (before === "" || before.length + shown.length > REPL_LIMITS.printedCharacters) {
      this.#tellPrinted();
      this.#printed = { stream, text: shown };
      queueMicrotask(() => this.#tellPrinted());
    } else {
      this.#printed = { stream, text: before + shown };
    }
  }

  #tellPrinted(): void {
    const printed = this.#printed;
    if (printed === undefined) return;
    this.#printed = undefined;
    for (const client of this.#clients.keys()) client.tell({ kind: "output", ...printed });
  }

  #tellAll(event: WorkspaceEvent): void {
    this.#tellPrinted();
    for (const client of this.#clients.keys()) client.tell(event);
  }

  #tellOthers(one: WorkspaceClient, event: WorkspaceEvent): void {
    this.#tellPrinted();
    if (this.#clients.size === 1 && this.#clients.has(one)) return;
    for (const client of this.#clients.keys()) if (client !== one) client.tell(event);
  }
}

/** A tool's fault must not keep the others from cleaning up. */
function runCleanUp(cleanUp: () => void): void {
  try {
    cleanUp();
  } catch (error) {
    warn("PDM_INTERNAL", `a tool of the REPL could not be removed (${describeThrown(error)})`);
  }
}
