/** Work that is done every so often, in the background. */
export class Job {
  readonly everyMs: number;
  runs: number = 0;
  failures: number = 0;
  lastRunAt: Date | undefined;
  /** What the last run said of itself, or why it failed. */
  lastResult: string | undefined;
  #isPaused = false;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<string> | undefined;
  readonly #work: () => string | Promise<string>;

  /** @param work returns what it did, in a few words */
  constructor(everyMs: number, work: () => string | Promise<string>) {
    this.everyMs = everyMs;
    this.#work = work;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      if (!this.#isPaused) this.run().catch(() => undefined);
    }, this.everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** Does the work now, paused or not; waits for a run that is under way instead of beginning another. */
  run(): Promise<string> {
    this.#running ??= this.#runOnce().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #runOnce(): Promise<string> {
    this.lastRunAt = new Date();
    this.runs += 1;
    try {
      this.lastResult = await this.#work();
      return this.lastResult;
    } catch (error) {
      this.failures += 1;
      this.lastResult = String(error);
      throw error;
    }
  }
}
