import type { Label } from "./editor/style.js";

/** What came of asking for a command. */
export type Typed =
  /** A whole command; empty where only Enter was pressed. */
  | { readonly kind: "command"; readonly source: string }
  /** Ctrl-C; `isEmpty` where nothing had been typed, so that nothing was dropped. */
  | { readonly kind: "interrupt"; readonly isEmpty: boolean }
  /** Ctrl-D, or the terminal is gone; `rest` is what is left of a command. */
  | { readonly kind: "end"; readonly rest: string | undefined }
  /** {@link CommandInput.cancel} was called; `text` was being typed. */
  | { readonly kind: "cancelled"; readonly text: string };

/** Where commands are typed, and where what comes of them is shown. One thing is asked for at a time, a question excepted. */
export interface CommandInput {
  readonly columns: number;
  readonly rows: number;
  /** What ends {@link readText}, for the user. */
  readonly textEnd: string;
  /** @param initial what stands there already */
  readCommand(prompt: Label, initial?: string): Promise<Typed>;
  /** A text of any form, over as many lines as it takes, until `textEnd`; undefined for Ctrl-C. */
  readText(prompt: Label): Promise<string | undefined>;
  /** One line, also while a command is being typed, which then waits; undefined for Ctrl-C, Ctrl-D, or where it need not be answered any more. */
  ask(question: Label, signal?: AbortSignal): Promise<string | undefined>;
  /** Shows text above what is being typed. It may hold the control sequences of colours and line feeds, no others. */
  print(text: string): void;
  /** Gives up what is being read. */
  cancel(): void;
  /** Ends the input and gives the terminal back; what is being read is answered with the end. */
  end(): void;
}
