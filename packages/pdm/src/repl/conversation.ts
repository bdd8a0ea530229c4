import { REPL_LIMITS } from "../limits.js";
import type { AuditDetails } from "../session/audit.js";
import type { Connection } from "../session/connection.js";
import { mapResult, passGate } from "../session/gate.js";
import type { LetGo, Outcome } from "../session/gate.js";
import type { Conversation, SubProtocol } from "../session/sub-protocol.js";
import { describeThrown } from "../warning.js";
import type { InputBuffer } from "../wire/input-buffer.js";
import { loadWorkspaces } from "../workspace/load.js";
import type { WorkspaceModule } from "../workspace/load.js";
import type { Attachment, EvaluationOutcome, Workspace } from "../workspace/workspace.js";
import { ReplOutput } from "./output.js";

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
  readonly #attachment: Attachment;
  /** Undefined as long as what makes it is not loaded. */
  #workspace: Workspace | undefined;
  #isReleased = false;
  /** Lets go of the command whose outcome is pending. */
  #letGo: LetGo | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#output = new ReplOutput((bytes) => connection.send(bytes), connection.limits.blockOutputBytes);
    this.#attachment = {
      client: `session ${connection.session.id}`,
      listener: {
        canAnswer: false,
        hear: (event) => {
          if (event.kind === "output") this.#output.write(event.text);
        },
      },
    };
    // Where it cannot be loaded, the first command says why.
    void this.#open().then(
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
    this.#isReleased = true;
    this.#letGo?.();
    this.#output.close();
    this.#workspace?.detach(this.#attachment, "closed");
  }

  /** @throws ParserError */
  async #open(): Promise<Workspace> {
    const { Workspace: Made } = await loadWorkspaces();
    this.#workspace ??= this.#make(Made);
    return this.#workspace;
  }

  #make(Made: WorkspaceModule["Workspace"]): Workspace {
    const workspace = new Made();
    workspace.attach(this.#attachment);
    if (this.#isReleased) workspace.end();
    return workspace;
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
        mapResult(this.#evaluate(source), (outcome) => {
          if (outcome.kind === "threw") details.failure = outcome.text.split("\n", 1)[0];
          return outcome;
        }),
      settle: (outcome) => this.#finish(outcome),
    });
  }

  #evaluate(source: string): EvaluationOutcome | Promise<EvaluationOutcome> {
    const job = { by: this.#attachment, source, options: { deadlineMs: REPL_LIMITS.blockMs } };
    return this.#workspace?.evaluate(job) ?? this.#open().then((workspace) => workspace.evaluate(job));
  }

  #finish(outcome: Outcome<EvaluationOutcome>): void {
    if (outcome.threw) this.#output.write(`Uncaught ${describeThrown(outcome.error)}\n`);
    else if (outcome.value.kind !== "done") this.#output.write(`${outcome.value.text}\n`);
    this.#output.endCommand(outcome.threw || outcome.value.kind === "threw" ? "+EXC" : "+OK");
    this.#goOn();
  }

  #goOn(): void {
    this.busy = false;
    this.#connection.resume();
  }
}
