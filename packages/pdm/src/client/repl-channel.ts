import type { InputBuffer } from "../wire/input-buffer.js";
import type { Connection, Conversation } from "./connection.js";
import { ProtocolError, RequestTimeoutError, TooManyRequestsError } from "./errors.js";
import { Fifo } from "./fifo.js";
import { Waiter, type Outcome, type RequestOptions } from "./waiter.js";

/** What became of one command. */
export interface ReplResult {
  /** Whether the command threw; the traceback is in the output. */
  readonly threw: boolean;
  /** The lines that it printed, without line feeds; none where `onOutput` got them. */
  readonly output: string[];
  /** Lines at the end of the output that were dropped, because there was more than `limits.blockOutputBytes` of it. */
  readonly droppedLines: number;
}

interface Command {
  readonly block: Buffer;
  readonly waiter: Waiter<ReplResult>;
  readonly onOutput: ((line: string) => void) | undefined;
  readonly output: string[];
  outputBytes: number;
  droppedLines: number;
}

const SPACE = 0x20;

/**
 * The client's side of `repl`: one command at a time. The next is sent when the one before it is done, so that one whose
 * sender gave up before its turn never runs.
 */
export class ReplChannel implements Conversation {
  readonly connection: Connection;
  readonly #waiting = new Fifo<Command>();
  #running: Command | undefined;
  /** Lines that came while no command ran, from a timer that an earlier one set: the next command gets them. */
  #early: string[] = [];
  #earlyBytes = 0;

  constructor(connection: Connection) {
    this.connection = connection;
    connection.converse(this);
  }

  /** Runs `block`, which ends with an empty line. */
  run(
    block: Buffer,
    options: RequestOptions,
    onOutput: ((line: string) => void) | undefined,
  ): Promise<Outcome<ReplResult>> {
    const { spec } = this.connection;
    const waiter = new Waiter<ReplResult>(
      options,
      Infinity,
      (timeoutMs) =>
        new RequestTimeoutError(`the command on ${spec} was not done within ${timeoutMs} ms; if it began, it goes on`),
    );
    if (!waiter.settled) {
      const command: Command = { block, waiter, onOutput, output: [], outputBytes: 0, droppedLines: 0 };
      this.#enqueue(command);
    }
    return waiter.outcome;
  }

  receive(input: InputBuffer): void {
    const { outputLineBytes } = this.connection.limits;
    for (;;) {
      const line = input.takeUntil("\n");
      if ((line ?? input).length > outputLineBytes) {
        throw new ProtocolError(`the other side sent a line of over ${outputLineBytes} bytes (limits.outputLineBytes)`);
      }
      if (line === undefined) return;
      this.#accept(line);
    }
  }

  lose(): void {
    const makeError = (): Error => this.connection.makeLostError();
    const outcome: Outcome<never> = { kind: "failed", makeError };
    this.#running?.waiter.settle(outcome);
    this.#running = undefined;
    for (let command = this.#waiting.shift(); command !== undefined; command = this.#waiting.shift()) {
      command.waiter.settle(outcome);
    }
  }

  #enqueue(command: Command): void {
    const { spec, limits, isOpen } = this.connection;
    if (!isOpen) {
      command.waiter.settle({ kind: "failed", makeError: () => this.connection.makeLostError() });
    } else if (this.#waiting.length >= limits.pendingRequests) {
      const message = `${limits.pendingRequests} commands wait for ${spec} already (limits.pendingRequests); this one will not run`;
      command.waiter.settle({ kind: "failed", makeError: () => new TooManyRequestsError(message) });
    } else {
      this.#waiting.push(command);
      this.#sendNext();
    }
  }

  #sendNext(): void {
    while (this.#running === undefined) {
      const command = this.#waiting.shift();
      if (command === undefined) return;
      if (command.waiter.settled) continue;
      this.#running = command;
      this.connection.send(command.block);
      for (const line of this.#early) printLine(command, line, this.connection.limits.blockOutputBytes);
      this.#early = [];
      this.#earlyBytes = 0;
    }
  }

  #accept(line: Buffer): void {
    const command = this.#running;
    if (line[0] === SPACE) {
      if (command === undefined) this.#keepEarly(line);
      else printLine(command, line.toString("utf8", 1), this.connection.limits.blockOutputBytes);
      return;
    }
    const text = line.toString();
    const shown = JSON.stringify(text.slice(0, 200));
    if (command === undefined) {
      // A server that is about to close says why without being asked.
      throw new ProtocolError(
        text.startsWith("-") ? `the other side ended it: ${shown}` : `the other side sent ${shown} unasked`,
      );
    }
    if (text === "+OK" || text === "+EXC") {
      const { output, droppedLines } = command;
      this.#conclude(command, { kind: "returned", value: { threw: text === "+EXC", output, droppedLines } });
    } else if (text.startsWith("-")) {
      const makeError = (): Error => new ProtocolError(`${this.connection.spec} refused the command: ${shown}`);
      this.#conclude(command, { kind: "failed", makeError });
    } else {
      throw new ProtocolError(`the other side sent ${shown}, which is neither output nor a status`);
    }
  }

  #keepEarly(line: Buffer): void {
    this.#earlyBytes += line.length;
    // The oldest stay: a service that prints on and on must not make this side grow.
    if (this.#earlyBytes <= this.connection.limits.blockOutputBytes) this.#early.push(line.toString("utf8", 1));
  }

  #conclude(command: Command, outcome: Outcome<ReplResult>): void {
    this.#running = undefined;
    command.waiter.settle(outcome);
    this.#sendNext();
  }
}

function printLine(command: Command, line: string, maxBytes: number): void {
  const { waiter, onOutput } = command;
  if (waiter.settled) return;
  if (onOutput !== undefined) {
    try {
      onOutput(line);
    } catch (error) {
      // The caller's own fault reaches the caller; the connection goes on.
      waiter.settle({ kind: "failed", makeError: () => error });
    }
    return;
  }
  command.outputBytes += Buffer.byteLength(line) + 1;
  if (command.outputBytes > maxBytes) command.droppedLines += 1;
  else command.output.push(line);
}
