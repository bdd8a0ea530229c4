import { TURN_BUDGET } from "../session/turn-budget.js";

/** Turns of the event loop in which others may use up the time before a piece of this work is done all the same. */
const MAX_TURNS = 8;

/** Long work in pieces, which shares the time of a turn with all other requests of all clients. */
export class Turn {
  readonly #turnMs: number;

  constructor(turnMs: number) {
    this.#turnMs = turnMs;
  }

  /** Whether the work has to let others go on. */
  get isSpent(): boolean {
    TURN_BUDGET.begin();
    return TURN_BUDGET.isSpent(this.#turnMs);
  }

  /** Resolves in a later turn, when it is this work's. Keeps nothing alive. */
  async next(): Promise<void> {
    for (let count = 0; count < MAX_TURNS; count++) {
      await new Promise<void>((resolve) => TURN_BUDGET.wait(resolve));
      if (!this.isSpent) return;
    }
  }
}
