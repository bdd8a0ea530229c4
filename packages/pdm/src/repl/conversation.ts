import type { AuditDetails } from "../session/audit.js";
import type { Connection } from "../session/connection.js";
import { mapResult, passGate } from "../session/gate.js";
import type { LetGo, Outcome } from "../session/gate.js";
import type { Conversation, SubProtocol } from "../session/sub-protocol.js";
import { describeThrown } from "../warning.js";
import type { InputBuffer } from "../wire/input-buffer.js";
import { loadedWorkspaces, loadWorkspaces } from "../workspace/load.js";
import type { ParserError } from "../workspace/load.js";
import type { WorkspaceClient, WorkspaceEvent, WorkspaceOutcome } from "../workspace/workspace-event.js";
import type { Workspace } from "../workspace/workspace.js";
import { ReplOutput } from "./output.js";

/** The sub-protocol `repl`: source text in, lines of text out. */
export const REPL: SubProtocol = {
  name: "repl",
  right: "repl",
  start: (connection) => new ReplConversation(connection),
};

/** An empty line ends a command. */
const COMMAND_END = "\n\n";

/** One command at a time, in order, in a session of the client's own, which ends with the connection. */
class ReplConversation implements Conversation, WorkspaceClient {
  /** The REPL is loaded when somebody comes to use it. */
  busy = true;
  readonly number: number;
  readonly role: string;
  /** The protocol has no place for a question. */
  readonly canAnswer = false;
  readonly canInterruptLoops = false;
  readonly #connection: Connection;
  readonly #output: ReplOutput;
  #workspace: Workspace | undefined;
  #isReleased = false;
  /** Lets go of the command whose outcome is pending. */
  #letGo: LetGo | undefined;

  constructor(connection: Connection) {
    this.number = connection.session.id;
    this.role = connection.session.principal.role;
    this.#connection = connection;
    this.#output = new ReplOutput((bytes) => connection.send(bytes), connection.limits.blockOutputBytes);
    // Where it cannot be loaded, the first command says why.
    void loadWorkspaces().then(
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
    this.#workspace?.detach(this, false);
  }

  /** What is printed; nobody else is in the session. */
  tell(event: WorkspaceEvent): void {
    if (event.kind === "output") this.#output.write(event.text);
  }

  end(): void {
    // It ends with the connection and not before.
  }

  #run(source: string): void {
    const { session } = this.#connection;
    session.costs.requests += 1;
    this.busy = true;
    const details: AuditDetails = { action: "repl", input: source };
    this.#letGo = passGate<WorkspaceOutcome>({
      session,
      effect: "repl",
      target: "repl",
      argumentBytes: source.length,
      // A command may wait as long as whoever typed it does.
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

  #evaluate(source: string): WorkspaceOutcome | Promise<WorkspaceOutcome> {
    const loaded = loadedWorkspaces();
    if (loaded === undefined) {
      return loadWorkspaces().then(
        () => this.#evaluate(source),
        ({ name, code, message }: ParserError) => ({
          kind: "threw",
          text: `Uncaught ${name} [${code}]: ${message}`,
          error: undefined,
        }),
      );
    }
    // The client may have gone while it was loaded: nobody would end the session.
    if (this.#isReleased) return { kind: "done" };
    const { limits } = this.#connection;
    if (this.#workspace === undefined) {
      this.#workspace = loaded.createWorkspace(limits);
      this.#workspace.attach(this);
    }
    return this.#workspace.evaluate({ client: this, source, deadlineMs: limits.replBlockMs });
  }

  #finish(outcome: Outcome<WorkspaceOutcome>): void {
    if (outcome.threw) this.#output.write(`${describeThrown(outcome.error)}\n`);
    else if (outcome.value.kind !== "done") this.#output.write(`${outcome.value.text}\n`);
    this.#output.endCommand(outcome.threw || outcome.value.kind === "threw" ? "+EXC" : "+OK");
    this.#goOn();
  }

  #goOn(): void {
    if (this.#isReleased) return;
    this.busy = false;
    this.#connection.resume();
  }
}
