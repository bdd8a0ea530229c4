import { decodeMeasured } from "../../json/decode.js";
import type { StreamGap, StreamQueue } from "../stream-queue.js";
import { takeValue, type Outcome, type RequestOptions } from "../waiter.js";
import type { NoticeSink, RpcChannel } from "./channel.js";
import type { Resumable, RpcLink } from "./link.js";
import { readCount } from "./fields.js";
import type { RpcRequest } from "./request.js";

/** What is subscribed to, and how its notifications are read. */
export interface SubscriptionOptions<T> {
  readonly method: "subscribe" | "sample";
  readonly target: string;
  /** As JSON text, without the braces. */
  readonly params: string;
  readonly queue: StreamQueue<T>;
  /** The item of a notification. @throws any error for one that makes no sense: the connection is then closed */
  readonly readItem: (params: Readonly<Record<string, unknown>>, decode: (form: unknown) => unknown) => T;
  /** Whether each event that happens is sent, so that those between two of their numbers are lost. */
  readonly isComplete: boolean;
}

/** Bytes of memory that a notification takes beside the value in it. */
const NOTICE_BYTES = 256;

/** What one stream here is sent: one subscription or sampling on the server, taken up again after each loss. */
export class RpcSubscription<T> implements NoticeSink, Resumable {
  readonly #link: RpcLink;
  readonly #options: SubscriptionOptions<T>;
  /** Where it stands, and under which number. */
  #standing: { readonly channel: RpcChannel; readonly number: number } | undefined;
  /** The number of the last event, received or not, as far as it is known. */
  #sequence: number | undefined;
  #open = true;

  constructor(link: RpcLink, options: SubscriptionOptions<T>) {
    this.#link = link;
    this.#options = options;
  }

  /** Resolves when it stands; items go to the queue from then on, or a little earlier. */
  async start(options: RequestOptions): Promise<void> {
    takeValue(await this.#link.request(this.#createRequest(), options));
    if (this.#open) this.#link.keep(this);
  }

  /** No more items. */
  stop(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#link.drop(this);
    this.#leave();
  }

  receive(method: string, params: Readonly<Record<string, unknown>>, _bytes: number): void {
    const { queue, readItem } = this.#options;
    if (method === "lost") {
      queue.noteLost(readCount(params["count"], "count"));
      return;
    }
    const { valueDepth, valueNodes, valueMs } = this.#link.limits;
    let memoryBytes = NOTICE_BYTES;
    const item = readItem(params, (form) => {
      const decoded = decodeMeasured(form, { maxDepth: valueDepth, maxNodes: valueNodes, maxMs: valueMs });
      memoryBytes += decoded.memoryBytes;
      return decoded.value;
    });
    const { sequence } = params;
    this.#sequence = typeof sequence === "number" ? sequence : undefined;
    queue.push(item, memoryBytes);
  }

  resume(channel: RpcChannel, restarted: boolean): void {
    void this.#resume(channel, restarted);
  }

  end(makeError: (() => unknown) | undefined): void {
    this.#open = false;
    this.#options.queue.end(makeError);
  }

  /** Never rejects. */
  async #resume(channel: RpcChannel, restarted: boolean): Promise<void> {
    const before = this.#sequence;
    const request = this.#createRequest((now) => this.#options.queue.noteGap(this.#measureGap(before, now, restarted)));
    const outcome: Outcome<unknown> = await channel.request(request, {});
    // A connection that is lost again is taken up again later.
    if (!this.#open || outcome.kind === "returned" || !channel.connection.isOpen) return;
    this.#link.drop(this);
    this.end(outcome.makeError);
  }

  /** @param onStanding called before the first item, with the number of the last event so far */
  #createRequest(onStanding?: (sequence: number | undefined) => void): RpcRequest<void> {
    const { method, target, params } = this.#options;
    return {
      method,
      target,
      params,
      readResult: ({ subscription, sequence }, channel) => {
        const number = readCount(subscription, "subscription");
        if (!this.#open) {
          channel.notify("unsubscribe", `"subscription":${number}`);
          return;
        }
        channel.listen(number, this);
        this.#standing = { channel, number };
        this.#sequence = typeof sequence === "number" ? sequence : undefined;
        onStanding?.(this.#sequence);
      },
      discard: () => this.stop(),
    };
  }

  #measureGap(before: number | undefined, now: number | undefined, restarted: boolean): StreamGap {
    const isCounted = !restarted && before !== undefined && now !== undefined && now >= before;
    if (!isCounted) return { lost: undefined, restarted };
    const happened = now - before;
    // Which of them would have been sent is known only where all are, or none happened.
    return { lost: this.#options.isComplete || happened === 0 ? happened : undefined, restarted };
  }

  #leave(): void {
    const { channel, number } = this.#standing ?? {};
    this.#standing = undefined;
    if (channel !== undefined && number !== undefined) channel.unlisten(number);
  }
}
