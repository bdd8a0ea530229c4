import type { ReplEvent } from "../client/repl-session.js";
import type { CommandInput } from "./command-input.js";
import type { Place } from "./place.js";
import { QuestionDesk } from "./question-desk.js";

const MAX_EARLY_EVENTS = 1_000;

export interface PlaceEventsOptions {
  readonly input: () => CommandInput;
  /** Shows what is no question. */
  readonly show: (event: ReplEvent) => void;
}

/** What happens in the session of one place, whichever the user is in: it is shown from {@link PlaceEvents.begin} on, and its questions are put to the user. */
export class PlaceEvents {
  readonly #options: PlaceEventsOptions;
  #isBegun = false;
  #desk: QuestionDesk | undefined;
  /** What came before. */
  readonly #early: ReplEvent[] = [];
  #lost = 0;

  constructor(options: PlaceEventsOptions) {
    this.#options = options;
  }

  readonly receive = (event: ReplEvent): void => {
    if (!this.#isBegun) {
      if (this.#early.length < MAX_EARLY_EVENTS) this.#early.push(event);
      else this.#lost += 1;
    } else if (event.kind === "question") void this.#desk?.ask(event.question, event.text);
    else if (event.kind === "answered") this.#desk?.drop(event.question);
    else this.#options.show(event);
  };

  /** The user knows the place now. */
  begin(place: Place): void {
    this.#isBegun = true;
    if (place.kind === "session") this.#desk = new QuestionDesk(place.session, this.#options.input);
    for (const event of this.#early.splice(0)) this.receive(event);
    if (this.#lost > 0) this.#options.show({ kind: "lost", count: this.#lost });
  }

  /** The session was left, or is lost. */
  end(): void {
    this.#desk?.dropAll();
  }
}
