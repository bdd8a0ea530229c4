/** A text and the cursor in it. */
export interface TextState {
  readonly text: string;
  readonly cursor: number;
}

/** Characters of all states together; the oldest go first. */
const MAX_CHARACTERS = 4_194_304;
const MAX_STATES = 1_000;

/** States of a text to go back to, and forth again until something else is changed. */
export class UndoStack {
  readonly #before: TextState[] = [];
  readonly #after: TextState[] = [];
  #characters = 0;

  /** Keeps the state that a change is about to end. */
  save(state: TextState): void {
    this.#after.length = 0;
    this.#before.push(state);
    this.#characters += state.text.length;
    while (this.#before.length > 1 && (this.#characters > MAX_CHARACTERS || this.#before.length > MAX_STATES)) {
      this.#characters -= this.#before.shift()?.text.length ?? 0;
    }
  }

  undo(current: TextState): TextState | undefined {
    const state = this.#before.pop();
    if (state === undefined) return undefined;
    this.#characters -= state.text.length;
    this.#after.push(current);
    return state;
  }

  redo(current: TextState): TextState | undefined {
    const state = this.#after.pop();
    if (state === undefined) return undefined;
    this.#before.push(current);
    this.#characters += current.text.length;
    return state;
  }
}
