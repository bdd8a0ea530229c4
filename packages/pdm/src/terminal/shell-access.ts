import type { ReplEvaluation, ReplMembers } from "../client/repl-session.js";
import { PdmError } from "../errors.js";
import type { CommandInput } from "./command-input.js";
import type { Palette, Style } from "./editor/style.js";
import type { Place, SessionPlace } from "./place.js";

/** A dot command that cannot be followed (`ERR_PDM_DIRECTIVE`); the message is for the user. */
export class DirectiveError extends PdmError {
  constructor(message: string) {
    super("ERR_PDM_DIRECTIVE", message);
  }
}

/** Where to begin: in a new session where none is named, in the main thread, 0, where no other is. */
export interface Destination {
  readonly session?: string | undefined;
  readonly thread?: number | undefined;
}

/** Where to go from there: into another session of the same thread, or into another thread. */
export type NextPlace = { readonly session: string } | { readonly thread: number };

/** A value whose members are being looked at. */
export interface InspectedValue {
  readonly path: string;
  readonly handle: number;
  /** The number of the first member shown. */
  from: number;
  members: ReplMembers;
}

/** What the dot commands may do with the shell. */
export interface ShellAccess {
  readonly input: CommandInput;
  readonly palette: Palette;
  readonly place: Place;
  /** The commands typed so far, oldest first. */
  readonly sources: readonly string[];
  /** The last value or error that was shown and has more to it. */
  readonly lastResult: ReplEvaluation | undefined;
  /** The way into the value that is being inspected, from the outside in. */
  readonly inspected: InspectedValue[];
  /** What was not shown yet of the result that is being paged through, and where the rest begins. */
  paged: { readonly handle: number; readonly rest: string; readonly next: number | undefined } | undefined;
  /** @throws DirectiveError where the service has the text protocol alone */
  needRpc(): SessionPlace;
  /** @throws DirectiveError where there is no session, only the text protocol or expressions to look at */
  needSession(): SessionPlace;
  /** Shows text of ours or of the service, with a line feed behind it; control characters are written out. */
  say(text: string, style?: Style): void;
  /** Runs a command and keeps its result; nothing of that is shown. @throws what evaluating throws */
  evaluate(source: string): Promise<ReplEvaluation>;
  /** Runs a command as if it had been typed. @returns whether it succeeded */
  run(source: string): Promise<boolean>;
  show(evaluation: ReplEvaluation): void;
  /** @throws what connecting throws; one stays where one was then */
  goTo(next: NextPlace): Promise<void>;
  /** Ends the program after this dot command. */
  leave(): void;
}
