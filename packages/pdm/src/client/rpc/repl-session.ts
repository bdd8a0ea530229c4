import { NoSuchHandleError, NotOfferedError } from "../errors.js";
import type {
  EvaluateOptions,
  OpenReplOptions,
  ReplCompletion,
  ReplEvaluation,
  ReplEvent,
  ReplMembers,
  ReplSession,
  ReplStream,
  ReplText,
  ReplTool,
} from "../repl-session.js";
import { takeValue, type RequestOptions } from "../waiter.js";
import type { ReplSink, RpcChannel } from "./channel.js";
import type { Resumable, RpcLink } from "./link.js";
import { asRecord, readCount, readList, readText } from "./fields.js";
import { interruptOutOfBand, type InterruptPath } from "./out-of-band.js";
import { readCompletion, readEvaluation, readMembers, readReplEvent } from "./repl-event.js";
import type { RpcRequest } from "./request.js";

type Form = Readonly<Record<string, unknown>>;

/** Milliseconds after which a service that has not answered is taken to be blocked. */
const BLOCKED_AFTER_MS = 150;

/** Evaluations count from a number of chance below the server's own, so that clients of one session have different ones. */
const MOST_EVALUATIONS = 2 ** 30;

/** @throws NotOfferedError where the server has no such method */
export function checkOffered(link: RpcLink, method: string): void {
  const { greeting } = link;
  if (greeting === undefined || greeting.capabilities.includes(method)) return;
  const instead = method.startsWith("repl.") ? "; connectRepl reaches the REPL of older versions" : "";
  throw new NotOfferedError(`this server (pdm ${greeting.server.version}) has no ${method}${instead}`);
}

/** Goes into a session. Throws as `Client.openRepl` says. */
export async function openReplSession(link: RpcLink, options: OpenReplOptions): Promise<ReplSession> {
  checkOffered(link, "repl.open");
  const session = new RpcReplSession(link, options);
  await session.open(options);
  return session;
}

/** A session over `rpc`, which is taken up again after a lost connection where the link makes another. */
class RpcReplSession implements ReplSession, ReplSink, Resumable {
  readonly closed: Promise<Error | undefined>;
  readonly #link: RpcLink;
  readonly #onEvent: ((event: ReplEvent) => void) | undefined;
  readonly #isInterruptible: boolean;
  #name: string | undefined;
  #isNew = true;
  #others = 0;
  #path: InterruptPath | undefined;
  #interruptReason: string | undefined;
  /** Those that were sent and not answered, in their order. */
  readonly #pending = new Set<number>();
  #lastEvaluation: number = Math.floor(Math.random() * MOST_EVALUATIONS);
  #resolveClosed: ((error: Error | undefined) => void) | undefined;
  /** Why it is over, where it is. */
  #endReason: string | undefined;

  constructor(link: RpcLink, { session, interruptible = true, onEvent }: OpenReplOptions) {
    this.#link = link;
    this.#name = session;
    this.#isInterruptible = interruptible;
    this.#onEvent = onEvent;
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
  }

  get name(): string {
    return this.#name ?? "";
  }

  get isNew(): boolean {
    return this.#isNew;
  }

  get others(): number {
    return this.#others;
  }

  get interruptReason(): string | undefined {
    return this.#interruptReason;
  }

  async open(options: RequestOptions): Promise<void> {
    takeValue(
      await this.#link.request(this.#createOpening(), { signal: options.signal, timeoutMs: options.timeoutMs }),
    );
    this.#link.keep(this);
  }

  async evaluate(source: string, options: EvaluateOptions = {}): Promise<ReplEvaluation> {
    const { deadlineMs, colors, width, format, signal } = options;
    const evaluation = this.#takeNumber();
    const wishes = { session: this.#name, source, evaluation, deadlineMs, colors, width, format };
    // A loop that blocks the service hears of it over the other socket alone.
    const stop = (): void => void this.#interrupt(evaluation).catch(() => undefined);
    signal?.addEventListener("abort", stop, { once: true });
    this.#pending.add(evaluation);
    try {
      const request: RpcRequest<ReplEvaluation> = {
        method: "repl.evaluate",
        target: "",
        params: JSON.stringify(wishes).slice(1, -1),
        waitsForever: true,
        readResult: (result, channel) =>
          readEvaluation(result, "value" in result ? channel.readValue(result["value"]) : undefined),
      };
      return await this.#request(request, { signal });
    } finally {
      this.#pending.delete(evaluation);
      signal?.removeEventListener("abort", stop);
    }
  }

  complete(source: string, cursor: number, options: RequestOptions = {}): Promise<ReplCompletion> {
    return this.#ask("repl.complete", { source, cursor }, readCompletion, options);
  }

  interrupt(): Promise<boolean> {
    const [first] = this.#pending;
    return this.#interrupt(first);
  }

  members(
    handle: number,
    options: { readonly from?: number; readonly limit?: number } & RequestOptions = {},
  ): Promise<ReplMembers> {
    const { from, limit, ...rest } = options;
    return this.#ask("repl.members", { handle, from, limit }, readMembers, rest);
  }

  text(handle: number, from = 0, options: RequestOptions = {}): Promise<ReplText> {
    return this.#ask(
      "repl.text",
      { handle, from },
      ({ text, next }) => ({ text: readText(text, "text"), next: typeof next === "number" ? next : undefined }),
      options,
    );
  }

