import type { Connection } from "../session/connection.js";
import type { QueuedEventSource } from "../session/event-queue.js";
import { BulkReader, encodeItem } from "./bulk-reader.js";
import type { BulkItem } from "./bulk-reader.js";
import { digestText } from "./digest.js";
import { encodeNotification } from "./message.js";
import type { Peer } from "./peer.js";
import type { Sending } from "./subscriptions.js";
import type { WantedLimits } from "./value-text.js";

/** What a client wants to be read for it again and again. */
export interface SamplingWishes {
  readonly names: readonly string[];
  readonly everyMs: number;
  /** Whether only what has changed is sent, and nothing where nothing has. */
  readonly onChange: boolean;
  readonly limits: WantedLimits;
}

/** Attributes that are read here every so often, and whose values are sent to one client. */
export class Sampling implements Sending, QueuedEventSource {
  readonly number: number;
  readonly #peer: Peer;
  readonly #connection: Connection;
  readonly #wishes: SamplingWishes;
  /** Digests of what was sent last, by name. */
  readonly #sent = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  #reader: BulkReader | undefined;
  /** Of outcomes that wait for the others of their round. */
  #chargedBytes = 0;
  #lost = 0;
  /** Samples left out since the last one, since the one before had not come to its end. */
  #skipped = 0;
  #isOver = false;

  constructor(peer: Peer, number: number, wishes: SamplingWishes) {
    this.number = number;
    this.#peer = peer;
    this.#connection = peer.connection;
    this.#wishes = wishes;
    this.#timer = setInterval(() => this.#tick(), wishes.everyMs).unref();
  }

  /** Takes the first sample now. */
  begin(): void {
    this.#tick();
  }

  end(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#reader?.stop();
    this.#charge(-this.#chargedBytes);
    this.#sent.clear();
    this.#connection.discardEvents(this);
  }

  countLost(count: number): void {
    this.#lost += count;
    // What the client was not told of must be told again, though it has not changed since.
    this.#sent.clear();
  }

  takeLossNotice(lostBefore: number): Buffer | undefined {
    const count = this.#lost + lostBefore;
    this.#lost = 0;
    if (count === 0) return undefined;
    return Buffer.from(encodeNotification("lost", `{"subscription":${this.number},"count":${count}}`));
  }

  #tick(): void {
    if (this.#isOver) return;
    if (this.#reader !== undefined) {
      this.#skipped += 1;
      return;
    }
    void this.#sample();
  }

  async #sample(): Promise<void> {
    const { names, limits } = this.#wishes;
    this.#reader = new BulkReader(this.#peer, limits, false, (bytes) => this.#charge(bytes));
    const items = await this.#reader.read(names, this.#connection.limits.requestTimeoutMs);
    this.#reader = undefined;
    if (this.#isOver) return;
    this.#charge(-this.#chargedBytes);
    this.#send(items);
  }

  #charge(bytes: number): void {
    this.#chargedBytes += bytes;
    this.#connection.account.charge(bytes);
  }

  #send(items: readonly BulkItem[]): void {
    const texts = items.flatMap((item) => {
      const text = encodeItem(item);
      if (!this.#wishes.onChange) return [text];
      const digest = digestText(text);
      if (this.#sent.get(item.name) === digest) return [];
      this.#sent.set(item.name, digest);
      return [text];
    });
    if (texts.length === 0) return;
    const skipped = this.#skipped > 0 ? `,"skipped":${this.#skipped}` : "";
    this.#skipped = 0;
    const params = `{"subscription":${this.number},"time":${Date.now() / 1000}${skipped},"items":[${texts.join(",")}]}`;
    this.#connection.sendEvent(Buffer.from(encodeNotification("sample", params)), this, 0);
  }
}
