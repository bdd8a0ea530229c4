import type { Connection } from "../session/connection.js";
import { authorise, refuse } from "../session/gate.js";
import type { Conversation, SubProtocol } from "../session/sub-protocol.js";
import { SERVER_GREETING, SUB_PROTOCOL_GREETINGS } from "../wire/greeting.js";
import type { InputBuffer } from "../wire/input-buffer.js";

/**
 * What comes first on every connection: the server's greeting, then one line with the name of the sub-protocol, which
 * takes the connection over.
 */
export class Hello implements Conversation {
  readonly busy = false;
  readonly #connection: Connection;
  readonly #protocols: readonly SubProtocol[];
  readonly #timer: NodeJS.Timeout;
  #last: NodeJS.Immediate | undefined;

  constructor(connection: Connection, protocols: readonly SubProtocol[]) {
    this.#connection = connection;
    this.#protocols = protocols;
    const { helloTimeoutMs } = connection.limits;
    const giveUp = (): void => connection.fail(`no protocol was named within ${helloTimeoutMs} ms (helloTimeoutMs)`);
    this.#timer = setTimeout(() => {
      // What has come while the event loop was blocked is read first.
      this.#last = setImmediate(giveUp).unref();
    }, helloTimeoutMs).unref();
    connection.send(encodeLine(SERVER_GREETING));
  }

  process(input: InputBuffer): void {
    const { nameLineBytes } = this.#connection.limits;
    const line = input.takeUntil("\n");
    if ((line ?? input).length > nameLineBytes) {
      this.#connection.fail(`the protocol's name is longer than ${nameLineBytes} bytes (nameLineBytes)`);
      return;
    }
    if (line !== undefined) this.#choose(line.toString("latin1"));
  }

  farewell(reason: string): Buffer {
    return encodeLine(`-ERR ${reason}`);
  }

  release(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#last);
  }

  #choose(name: string): void {
    const protocol = this.#protocols.find((candidate) => candidate.name === name);
    if (protocol === undefined) {
      // Printable, so that nobody's terminal is driven by what a client sent.
      this.#connection.fail(`Unknown protocol: ${name.replaceAll(/[^ -~]/gu, "?")}`);
      return;
    }
    const { session } = this.#connection;
    const refusal = protocol.right === undefined ? undefined : authorise(session, protocol.right, protocol.name);
    if (protocol.right !== undefined && refusal !== undefined) {
      refuse(session, protocol.right, protocol.name, refusal);
      this.#connection.fail(refusal.message);
      return;
    }
    session.protocol = protocol.name;
    this.release();
    this.#connection.send(encodeLine(SUB_PROTOCOL_GREETINGS[protocol.name]));
    this.#connection.become(protocol.start(this.#connection));
  }
}

/** The refusal of a connection for which there is no room: nothing is kept of it. */
export function encodeRefusal(reason: string): Buffer {
  return encodeLine(`-ERR ${reason}`);
}

function encodeLine(text: string): Buffer {
  return Buffer.from(`${text}\n`, "latin1");
}
