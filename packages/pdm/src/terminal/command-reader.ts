import { Block } from "./block.js";
import type { Language } from "./language.js";

/** Characters of blank lines and comments that a command waits for at most, to be told whether what follows continues it. */
const MAX_FOLLOWING_CHARACTERS = 8_192;

/**
 * Makes commands of the lines of a script.
 *
 * A command that is complete waits for the line that follows, which may continue it (`.then(…)`, `else {`), until there is a pause.
 */
export class CommandReader {
  readonly #language: Language;
  readonly #block: Block;
  #isReady = false;
  /** Lines behind a command that is ready, as long as they do not tell whether it is continued. */
  #following: string[] = [];
  #followingCharacters = 0;

  constructor(language: Language) {
    this.#language = language;
    this.#block = new Block(language);
  }

  /**
   * The commands that are to run now that this line is known.
   *
   * @throws what {@link Block.add} does
   */
  async *add(line: string): AsyncGenerator<string, void> {
    if (!this.#isReady) {
      this.#isReady = await this.#block.add(line);
      if (this.#isReady && this.#language.judgeContinuation === undefined) yield* this.#takeReady();
      return;
    }
    this.#following.push(line);
    this.#followingCharacters += line.length + 1;
    const continuation = await this.#judge(line);
    if (continuation === "ends") {
      yield* this.#takeReady();
    } else if (continuation === "continues") {
      for (const next of this.#takeFollowing()) this.#isReady = await this.#block.add(next);
    }
  }

  /** The commands that are complete, whatever follows later. */
  async *pause(): AsyncGenerator<string, void> {
    while (this.#isReady) yield* this.#takeReady();
  }

  /** All that is left. */
  async *end(): AsyncGenerator<string, void> {
    yield* this.pause();
    const rest = this.#block.take();
    if (rest !== undefined) yield rest;
  }

  async #judge(line: string): Promise<string | undefined> {
    if (this.#followingCharacters > MAX_FOLLOWING_CHARACTERS) return "ends";
    // Told without parsing the command once more for each.
    if (isBlank(line)) return "unknown";
    return this.#language.judgeContinuation?.(this.#block.source, this.#following.join("\n"));
  }

  async *#takeReady(): AsyncGenerator<string, void> {
    const command = this.#block.take();
    const following = this.#takeFollowing();
    this.#isReady = false;
    if (command !== undefined) yield command;
    // Those before the first other line mean nothing by themselves.
    const first = following.findIndex((line) => !isBlank(line));
    if (first >= 0) for (const line of following.slice(first)) yield* this.add(line);
  }

  #takeFollowing(): string[] {
    const following = this.#following;
    this.#following = [];
    this.#followingCharacters = 0;
    return following;
  }
}

/** No text, or only a comment that ends with the line. */
function isBlank(line: string): boolean {
  return /^\s*(?:\/\/|$)/.test(line);
}
