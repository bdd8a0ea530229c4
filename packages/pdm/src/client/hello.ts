import { readClockMs } from "../clock.js";
import { openSocket } from "../transport/open-socket.js";
import { parseConnectSpec } from "../transport/connect-spec.js";
import { CONNECT_TIMEOUT_MS, SSH_CONNECT_TIMEOUT_MS, type ClientLimits } from "../limits.js";
import { SERVER_GREETING, type SubProtocolName } from "../wire/greeting.js";
import type { InputBuffer } from "../wire/input-buffer.js";
import { ClientConnection, type ClientConversation } from "./connection.js";
import { HelloError } from "./errors.js";
import { quoteText } from "./quoted-text.js";
import { checkTimeoutMs, takeValue, Waiter, type RequestOptions } from "./waiter.js";

/**
 * Connects and says hello, so that what follows on the connection is `protocol`.
 *
 * @param options.timeoutMs for everything together; ten seconds by default, a minute over ssh
 * @throws ConnectError where nothing can be connected to
 * @throws HelloError where the other side is no PDM socket, refuses, or does not answer; it is then closed
 */
export async function openConnection(
  spec: string,
  protocol: SubProtocolName | "urgent",
  limits: ClientLimits,
  options: RequestOptions = {},
): Promise<ClientConnection> {
  const { signal } = options;
  const target = parseConnectSpec(spec);
  const timeoutMs = resolveConnectTimeoutMs(spec, options);
  const startedMs = readClockMs();
  const socket = await openSocket(target, {
    ...(signal && { signal }),
    ...(timeoutMs !== Infinity && { timeoutMs }),
  });
  const connection = new ClientConnection(socket, spec, limits);
  const leftMs = Math.max(1, timeoutMs - (readClockMs() - startedMs));
  const hello = new Hello(connection, protocol, { signal, timeoutMs: leftMs }, timeoutMs);
  connection.converse(hello);
  const outcome = await hello.waiter.outcome;
  if (outcome.kind === "failed") connection.close();
  takeValue(outcome);
  return connection;
}

/** Milliseconds that connecting may take. @throws ConnectError for what is no spec, PdmError `ERR_PDM_OPTION` for a time that is none */
export function resolveConnectTimeoutMs(spec: string, options: RequestOptions): number {
  return checkTimeoutMs(options.timeoutMs ?? (isOverSsh(spec) ? SSH_CONNECT_TIMEOUT_MS : CONNECT_TIMEOUT_MS));
}

/** Whether connecting goes over ssh, which may ask the user for something. @throws ConnectError for what is no spec */
export function isOverSsh(spec: string): boolean {
  return parseConnectSpec(spec).kind === "ssh";
}

/** The greeting, the name of the sub-protocol, the answer. */
class Hello implements ClientConversation {
  readonly waiter: Waiter<void>;
  readonly #connection: ClientConnection;
  readonly #protocol: SubProtocolName | "urgent";
  #greeted = false;

  constructor(
    connection: ClientConnection,
    protocol: SubProtocolName | "urgent",
    options: RequestOptions,
    totalTimeoutMs: number,
  ) {
    this.#connection = connection;
    this.#protocol = protocol;
    this.waiter = new Waiter(options, Infinity, connection.deadlines, () => this.#createTimeout(totalTimeoutMs));
  }

  receive(input: InputBuffer): void {
    const { helloLineBytes } = this.#connection.limits;
    while (!this.waiter.settled) {
      const line = input.takeUntil("\n");
      if ((line ?? input).length > helloLineBytes) {
        this.#fail("NOT_PDM", `this is not a PDM socket: it greeted with over ${helloLineBytes} bytes`);
      } else if (line === undefined) {
        return;
      } else if (this.#greeted) {
        this.#readAnswer(line.toString("latin1"));
      } else {
        this.#readGreeting(line.toString("latin1"));
      }
    }
  }

  lose(): void {
    const { cause } = this.#connection.makeLostError();
    if (this.#greeted) this.#fail("REFUSED", `it closed without an answer: it does not offer ${this.#protocol}`, cause);
    else this.#fail("NOT_PDM", "it closed before it greeted: this is not a PDM socket, or it is being closed", cause);
  }

  #readGreeting(line: string): void {
    if (line.startsWith("-")) {
      this.#refuse(line);
    } else if (line === SERVER_GREETING) {
      this.#greeted = true;
      this.#connection.send(Buffer.from(`${this.#protocol}\n`, "latin1"));
    } else {
      this.#fail("NOT_PDM", `this is not a PDM socket: it greeted with ${quoteText(line, 80)}`);
    }
  }

  #readAnswer(line: string): void {
    // Like the original: what follows the plus sign differs with the server's age.
    if (line.startsWith("+")) this.waiter.settle({ kind: "returned", value: undefined });
    else this.#refuse(line);
  }

  #refuse(line: string): void {
    // Printable, so that nobody's terminal is driven by what a server sent.
    this.#fail("REFUSED", `the service refused: ${line.replace(/^-(?:ERR )?/, "").replaceAll(/[^ -~]/gu, "?")}`);
  }

  #fail(code: "NOT_PDM" | "REFUSED", reason: string, cause?: unknown): void {
    const { spec } = this.#connection;
    const options = cause === undefined ? undefined : { cause };
    this.waiter.settle({
      kind: "failed",
      makeError: () => new HelloError(`ERR_PDM_HELLO_${code}`, `${spec}: ${reason}`, options, this.#greeted),
    });
  }

  #createTimeout(timeoutMs: number): HelloError {
    const what = this.#greeted ? `greeted, but did not answer to ${this.#protocol}` : "connected, but was not greeted";
    const reason = `${what} within ${Math.ceil(timeoutMs)} ms: its event loop is busy, or this is no PDM socket`;
    return new HelloError("ERR_PDM_HELLO_TIMEOUT", `${this.#connection.spec}: ${reason}`);
  }
}
