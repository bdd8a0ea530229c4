import type { Connection } from "../session/connection.js";
import type { Conversation, SubProtocol } from "../session/sub-protocol.js";
import { loadParser } from "../syntax/parser.js";
import type { InputBuffer } from "../wire/input-buffer.js";
import { ReplOutput } from "./output.js";
import { ReplScope } from "./scope.js";
import type { EvaluationOutcome } from "./scope.js";

/** The sub-protocol `repl`: source text in, lines of text out. */
export const REPL: SubProtocol = { name: "repl", start: (connection) => new ReplConversation(connection) };

/** An empty line ends a command. */
const COMMAND_END = "\n\n";

/** One command at a time, in order, in a scope of the client's own. */
class ReplConversation implements Conversation {
  /** The parser is loaded when somebody comes to use it. */
  busy = true;
  readonly #connection: Connection;
  readonly #output: ReplOutput;
  readonly #scope: ReplScope;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#output = new ReplOutput((bytes) => connection.send(bytes), connection.limits.blockOutputBytes);
    this.#scope = new ReplScope({ output: this.#output });
    // Where it cannot be loaded, the first command says why.
    void loadParser().then(
      () => this.#goOn(),
      () => this.#goOn(),
    );
  }

  process(input: InputBuffer): void {
    const { blockBytes } = this.#connection.limits;
    while (!this.busy && !this.#connection.congested) {
      const command = input.takeUntil(COMMAND_END);
      if ((command ?? input).length > blockBytes) {
        this.#connection.fail(`a command is longer than ${blockBytes} bytes (blockBytes)`);
        return;
      }
      if (command === undefined) return;
      this.#run(command.toString());
    }
  }

  farewell(reason: string): Buffer {
    return Buffer.from(`-${reason}\n`);
  }

  release(): void {
    this.#output.close();
  }

  #run(source: string): void {
    const outcome = this.#scope.evaluate(source);
    // Told by its own field: a service may have put another class in the place of Promise.
    if ("threw" in outcome) {
      this.#finish(outcome);
      return;
    }
    this.busy = true;
    void outcome.then((settled) => {
      this.#finish(settled);
      this.#goOn();
    });
  }

  #finish(outcome: EvaluationOutcome): void {
    this.#output.endCommand(outcome.threw ? "+EXC" : "+OK");
  }

  #goOn(): void {
    this.busy = false;
    this.#connection.resume();
  }
}
