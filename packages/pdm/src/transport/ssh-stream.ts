import { Duplex } from "node:stream";
import type { SshProcess } from "./ssh-process.js";

/** A connection over the standard streams of an ssh. They end together, whichever ends first. */
export class SshStream extends Duplex {
  readonly #ssh: SshProcess;

  /** @param begun what has been read of ssh's output already; the output is paused */
  constructor(ssh: SshProcess, begun: Buffer) {
    super({ allowHalfOpen: false });
    this.#ssh = ssh;
    const { input, output } = ssh;
    if (begun.length > 0) this.push(begun);
    output.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) output.pause();
    });
    output.on("end", () => this.push(null));
    output.on("error", (error) => this.destroy(error));
    input.on("error", (error) => this.destroy(error));
  }

  override _read(): void {
    this.#ssh.output.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#ssh.input.write(chunk, callback);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], callback: (error?: Error | null) => void): void {
    this.#ssh.input.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#ssh.input.end(callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#ssh.input.destroy();
    this.#ssh.output.destroy();
    this.#ssh.end();
    callback(error);
  }
}
