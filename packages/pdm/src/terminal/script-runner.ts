import type { ReplEvaluation, ReplEvent } from "../client/repl-session.js";
import { writeValueJson } from "../client/value-json.js";
import { PdmError } from "../errors.js";
import { showPlainText } from "./control-characters.js";
import type { SessionPlace, TextPlace } from "./place.js";
import type { ScriptOutcome } from "./script.js";
import { ScriptOutput, type OutputStreams } from "./script-output.js";

/** How long a service may take to stop a command before the program ends all the same. */
const INTERRUPT_TIMEOUT_MS = 1_000;

const NO_DOT_COMMANDS =
  "(dot commands, such as .help, are for a terminal: in a script such a line goes on with the one above)";

/** Runs the commands of a script. */
export interface ScriptRunner {
  readonly run: (source: string) => Promise<ScriptOutcome>;
}

/** What comes of a session beside the answers to its commands, written as a script's output. */
export class ScriptEvents {
  readonly #streams: OutputStreams;
  readonly #json: boolean;
  /** What each stream has of a line that is not complete yet. */
  readonly #begun = { stdout: "", stderr: "" };
  /** Called with what the session's code asks. */
  onQuestion: ((text: string) => void) | undefined;

  /** @param json whether standard output is for JSON alone */
  constructor(streams: OutputStreams, json: boolean) {
    this.#streams = streams;
    this.#json = json;
  }

  readonly receive = (event: ReplEvent): void => {
    if (event.kind === "question") this.onQuestion?.(event.text);
    if (event.kind === "lost") this.#streams.writeError(`(${event.count} events of the session were lost here)`);
    if (event.kind !== "output") return;
    const lines = (this.#begun[event.stream] + event.text).split("\n");
    this.#begun[event.stream] = lines.pop() ?? "";
    for (const line of lines) this.#write(event.stream, line);
  };

  /** Writes what lines were begun. */
  flush(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const line = this.#begun[stream];
      this.#begun[stream] = "";
      if (line !== "") this.#write(stream, line);
    }
  }

  #write(stream: "stdout" | "stderr", line: string): void {
    if (stream === "stdout" && !this.#json) this.#streams.writeOutput(line);
    else this.#streams.writeError(line);
  }
}

/** Runs commands in a session. Ctrl-C stops the one that runs, and then ends the program as the signal does. */
export class SessionRunner implements ScriptRunner {
  readonly #place: SessionPlace;
  readonly #streams: OutputStreams;
  readonly #events: ScriptEvents;
  readonly #options: { readonly json: boolean; readonly deadlineMs: number | undefined };

  constructor(
    place: SessionPlace,
    streams: OutputStreams,
    events: ScriptEvents,
    options: { readonly json: boolean; readonly deadlineMs: number | undefined },
  ) {
    this.#place = place;
    this.#streams = streams;
    this.#events = events;
    this.#options = options;
    events.onQuestion = (text) => this.#refuseQuestion(text);
  }

  readonly run = async (source: string): Promise<ScriptOutcome> => {
    const { json, deadlineMs } = this.#options;
    process.once("SIGINT", this.#onSignal);
    try {
      const evaluation = await this.#place.session.evaluate(source, { deadlineMs, format: json ? "json" : "text" });
      this.#events.flush();
      if (json) this.#streams.writeOutput(toJson(evaluation));
      else this.#write(evaluation);
      // In a script a line that begins with a dot may go on with the expression above it.
      if (evaluation.cause === "syntax" && /^\s*\.[a-z]/mu.test(source)) this.#streams.writeError(NO_DOT_COMMANDS);
      return judge(evaluation);
    } catch (error) {
      this.#events.flush();
      throw error;
    } finally {
      process.off("SIGINT", this.#onSignal);
    }
  };

  #write({ kind, text }: ReplEvaluation): void {
    if (kind === "value") this.#streams.writeOutput(text);
    else if (kind === "threw") this.#streams.writeError(text);
  }

  readonly #onSignal = (): void => {
    // The listener is gone: this time, or by a second Ctrl-C, the signal does what it always does.
    setTimeout(endByInterrupt, INTERRUPT_TIMEOUT_MS).unref();
    void this.#place.session.interrupt().then(endByInterrupt, endByInterrupt);
  };

  #refuseQuestion(text: string): void {
    this.#streams.writeError(`a script answers no questions, and its command asks: ${showPlainText(text)}`);
    void this.#place.session.interrupt().catch(() => {});
  }
}

/** @throws PdmError `ERR_PDM_NOT_OFFERED` where JSON is wanted: the text protocol has text alone */
export function createTextRunner({ client, language }: TextPlace, streams: OutputStreams, json: boolean): ScriptRunner {
  if (json) throw new PdmError("ERR_PDM_NOT_OFFERED", "--json needs a newer service: this one's REPL has text alone");
  return {
    run: async (source) => {
      const output = new ScriptOutput(language, streams);
      try {
        const { threw } = await client.run(source, { onOutput: (line) => output.write(line) });
        output.finish(threw);
        return threw ? "threw" : "fine";
      } catch (error) {
        output.finish(false);
        throw error;
      }
    },
  };
}

function judge({ kind, cause }: ReplEvaluation): ScriptOutcome {
  if (kind !== "threw") return "fine";
  if (cause === "deadline") return "deadline";
  return cause === "interrupt" ? "interrupted" : "threw";
}

function toJson(evaluation: ReplEvaluation): string {
  const { kind, text, cause } = evaluation;
  if (kind === "value" && "value" in evaluation) return `{"kind":"value","value":${writeValueJson(evaluation.value)}}`;
  // Who may only look gets the description.
  if (kind === "value") return JSON.stringify({ kind, text });
  return JSON.stringify(kind === "done" ? { kind } : { kind, text, cause });
}

function endByInterrupt(): void {
  process.kill(process.pid, "SIGINT");
}
