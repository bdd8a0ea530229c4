import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

// From the folder that the tests are built to.
const SCRIPT = fileURLToPath(new URL("../../../test/pickle/oracle.py", import.meta.url));

interface Answer {
  error?: string;
  hex?: string;
}

/** One Python process that says what pickles mean, for a whole test file. */
export class Oracle {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(command: string) {
    this.#child = spawn(command, [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
    this.#reader = createInterface({ input: this.#child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  async #ask(question: object): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("Python has ended");
    const answer = JSON.parse(value) as Answer;
    if (answer.error !== undefined) throw new Error(`${answer.error} for ${JSON.stringify(question)}`);
    return answer;
  }

  /** The pickle of a Python expression. */
  async dump(source: string, protocol: number): Promise<Buffer> {
    const { hex = "" } = await this.#ask({ op: "dump", source, protocol });
    return Buffer.from(hex, "hex");
  }

  /** Rejects where a pickle does not load as what a Python expression gives, types included. */
  async expectSame(pickle: Buffer, source: string): Promise<void> {
    await this.#ask({ op: "same", hex: pickle.toString("hex"), source });
  }

  /** Rejects where a Python expression is not True of what a pickle loads as, which it calls `v`. */
  async expectTrue(pickle: Buffer, source: string): Promise<void> {
    await this.#ask({ op: "true", hex: pickle.toString("hex"), source });
  }

  /** Resolves when the process has ended. */
  async stop(): Promise<void> {
    this.#reader.close();
    this.#child.stdin.end();
    if (this.#child.exitCode === null) await once(this.#child, "exit");
  }
}
