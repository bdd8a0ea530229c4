import type { InputBuffer } from "../../wire/input-buffer.js";
import type { ClientConnection, ClientConversation } from "../connection.js";
import { ProtocolError, RequestTimeoutError, TooManyRequestsError } from "../errors.js";
import { Fifo } from "../fifo.js";
import { quoteText } from "../quoted-text.js";
import { Waiter, type Outcome, type RequestOptions } from "../waiter.js";

/** What became of one command. */
export interface ReplResult {
  /** Whether the command threw; the traceback is in the output. */
  readonly threw: boolean;
  /** The lines that it printed, without line feeds; none where `onOutput` got them. */
  readonly output: string[];
  /** Lines at the end of the output that were dropped, because there was more than `limits.blockOutputBytes` of it. */
  readonly droppedLines: number;
}

/** What a kept line takes beside its text; else empty lines would cost nothing. */
const LINE_OVERHEAD_BYTES = 32;

/** Lines of output, kept up to a limit: the oldest stay, so that a service that prints on and on does not make this side grow. */
class KeptLines {
  readonly lines: string[] = [];
  droppedLines = 0;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(line: string): void {
    this.#bytes += Buffer.byteLength(line) + LINE_OVERHEAD_BYTES;
    if (this.#bytes > this.#maxBytes) this.droppedLines += 1;
    else this.lines.push(line);
  }
}

interface Command {
  readonly block: Buffer;
  readonly waiter: Waiter<ReplResult>;
  readonly onOutput: ((line: string) => void) | undefined;
}

const SPACE = 0x20;

/**
 * The client's side of `repl`: one command at a time. The next is sent when the one before it is done, so that one whose
 * sender gave up before its turn never runs.
 */
export class ReplChannel implements ClientConversation {
  readonly connection: ClientConnection;
  readonly #waiting = new Fifo<Command>();
  #running: Command | undefined;
  /**
   * The output of the running command. While none runs it collects for the next one: lines may come from a timer that an
   * earlier one set.
   */
  #output: KeptLines;

  constructor(connection: ClientConnection) {
    this.connection = connection;
    this.#output = this.#createOutput();
    connection.converse(this);
  }

  /** Runs `block`, which ends with an empty line. */
  run(
    block: Buffer,
    options: RequestOptions,
    onOutput: ((line: string) => void) | undefined,
  ): Promise<Outcome<ReplResult>> {
    const { spec, deadlines } = this.connection;
    const waiter = new Waiter<ReplResult>(
      options,
      Infinity,
      deadlines,
      (timeoutMs) =>
        new RequestTimeoutError(`the command on ${spec} was not done within ${timeoutMs} ms; if it began, it goes on`),
    );
    if (!waiter.settled) {
      this.#enqueue({ block, waiter, onOutput });
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
    for (const { waiter } of this.#waiting.drain()) waiter.settle(outcome);
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
      if (command.onOutput === undefined) continue;
      const early = this.#output.lines;
      this.#output = this.#createOutput();
      for (const line of early) callListener(command.waiter, command.onOutput, line);
    }
  }

  #accept(line: Buffer): void {
    const command = this.#running;
    if (line[0] === SPACE) {
      this.#print(line.toString("utf8", 1));
      return;
    }
    const text = line.toString();
    const shown = quoteText(text, 200);
    if (command === undefined) {
      // A server that is about to close says why without being asked.
      throw new ProtocolError(
        text.startsWith("-") ? `the other side ended it: ${shown}` : `the other side sent ${shown} unasked`,
      );
    }
    if (text === "+OK" || text === "+EXC") {
      const { lines: output, droppedLines } = this.#output;
      this.#conclude(command, { kind: "returned", value: { threw: text === "+EXC", output, droppedLines } });
    } else if (text.startsWith("-")) {
      const makeError = (): Error => new ProtocolError(`${this.connection.spec} refused the command: ${shown}`);
      this.#conclude(command, { kind: "failed", makeError });
    } else {
      throw new ProtocolError(`the other side sent ${shown}, which is neither output nor a status`);
    }
  }

  #print(line: string): void {
    const command = this.#running;
    if (command?.onOutput !== undefined) callListener(command.waiter, command.onOutput, line);
    // Nobody waits any more for the output of a command that was given up.
    else if (command?.waiter.settled !== true) this.#output.add(line);
  }

  #createOutput(): KeptLines {
    return new KeptLines(this.connection.limits.blockOutputBytes);
  }

  #conclude(command: Command, outcome: Outcome<ReplResult>): void {
    this.#running = undefined;
    this.#output = this.#createOutput();
    command.waiter.settle(outcome);
    this.#sendNext();
  }
}

function callListener(waiter: Waiter<ReplResult>, onOutput: (line: string) => void, line: string): void {
  if (waiter.settled) return;
  try {
    onOutput(line);
  } catch (error) {
    // The caller's own fault reaches the caller; the connection goes on.
    waiter.settle({ kind: "failed", makeError: () => error });
  }
}
