import { Duplex } from "node:stream";
import type { MessagePort } from "node:worker_threads";
import { THREAD_LIMITS } from "../limits.js";
import type { PortMessage } from "./thread-message.js";

/**
 * A message port as a socket, at the end of a thread that a client has entered. It does not keep the thread alive. What is written waits
 * where the other side does not take it.
 */
export class PortStream extends Duplex {
  readonly #port: MessagePort;
  #untakenBytes = 0;
  #receivedBytes = 0;
  #goOn: (() => void) | undefined;

  constructor(port: MessagePort) {
    super({ allowHalfOpen: true });
    this.#port = port;
    port.on("message", (message: PortMessage) => this.#receive(message));
    port.on("close", () => this.destroy());
    port.unref();
  }

  /** As of a net.Socket: ends, and is destroyed when everything was written. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  /** As of a net.Socket: keeps the thread alive until it is closed. */
  ref(): this {
    this.#port.ref();
    return this;
  }

  override _read(): void {
    if (this.#receivedBytes === 0) return;
    this.#port.postMessage({ taken: this.#receivedBytes } satisfies PortMessage);
    this.#receivedBytes = 0;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#port.postMessage({ data: new Uint8Array(chunk) } satisfies PortMessage);
    this.#untakenBytes += chunk.length;
    if (this.#untakenBytes < THREAD_LIMITS.portWindowBytes) done();
    else this.#goOn = done;
  }

  override _final(done: () => void): void {
    this.#port.postMessage({ isEnd: true } satisfies PortMessage);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close();
    done(error);
  }

  #receive({ data, taken, isEnd }: PortMessage): void {
    if (data !== undefined) {
      this.#receivedBytes += data.length;
      // The memory came with the message, and is nobody else's.
      this.push(Buffer.from(data.buffer, data.byteOffset, data.length));
    }
    if (taken !== undefined) {
      this.#untakenBytes -= taken;
      const goOn = this.#untakenBytes < THREAD_LIMITS.portWindowBytes ? this.#goOn : undefined;
      if (goOn !== undefined) {
        this.#goOn = undefined;
        goOn();
      }
    }
    if (isEnd === true) this.push(null);
  }
}