  release(handle: number): void {
    if (this.#endReason !== undefined) return;
    void this.#ask("repl.release", { handle }, () => undefined).catch(() => undefined);
  }

  answer(question: number, text: string): Promise<boolean> {
    return this.#ask("repl.answer", { question, text }, ({ answered }) => answered === true);
  }

  follow(streams: readonly ReplStream[]): Promise<void> {
    return this.#ask("repl.follow", { streams }, () => undefined);
  }

  help(): Promise<readonly ReplTool[]> {
    return this.#ask("repl.help", {}, ({ tools }) =>
      readList(tools, "tools").map((tool) => {
        const { name, usage, summary, example } = asRecord(tool);
        return {
          name: readText(name, "name"),
          usage: readText(usage, "usage"),
          summary: readText(summary, "summary"),
          example: readText(example, "example"),
        };
      }),
    );
  }

  close(): Promise<void> {
    return this.#leave(false);
  }

  leave(): Promise<void> {
    return this.#leave(true);
  }

  receiveEvent(form: Form): void {
    if (form["kind"] === "ended") {
      const reason = typeof form["reason"] === "string" ? form["reason"] : "the service did not say why";
      this.#end(new NoSuchHandleError(`the session ${this.name} ended: ${reason}`));
      return;
    }
    const event = readReplEvent(form);
    if (event === undefined) return;
    if (event.kind === "joined" || event.kind === "left") this.#others = event.others;
    this.#tell(event);
  }

  resume(channel: RpcChannel): void {
    void this.#resume(channel);
  }

  end(makeError: (() => unknown) | undefined): void {
    const error = makeError?.();
    this.#end(error instanceof Error ? error : undefined);
  }

  /** Never rejects. */
  async #resume(channel: RpcChannel): Promise<void> {
    const outcome = await channel.request(
      this.#createOpening(() => this.#tell({ kind: "resumed", isNew: this.#isNew, others: this.#others })),
      {},
    );
    // A connection that is lost again is taken up again later.
    if (outcome.kind === "returned" || !channel.connection.isOpen) return;
    const error = outcome.makeError();
    this.#end(error instanceof Error ? error : new Error(String(error)));
  }

  #createOpening(onOpen?: () => void): RpcRequest<void> {
    return {
      method: "repl.open",
      target: "",
      params: JSON.stringify({ session: this.#name, interruptible: this.#isInterruptible }).slice(1, -1),
      readResult: ({ session, isNew, others, interrupt }, channel) => {
        this.#name = readText(session, "session");
        this.#isNew = isNew === true;
        this.#others = readCount(others ?? 0, "others");
        const { spec, secret, reason } = asRecord(interrupt);
        const isOffered = typeof spec === "string" && typeof secret === "string";
        this.#path = isOffered ? { clientSpec: channel.connection.spec, serverSpec: spec, secret } : undefined;
        this.#interruptReason = isOffered ? undefined : typeof reason === "string" ? reason : "it did not say why";
        channel.listenRepl(this.#name, this);
        onOpen?.();
      },
    };
  }

  /** @param evaluation the only one that is meant; whatever runs where it is left out */
  async #interrupt(evaluation: number | undefined): Promise<boolean> {
    const path = this.#path;
    const main = (): Promise<boolean> =>
      this.#ask("repl.interrupt", { evaluation }, ({ interrupted }) => interrupted === true);
    if (path === undefined) return main();
    const asked = main();
    // Who answers at once is not blocked, and needs no second connection.
    const answer = await Promise.race([asked.catch(() => undefined), wait(BLOCKED_AFTER_MS)]);
    if (answer !== undefined) return answer;
    // Whatever is not named must not be stopped twice: then this one's request is left to what it finds.
    const giveUp = new AbortController();
    const both = [asked, interruptOutOfBand(path, evaluation, giveUp.signal)];
    try {
      if (await Promise.any(both.map(requireTrue))) return true;
    } catch {
      // Neither stopped anything, or one could not be asked.
    } finally {
      giveUp.abort();
    }
    const outcomes = await Promise.allSettled(both);
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined && outcomes.every(({ status }) => status === "rejected")) throw failed.reason;
    return false;
  }

  async #leave(isKept: boolean): Promise<void> {
    if (this.#endReason !== undefined) return;
    const channel = this.#link.use();
    try {
      await this.#ask("repl.close", { keep: isKept }, () => undefined);
    } finally {
      channel.unlistenRepl(this.name);
      this.#end(undefined);
    }
  }

  #ask<T>(method: string, params: object, readResult: (result: Form) => T, options: RequestOptions = {}): Promise<T> {
    const members = JSON.stringify({ session: this.#name, ...params }).slice(1, -1);
    return this.#request({ method, target: "", params: members, readResult }, options);
  }

  async #request<T>(request: RpcRequest<T>, options: RequestOptions): Promise<T> {
    if (this.#endReason !== undefined) throw new NoSuchHandleError(this.#endReason);
    return takeValue(await this.#link.request(request, options));
  }

  #takeNumber(): number {
    this.#lastEvaluation = (this.#lastEvaluation % (MOST_EVALUATIONS - 1)) + 1;
    return this.#lastEvaluation;
  }

  #end(error: Error | undefined): void {
    if (this.#endReason !== undefined) return;
    this.#endReason = error?.message ?? `the session ${this.name} was left`;
    this.#link.drop(this);
    this.#resolveClosed?.(error);
  }

  /** What the caller's function throws is the caller's own, and must not end what goes on here. */
  #tell(event: ReplEvent): void {
    const onEvent = this.#onEvent;
    if (onEvent !== undefined) process.nextTick(onEvent, event);
  }
}

async function requireTrue(answer: Promise<boolean>): Promise<true> {
  if (await answer) return true;
  throw new Error("nothing was stopped");
}

/** Resolves to undefined after a while. */
function wait(durationMs: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, durationMs, undefined));
}
