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
import { nameOf, type Place, type PlaceOptions, type SessionPlace } from "./place.js";
import { PlainInput } from "./plain-input.js";
import type { Destination, InspectedValue, NextPlace, ShellAccess } from "./shell-access.js";
import { describeBanner, describeEvaluation, describeEvent } from "./shell-text.js";
import { Whereabouts } from "./whereabouts.js";

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
/** How long an interrupt may take before the user is told that it may not come. */
const INTERRUPT_NOTICE_MS = 1_000;
/** Commands that are kept to be saved. */
const MAX_SOURCES = 10_000;

const TEXT_PROMPT: Label = { text: "% ", style: "plain" };
const AGAIN = "Ctrl-C again leaves without waiting for it";

/** Reads commands from a terminal, runs each, and shows what comes of it, until the user leaves. */
export class Shell implements ShellAccess {
  readonly palette: Palette;
  readonly sources: string[] = [];
  readonly inspected: InspectedValue[] = [];
  paged: ShellAccess["paged"];
  readonly #options: ShellOptions;
  readonly #where: Whereabouts;
  #input: CommandInput | undefined;
  #lastResult: ReplEvaluation | undefined;
  #interrupts = 0;
  /** Waits for a stopped command to end, and says why it does not; then another Ctrl-C leaves. */
  #notice: NodeJS.Timeout | undefined;
  #mayLeave = false;
  #isLeaving = false;

  constructor(options: ShellOptions) {
    this.#options = options;
    this.palette = options.palette;
    this.#where = new Whereabouts({
      open: options.open,
      input: () => this.input,
      onEnter: (place) => this.#enter(place),
      onEvent: (event) => this.#showEvent(event),
      onLoss: () => this.#input?.cancel(),
    });
  }

  get input(): CommandInput {
    this.#input ??= this.#createInput();
    return this.#input;
  }

  get place(): Place {
    return this.#where.place;
  }

  get lastResult(): ReplEvaluation | undefined {
    return this.#lastResult;
  }

  /** @throws what connecting throws the first time */
  async serve(): Promise<Leaving> {
    try {
      await this.#where.begin(this.#options.destination);
      let typed = await this.#readCommands("");
      while (this.#where.loss !== undefined) {
        if (!(await this.#returnFrom(this.#where.loss))) return "lost";
        typed = await this.#readCommands(typed);
      }
      return this.#interrupts > 1 ? "interrupted" : "left";
    } finally {
      this.#input?.end();
      await this.#where.letGo(this.#interrupts < 2);
    }
  }

  needRpc(): SessionPlace {
    return this.#where.needRpc();
  }

  needSession(): SessionPlace {
    return this.#where.needSession();
  }

  say(text: string, style: Style = "plain"): void {
    this.input.print(`${this.palette.paint(showControlCharacters(text), style)}\n`);
  }

  show(evaluation: ReplEvaluation): void {
    this.input.print(describeEvaluation(evaluation, this.palette));
  }

  async evaluate(source: string): Promise<ReplEvaluation> {
    const { place } = this;
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
      this.#forgetNotice();
    }
  }

  async run(source: string): Promise<boolean> {
    const evaluation = await this.evaluate(source);
    if (evaluation.cause !== "syntax") this.#keepSource(source);
    this.show(evaluation);
    return evaluation.kind !== "threw";
  }

  async goTo(next: NextPlace): Promise<void> {
    if (!(await this.#where.goTo(next))) this.say("(this is where you are)", "faint");
  }

  leave(): void {
    this.#isLeaving = true;
  }

  /** @returns what was being typed when the connection was lost */
  async #readCommands(initial: string): Promise<string> {
    let prefilled = initial;
    let emptyInterrupts = 0;
    while (!this.#isLeaving && this.#where.loss === undefined) {
      const typed: Typed = await this.input.readCommand(this.#prompt, prefilled);
      prefilled = "";
      this.#interrupts = 0;
      this.#mayLeave = false;
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
      if (!(error instanceof PdmError)) throw error;
      const isLoss = error instanceof ConnectionLostError && (await this.#where.confirmLoss(error));
      if (!isLoss) this.say(error.message, "error");
    }
  }

  #enter(place: Place): void {
    this.#lastResult = undefined;
    this.inspected.length = 0;
    this.paged = undefined;
    if (place.kind === "session") this.say(describeBanner(place, nameOf(place, this.#options.spec)), "faint");
  }

  /** After a loss. @returns whether there is a place to be in again */
  async #returnFrom(loss: Error): Promise<boolean> {
    const why = describeLoss(loss);
    const tell = (thread: number): void =>
      this.say(`thread ${thread} is gone (${why}); back in the main thread`, "error");
    if (this.#where.fallBack(tell)) return true;
    const lost = this.place;
    let reason = loss instanceof ConnectionLostError ? `connection lost (${why})` : loss.message;
    for (;;) {
      const answer = await this.input.ask({ text: `${reason}. Reconnect? [Y/n] `, style: "plain" });
      // The terminal is given back while connecting: ssh may want to ask for something.
      this.input.end();
      this.#input = undefined;
      if (answer === undefined || /^\s*n/i.test(answer)) return false;
      try {
        await this.#where.reopen();
        if (lost.kind === "session" && lost.session.name !== "") this.#sayWhatIsLeft();
        return true;
      } catch (error) {
        if (!(error instanceof PdmError)) throw error;
        reason = error.message;
      }
    }
  }

  #sayWhatIsLeft(): void {
    const { place } = this;
    const isThere = place.kind === "session" && !place.session.isNew;
    this.say(isThere ? "(its variables are there again)" : "(the variables of the session are gone)", "faint");
  }

  get #prompt(): Label {
    const { place } = this;
    if (place.kind === "text") return TEXT_PROMPT;
    const { role, process } = place.greeting;
    const thread = place.thread === 0 ? "" : `/${place.thread}`;
    const text = `${nameOf(place, this.#options.spec)}[${process.pid}]${thread} ${role}> `;
    return { text, style: place.isViewOnly ? "safe" : "danger" };
  }

  #showEvent(event: ReplEvent): void {
    const text = describeEvent(event, this.palette);
    if (text !== "") this.input.print(text);
  }

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
    if (this.#interrupts === 0) {
      this.#interrupts = 1;
      void this.#interruptRunning();
    } else if (this.#mayLeave) {
      this.#interrupts += 1;
      this.#isLeaving = true;
      this.#where.abandon();
    }
  }

  /** Never rejects. */
  async #interruptRunning(): Promise<void> {
    const { place } = this;
    if (place.kind === "text") {
      this.#sayAgain("the command goes on in the service");
      return;
    }
    const { interruptReason } = place.session;
    const notice = setTimeout(() => {
      const why =
        interruptReason ??
        "a loop in a callback, or in a function that nobody awaits, or a stopped process is out of reach";
      this.#sayAgain(`it goes on: ${why}`);
    }, INTERRUPT_NOTICE_MS);
    this.#notice = notice;
    let reason = "nothing of this session can be reached now";
    try {
      // The notice goes with the command.
      if (await place.session.interrupt()) return;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    clearTimeout(notice);
    // It may have ended by itself meanwhile.
    if (this.#notice === notice) this.#sayAgain(`not stopped: ${reason}`);
  }

  #sayAgain(why: string): void {
    this.say(`(${why}; ${AGAIN})`, "faint");
    this.#mayLeave = true;
  }

  #forgetNotice(): void {
    clearTimeout(this.#notice);
    this.#notice = undefined;
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
