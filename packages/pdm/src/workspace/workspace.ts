import { PdmError } from "../errors.js";
import { ReplScope } from "../engine/scope.js";
import type { EvaluateOptions, EvaluationOutcome } from "../engine/evaluation.js";
import { whyUnguarded, whyUninterruptible } from "../engine/guard.js";
import { REPL_LIMITS } from "../limits.js";
import { installTools } from "../toolbox/tools.js";
import { warn } from "../warning.js";
import { HeldValues } from "./held-values.js";
import type { WorkspaceEvent, WorkspaceListener } from "./workspace-event.js";
import { listWorkspace, takeWorkspaceNumber } from "./workspace-list.js";

export type { EvaluateOptions, EvaluationOutcome } from "../engine/evaluation.js";

/** A command of somebody's, on its way through a workspace. */
export interface Job {
  /** Who typed it: an attachment, so that it is not told what it knows. */
  readonly by: Attachment;
  readonly source: string;
  readonly options: EvaluateOptions;
}

/** One client's hold of a workspace. */
export interface Attachment {
  /** What other clients are told of it. */
  readonly client: string;
  readonly listener: WorkspaceListener;
}

/**
 * One session of the REPL, whatever the protocol: its variables, the values it holds, and the clients that are attached to it.
 *
 * It goes on when its last client is lost, for `idleMs`, so that it can be taken up again; {@link end} ends it at once.
 */
export class Workspace {
  /** Unique in the process, from 1. */
  readonly number: number;
  readonly name: string;
  readonly scope: ReplScope;
  readonly values: HeldValues = new HeldValues();
  /** Seconds since the epoch. */
  readonly startedAt: number = Date.now() / 1000;
  readonly #attachments = new Set<Attachment>();
  readonly #cleanUps: (() => void)[] = [];
  readonly #questions = new Map<number, (text: string) => void>();
  readonly #unlist: () => void;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #commands = 0;
  #lastQuestion = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #isEnded = false;

  /** @param name no other's; by default made of its number */
  constructor(name?: string) {
    this.number = takeWorkspaceNumber();
    this.name = name ?? `repl-${this.number}`;
    this.scope = new ReplScope(this.number);
    installTools(this.scope.variables, {
      print: (stream, text) => this.tell({ kind: "output", stream, text }),
      ask: (question) => this.ask(question),
      onEnd: (cleanUp) => this.onEnd(cleanUp),
      correct: (text) => this.scope.correct(text),
    });
    this.#unlist = listWorkspace(this);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** How many clients are attached. */
  get clients(): number {
    return this.#attachments.size;
  }

  /** Commands so far. */
  get commands(): number {
    return this.#commands;
  }

  /** Why nothing that runs here can be stopped, if that is so. */
  get whyUnguarded(): string | undefined {
    return whyUnguarded();
  }

  /** Why a loop that runs here cannot be interrupted, if that is so. */
  get whyUninterruptible(): string | undefined {
    return whyUninterruptible();
  }

  /** Attaches a client: from now on its listener hears what happens here. */
  attach(attachment: Attachment): void {
    clearTimeout(this.#idleTimer);
    this.#attachments.add(attachment);
  }

  /** A client is gone. The last one's going ends the workspace, at once or where it was lost after a while. */
  detach(attachment: Attachment, how: "closed" | "lost"): void {
    if (!this.#attachments.delete(attachment) || this.#attachments.size > 0) return;
    if (how === "closed") this.end();
    else this.#idleTimer = setTimeout(() => this.end(), REPL_LIMITS.idleMs).unref();
  }

  /**
   * Runs a command after those before it.
   *
   * @returns at once what ran at once
   * @throws PdmError `ERR_PDM_LIMIT` where too many wait; nothing has run
   */
  evaluate(job: Job): EvaluationOutcome | Promise<EvaluationOutcome> {
    if (this.#waiting === 0) return this.#run(job);
    if (this.#waiting > REPL_LIMITS.queue) {
      throw new PdmError("ERR_PDM_LIMIT", `${REPL_LIMITS.queue} commands wait in the session ${this.name} already`);
    }
    return this.#enqueue(job);
  }

  /** Ends the wait of a command, see {@link ReplScope.interrupt}; one that asks a question gets no answer. */
  interrupt(evaluation?: number): boolean {
    return this.scope.interrupt(evaluation);
  }

  /** Asks whoever is attached. The promise rejects where nobody is that could answer. */
  ask(question: string): Promise<string> {
    const canAnswer = [...this.#attachments].some(({ listener }) => listener.canAnswer);
    if (!canAnswer) {
      return Promise.reject(
        new PdmError("ERR_PDM_NO_ANSWER", "nobody can be asked here: over the text protocol nothing can be answered"),
      );
    }
    this.#lastQuestion += 1;
    const number = this.#lastQuestion;
    return new Promise((resolve) => {
      this.#questions.set(number, resolve);
      this.tell({ kind: "question", question: number, text: question });
    });
  }

  /** @returns false where that question is not open (any more) */
  answer(question: number, text: string): boolean {
    const resolve = this.#questions.get(question);
    this.#questions.delete(question);
    resolve?.(text);
    return resolve !== undefined;
  }

  /** Tells the clients, but for the one whose doing it is. Never throws. */
  tell(event: WorkspaceEvent, but?: Attachment): void {
    for (const attachment of this.#attachments) {
      if (attachment === but) continue;
      try {
        attachment.listener.hear(event);
      } catch (error) {
        warn("PDM_INTERNAL", "a client of the REPL could not be told of something", error);
      }
    }
  }

  /** Has something done when the workspace ends. */
  onEnd(cleanUp: () => void): void {
    this.#cleanUps.push(cleanUp);
  }

  /** Lets go of everything. A command that runs goes on by itself, unless it awaits something. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#idleTimer);
    this.#unlist();
    this.scope.interrupt();
    for (const cleanUp of this.#cleanUps.splice(0)) {
      try {
        cleanUp();
      } catch (error) {
        warn("PDM_INTERNAL", "something that a REPL had set up could not be taken back", error);
      }
    }
    this.tell({ kind: "end" });
    this.#attachments.clear();
    this.#questions.clear();
    this.values.clear();
  }

  #run(job: Job): EvaluationOutcome | Promise<EvaluationOutcome> {
    const { by, source, options } = job;
    this.#commands += 1;
    this.tell({ kind: "input", client: by.client, source }, by);
    const outcome = this.scope.evaluate(source, options);
    if (!(outcome instanceof Promise)) return this.#finish(job, outcome);
    this.#waiting += 1;
    const finished = outcome.then((result) => {
      this.#waiting -= 1;
      return this.#finish(job, result);
    });
    this.#queue = finished;
    return finished;
  }

  async #enqueue(job: Job): Promise<EvaluationOutcome> {
    this.#waiting += 1;
    const before = this.#queue;
    const turn = before.then(() => {
      this.#waiting -= 1;
      return this.#run(job);
    });
    this.#queue = turn;
    return turn;
  }

  #finish({ by }: Job, outcome: EvaluationOutcome): EvaluationOutcome {
    if (outcome.kind === "value") this.scope.variables.remember("_", outcome.value);
    else if (outcome.kind === "threw" && outcome.cause !== "syntax")
      this.scope.variables.remember("_error", outcome.error);
    this.tell({ kind: "result", client: by.client, outcome }, by);
    return outcome;
  }
}
