import type { ReadStream, WriteStream } from "node:tty";
import { ConnectionLostError } from "../client/errors.js";
import type { ReplCompletion, ReplEvaluation, ReplEvent } from "../client/repl-session.js";
import { PdmError } from "../errors.js";
import type { CommandInput, Typed } from "./command-input.js";
import { showControlCharacters } from "./control-characters.js";
import { completeDirective, isDirective, mayBeDirective, runDirective } from "./directives/table.js";
import { Editor } from "./editor/editor.js";
import type { Label, Palette, Style } from "./editor/style.js";
import type { History } from "./history.js";
import { nameOf, openSession, type Place, type PlaceOptions, type SessionPlace } from "./place.js";
import { PlainInput } from "./plain-input.js";
import { QuestionDesk } from "./question-desk.js";
import { DirectiveError, type Destination, type InspectedValue, type ShellAccess } from "./shell-access.js";
import { describeBanner, describeEvaluation, describeEvent } from "./shell-text.js";

/** How the user left: by choice, by Ctrl-C twice, or since the connection was lost and not wanted again. */
export type Leaving = "left" | "interrupted" | "lost";

export interface ShellOptions {
  readonly spec: string;
  /** Where to begin. */
  readonly destination: Destination;
  /** Milliseconds that a command may block the service; its own time where that is undefined. */
  readonly deadlineMs: number | undefined;
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** Whether the terminal can move its cursor. */
  readonly isDumb: boolean;
  readonly palette: Palette;
  readonly history: History;
  /** Connects, and tells the user what takes long. */
  readonly open: (options: PlaceOptions) => Promise<Place>;
}

const COMPLETION_TIMEOUT_MS = 2_000;
/** How long a service that may be busy is asked to let go of the session. */
const LEAVE_TIMEOUT_MS = 1_000;
/** How long an interrupt may take before the user is told that it may not come. */
const INTERRUPT_NOTICE_MS = 1_000;
/** Commands that are kept to be saved. */
const MAX_SOURCES = 10_000;
const MAX_EARLY_EVENTS = 1_000;

const TEXT_PROMPT: Label = { text: "% ", style: "plain" };
const AGAIN = "Ctrl-C again leaves without waiting for it";

/** Reads commands from a terminal, runs each, and shows what comes of it, until the user leaves. */
export class Shell implements ShellAccess {
  readonly palette: Palette;
  readonly sources: string[] = [];
  readonly inspected: InspectedValue[] = [];
  paged: ShellAccess["paged"];
  readonly #options: ShellOptions;
  readonly #questions = new QuestionDesk();
  #input: CommandInput | undefined;
  #place: Place | undefined;
  /** Stays connected while the user is in another thread. */
  #mainPlace: SessionPlace | undefined;
  #lastResult: ReplEvaluation | undefined;
  #loss: Error | undefined;
  #interrupts = 0;
  #isRunning = false;
  #isLeaving = false;
  /** Whether the user chose the session's name, and so may want it again. */
  #isNamed: boolean;
  /** What came before there was where to show it. */
  #early: ReplEvent[] = [];

  constructor(options: ShellOptions) {
    this.#options = options;
    this.palette = options.palette;
    this.#isNamed = options.destination.session !== undefined;
  }

  get input(): CommandInput {
    this.#input ??= this.#createInput();
    return this.#input;
  }

