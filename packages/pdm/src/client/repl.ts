import { resolveClientLimits, type ClientLimits } from "../limits.js";
import type { ConnectionLostError } from "./errors.js";
import { explainTimeout } from "./hello-timeout.js";
import { openConnection } from "./hello.js";
import { ReplChannel, type ReplResult } from "./repl/channel.js";
import { takeValue, type RequestOptions } from "./waiter.js";

/** Options of {@link connectRepl}. `signal` and `timeoutMs` (ten seconds by default, a minute over ssh) are for connecting only. */
export interface ConnectReplOptions extends RequestOptions {
  /** What the other side can make this program hold. */
  readonly limits?: Partial<ClientLimits> | undefined;
}

/** Options of {@link ReplClient.run}. Without `timeoutMs` a command may take as long as it likes. */
export interface ReplRunOptions extends RequestOptions {
  /** Gets each line of output as it comes, without line feed; the result then has none. What it throws, `run` rejects with. */
  readonly onOutput?: ((line: string) => void) | undefined;
}

/** Connects to a service's REPL. Takes and throws what {@link connect} does. */
export async function connectRepl(spec: string, options: ConnectReplOptions = {}): Promise<ReplClient> {
  const limits = resolveClientLimits(options.limits);
  const connection = await explainTimeout(spec, options, () => openConnection(spec, "repl", limits, options));
  return new ReplClient(new ReplChannel(connection));
}

/** A REPL inside a service, with a namespace of its own; {@link connectRepl} makes one. It keeps the process alive while it is open. */
export class ReplClient {
  /** Resolves when the connection is gone: with the error that ended it, with undefined after `close()`. Never rejects. */
  readonly closed: Promise<ConnectionLostError | undefined>;
  readonly #channel: ReplChannel;

  /** @internal */
  constructor(channel: ReplChannel) {
    this.#channel = channel;
    this.closed = channel.connection.closed;
  }

  /**
   * Runs `source`, in the service's own language, after the commands that wait already.
   *
   * The protocol ends a command with an empty line, so that none can be inside: an empty line is sent as a carriage return alone.
   * JavaScript and Python read that and the line feed behind it as one line feed, inside a template literal or a triple-quoted
   * string too. A source without any text is not sent.
   *
   * @throws RequestTimeoutError, or the signal's reason: the command does not run if its turn had not come, else it goes on
   * @throws ProtocolError where the service refused the command
   * @throws TooManyRequestsError where too many wait, and ConnectionLostError
   */
  async run(source: string, options: ReplRunOptions = {}): Promise<ReplResult> {
    const block = encodeBlock(source);
    if (block === undefined) return { threw: false, output: [], droppedLines: 0 };
    return takeValue(await this.#channel.run(block, options, options.onOutput));
  }

  /** Closes the connection at once: every pending command rejects with ConnectionLostError. May be called again. */
  close(): void {
    this.#channel.connection.close();
  }

  /** Closes, and waits until the socket is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.closed;
  }
}

/** The source as one block; undefined where there is nothing to run. */
function encodeBlock(source: string): Buffer | undefined {
  const text = source.trimEnd();
  if (text === "") return undefined;
  return Buffer.from(`${text.replaceAll(/(?<![^\n])(?=\n)/g, "\r")}\n\n`);
}
