import type { AuditDetails } from "../session/audit.js";
import type { Connection } from "../session/connection.js";
import { mapResult, passGate } from "../session/gate.js";
import type { LetGo, Outcome } from "../session/gate.js";
import type { Conversation, SubProtocol } from "../session/sub-protocol.js";
import { loadParser } from "../syntax/parser.js";
import { describeThrown } from "../warning.js";
import type { InputBuffer } from "../wire/input-buffer.js";
import { ReplOutput } from "./output.js";
import { ReplScope } from "../engine/scope.js";
import type { EvaluationOutcome } from "../engine/scope.js";

/** The sub-protocol `repl`: source text in, lines of text out. */
export const REPL: SubProtocol = {
  name: "repl",
  right: "repl",
  start: (connection) => new ReplConversation(connection),
};

/** An empty line ends a command. */
const COMMAND_END = "\n\n";

/** One command at a time, in order, in a scope of the client's own. */
class ReplConversation implements Conversation {
  /** The parser is loaded when somebody comes to use it. */
  busy = true;
  readonly #connection: Connection;
  readonly #output: ReplOutput;
  readonly #scope: ReplScope;
  /** Lets go of the command whose outcome is pending. */
  #letGo: LetGo | undefined;

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
    this.#letGo?.();
    this.#output.close();
  }

  #run(source: string): void {
    const { session } = this.#connection;
    session.costs.requests += 1;
    this.busy = true;
    const details: AuditDetails = { action: "repl", input: source };
    this.#letGo = passGate<EvaluationOutcome>({
      session,
      effect: "repl",
      target: "repl",
      argumentBytes: source.length,
      // A command may take as long as whoever typed it waits.
      timeoutMs: Infinity,
      record: () => details,
      run: () =>
        mapResult(this.#scope.evaluate(source), (outcome) => {
          details.failure = outcome.traceback?.split("\n", 1)[0];
          return outcome;
        }),
      settle: (outcome) => this.#finish(outcome),
    });
  }

  #finish(outcome: Outcome<EvaluationOutcome>): void {
    if (outcome.threw) this.#output.write(`${describeThrown(outcome.error)}\n`);
    this.#output.endCommand(outcome.threw || outcome.value.threw ? "+EXC" : "+OK");
    this.#goOn();
  }

  #goOn(): void {
    this.busy = false;
    this.#connection.resume();
  }
}