  get place(): Place {
    if (this.#place === undefined) throw new Error("there is no connection yet");
    return this.#place;
  }

  get lastResult(): ReplEvaluation | undefined {
    return this.#lastResult;
  }

  /** @throws what connecting throws the first time */
  async serve(): Promise<Leaving> {
    try {
      this.#enter(await this.#open(this.#options.destination));
      let typed = await this.#readCommands("");
      while (this.#loss !== undefined) {
        if (!(await this.#returnFrom(this.#loss))) return "lost";
        typed = await this.#readCommands(typed);
      }
      return this.#interrupts > 1 ? "interrupted" : "left";
    } finally {
      this.#input?.end();
      await this.#letGo();
    }
  }

  needSession(): SessionPlace {
    const place = this.needRpc();
    if (!place.isViewOnly) return place;
    throw new DirectiveError(`the role ${place.greeting.role} has no session here: it may only look at expressions`);
  }

  needRpc(): SessionPlace {
    const { place } = this;
    if (place.kind === "session") return place;
    const what = place.language.name === "Python" ? "that of a Python daemon" : "of an older version";
    throw new DirectiveError(`there is no such thing here: this service's REPL is ${what}`);
  }

  say(text: string, style: Style = "plain"): void {
    this.input.print(`${this.palette.paint(showControlCharacters(text), style)}\n`);
  }

  show(evaluation: ReplEvaluation): void {
    this.input.print(describeEvaluation(evaluation, this.palette));
  }

  async evaluate(source: string): Promise<ReplEvaluation> {
    const { place } = this;
    this.#isRunning = true;
    try {
      if (place.kind === "text") {
        const onOutput = (line: string): void => this.input.print(`${showControlCharacters(line)}\n`);
        const { threw } = await place.client.run(source, { onOutput });
        return { kind: threw ? "threw" : "done", text: "" };
      }
      const evaluation = await place.session.evaluate(source, {
        colors: this.palette.hasColors,
        width: this.input.columns,
        deadlineMs: this.#options.deadlineMs,
      });
      this.#keepResult(evaluation, place);
      return evaluation;
    } finally {
      this.#isRunning = false;
    }
  }

  async run(source: string): Promise<boolean> {
    const evaluation = await this.evaluate(source);
    if (evaluation.cause !== "syntax") this.#keepSource(source);
    this.show(evaluation);
    return evaluation.kind !== "threw";
  }

  async goTo({ session, thread }: Destination): Promise<void> {
    const current = this.needRpc();
    const wanted = thread ?? current.thread;
    if (wanted !== current.thread) {
      await this.#changeThread(current, wanted, session);
    } else if (session !== undefined && session !== current.session.name) {
      const { client, greeting } = current;
      const next = await openSession(client, greeting, { session, thread: wanted, onEvent: this.#onEvent });
      this.#isNamed = true;
      this.#enter(next);
      await current.session.leave();
    } else {
      this.say("(this is where you are)", "faint");
    }
  }

  leave(): void {
    this.#isLeaving = true;
  }

  /** @returns what was being typed when the connection was lost */
  async #readCommands(initial: string): Promise<string> {
    let prefilled = initial;
    let emptyInterrupts = 0;
    while (!this.#isLeaving && this.#loss === undefined) {
      const typed: Typed = await this.input.readCommand(this.#prompt, prefilled);
      prefilled = "";
      this.#interrupts = 0;
      if (typed.kind === "cancelled") return typed.text;
      if (typed.kind === "end") {
        if (typed.rest !== undefined) await this.#follow(typed.rest);
        return "";
      }
      if (typed.kind === "command") {
        emptyInterrupts = 0;
        await this.#follow(typed.source);
      } else if (typed.isEmpty) {
        emptyInterrupts += 1;
        if (emptyInterrupts > 1) {
          this.#interrupts = emptyInterrupts;
          return "";
        }
        this.say("(Ctrl-C again leaves, and so does Ctrl-D)", "faint");
      }
    }
    return "";
  }

  /** Runs what was typed: a command, or a dot command. */
  async #follow(typed: string): Promise<void> {
    const source = typed.trimEnd();
    if (source === "") return;
    this.#options.history.add(source);
    try {
      if (isDirective(source)) await runDirective(this, source);
      else await this.run(source);
    } catch (error) {
      if (this.#isLeaving) return;
      if (error instanceof ConnectionLostError && this.place.kind === "text") this.#loss ??= error;
      else if (error instanceof ConnectionLostError) await this.#confirmLoss(error);
      else if (error instanceof PdmError) this.say(error.message, "error");
      else throw error;
    }
  }

  /** A connection to another thread may have failed, which is no loss of this one. */
  async #confirmLoss(error: Error): Promise<void> {
    const place = this.needRpc();
    let isLost = false;
    const watch = async (): Promise<void> => {
      await place.client.closed;
      isLost = true;
    };
    void watch();
    await wait(0);
    if (isLost) this.#loss ??= error;
    else this.say(error.message, "error");
  }

  #open({ session, thread }: Destination): Promise<Place> {
    return this.#options.open({ session, thread: thread === 0 ? undefined : thread, onEvent: this.#onEvent });
  }

  #enter(place: Place): void {
    this.#place = place;
    this.#lastResult = undefined;
    this.inspected.length = 0;
    this.paged = undefined;
    void this.#watch(place);
    if (place.kind === "session") this.say(describeBanner(place, nameOf(place, this.#options.spec)), "faint");
    for (const event of this.#early.splice(0)) this.#onEvent(event);
  }

  async #watch(place: Place): Promise<void> {
    const error = await (place.kind === "session" ? place.session : place.client).closed;
    if (place === this.#mainPlace) this.#mainPlace = undefined;
    if (place !== this.#place || this.#isLeaving || error === undefined) return;
    this.#loss = error;
    this.#input?.cancel();
  }

  async #changeThread(current: SessionPlace, thread: number, session: string | undefined): Promise<void> {
    const known = thread === 0 ? this.#mainPlace : undefined;
    const next = known ?? (await this.#open({ thread, session }));
    if (next.kind === "text") throw new DirectiveError("threads can be entered over rpc alone");
    this.#mainPlace = current.thread === 0 ? current : undefined;
    this.#enter(next);
    if (current.thread === 0) return;
    await leaveInTime(current.session.close());
    current.client.close();
  }

  /** After a loss. @returns whether there is a place to be in again */
  async #returnFrom(loss: Error): Promise<boolean> {
    const lost = this.place;
    const main = this.#mainPlace;
    if (lost.kind === "session" && lost.thread !== 0 && main !== undefined) {
      this.say(`thread ${lost.thread} is gone (${describeLoss(loss)}); back in the main thread`, "error");
      this.#mainPlace = undefined;
      this.#loss = undefined;
      this.#enter(main);
      return true;
    }
    const { session, thread } = lost.kind === "session" ? { session: lost.session.name, thread: lost.thread } : {};
    lost.client.close();
    let reason = loss instanceof ConnectionLostError ? `connection lost (${describeLoss(loss)})` : loss.message;
    for (;;) {
      const answer = await this.input.ask({ text: `${reason}. Reconnect? [Y/n] `, style: "plain" });
      // The terminal is given back while connecting: ssh may want to ask for something.
      this.input.end();
      this.#input = undefined;
      if (answer === undefined || /^\s*n/i.test(answer)) return false;
      try {
        const place = await this.#open({ session: session === "" ? undefined : session, thread });
        this.#loss = undefined;
        this.#enter(place);
        if (session !== undefined && session !== "") this.#sayWhatIsLeft(place);
        return true;
      } catch (error) {
        if (!(error instanceof PdmError)) throw error;
        reason = error.message;
      }
    }
  }

  #sayWhatIsLeft(place: Place): void {
    const isThere = place.kind === "session" && !place.session.isNew;
    this.say(isThere ? "(its variables are there again)" : "(the variables of the session are gone)", "faint");
  }

  async #letGo(): Promise<void> {
    const place = this.#place;
    if (place?.kind === "session" && this.#loss === undefined && this.#interrupts < 2) {
      await leaveInTime(this.#isNamed ? place.session.leave() : place.session.close());
    }
    place?.client.close();
    this.#mainPlace?.client.close();
  }

  get #prompt(): Label {
    const { place } = this;
    if (place.kind === "text") return TEXT_PROMPT;
    const { role, process } = place.greeting;
    const thread = place.thread === 0 ? "" : `/${place.thread}`;
    const text = `${nameOf(place, this.#options.spec)}[${process.pid}]${thread} ${role}> `;
    return { text, style: place.isViewOnly ? "safe" : "danger" };
  }

  readonly #onEvent = (event: ReplEvent): void => {
    if (this.#place === undefined) {
      if (this.#early.length < MAX_EARLY_EVENTS) this.#early.push(event);
    } else if (event.kind === "question" && this.#place.kind === "session") {
      void this.#questions.ask(event.question, event.text, this.input, this.#place.session);
    } else if (event.kind === "answered") {
      this.#questions.drop(event.question);
    } else {
      const text = describeEvent(event, this.palette);
      if (text !== "") this.input.print(text);
    }
  };

  #createInput(): CommandInput {
    const { input, output, history, isDumb, palette } = this.#options;
    const language = (): Place["language"] => this.place.language;
    const onInterrupt = (): void => this.#interrupt();
    if (isDumb) {
      return new PlainInput({ input, output, history: history.entries, language, isDirective, onInterrupt });
    }
    return new Editor({
      input,
      output,
      palette,
      history: () => history.entries,
      language,
      isDirective,
      complete: (source, cursor) => this.#complete(source, cursor),
      onInterrupt,
    });
  }

  async #complete(source: string, cursor: number): Promise<ReplCompletion> {
    const { place } = this;
    let from = 0;
    if (mayBeDirective(source)) {
      const found = completeDirective(source, cursor);
      if ("items" in found) return found;
      from = found.from;
    }
    if (place.kind === "text") return { from: cursor, to: cursor, items: [], isCut: false };
    const completion = await place.session.complete(source.slice(from), cursor - from, {
      timeoutMs: COMPLETION_TIMEOUT_MS,
    });
    return { ...completion, from: completion.from + from, to: completion.to + from };
  }

  /** Ctrl-C while nothing is being read. */
  #interrupt(): void {
    this.#interrupts += 1;
    if (this.#interrupts === 1) void this.#interruptRunning();
    else {
      this.#isLeaving = true;
      // What waits for the service's answer then fails.
      this.place.client.close();
    }
  }

  /** Never rejects. */
  async #interruptRunning(): Promise<void> {
    const { place } = this;
    if (place.kind === "text") {
      this.say(`(the command goes on in the service; ${AGAIN})`, "faint");
      return;
    }
    const { interruptReason } = place.session;
    const notice = setTimeout(() => {
      if (!this.#isRunning) return;
      const why = interruptReason ?? "a loop in a callback, or in a function that nobody awaits, is out of reach";
      this.say(`(it goes on: ${why}; ${AGAIN})`, "faint");
    }, INTERRUPT_NOTICE_MS);
    try {
      const stopped = await place.session.interrupt();
      if (stopped || !this.#isRunning) return;
      this.say(`(not stopped: nothing of this session can be reached now; ${AGAIN})`, "faint");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#isRunning) this.say(`(not stopped: ${reason}; ${AGAIN})`, "faint");
    }
    clearTimeout(notice);
  }

  #keepResult(evaluation: ReplEvaluation, { session }: SessionPlace): void {
    const before = this.#lastResult?.handle;
    if (before !== undefined && !this.inspected.some(({ handle }) => handle === before)) session.release(before);
    this.#lastResult = evaluation;
  }

  #keepSource(source: string): void {
    this.sources.push(source);
    if (this.sources.length > MAX_SOURCES) this.sources.shift();
  }
}

function describeLoss(loss: Error): string {
  return loss.message.replace(/^connection to .*? (?:lost|is closed): /s, "");
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Never rejects, and does not wait for a service that is busy. */
async function leaveInTime(leaving: Promise<void>): Promise<void> {
  const timeout = new AbortController();
  const late = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LEAVE_TIMEOUT_MS);
    timeout.signal.addEventListener("abort", () => clearTimeout(timer));
  });
  await Promise.race([leaving.catch(() => {}), late]);
  timeout.abort();
}
