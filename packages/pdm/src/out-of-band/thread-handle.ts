import { Worker } from "node:worker_threads";
import { WATCHDOG_LIMITS } from "../limits.js";
import type { Answer, News, Order, Reply, ThreadData, Wish } from "./messages.js";

type NewOrder = Order extends infer Kind ? (Kind extends Order ? Omit<Kind, "order"> : never) : never;

/** It answers a few requests, of which a CPU profile is the largest. More would be a fault; then the thread ends, not the process. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: WATCHDOG_LIMITS.heapMegabytes, maxYoungGenerationSizeMb: 2 };

/** What the thread tells by itself. */
export interface ThreadOwner {
  /** See {@link Wish}; returns whether something was ended. */
  onWish(wish: Wish): boolean;
  onNews(news: News): void;
  /** The thread has ended by itself. */
  onFailure(error: Error): void;
}

/** The thread beside the main one, as this one knows it. It never keeps the process alive. */
export class OutOfBandThread {
  readonly #worker: Worker;
  readonly #orders = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>();
  #last = 0;
  #failure: Error | undefined;

  /** @throws where no thread can be started */
  constructor(source: URL | string, data: ThreadData, owner: ThreadOwner) {
    this.#worker = new Worker(source, {
      eval: typeof source === "string",
      name: "pdm out-of-band",
      workerData: data,
      // What the service was started with is not for this thread.
      argv: [],
      env: {},
      execArgv: [],
      resourceLimits: RESOURCE_LIMITS,
    });
    this.#worker.on("message", (message: Reply | Wish | News) => {
      if (message.kind === "wish") {
        this.#post({ kind: "answer", wish: message.wish, ended: owner.onWish(message) });
        return;
      }
      if (message.kind !== "reply") {
        owner.onNews(message);
        return;
      }
      this.#orders.get(message.order)?.resolve(message);
      this.#orders.delete(message.order);
    });
    const fail = (error: Error): void => {
      if (this.#failure !== undefined) return;
      this.#failure = error;
      for (const order of this.#orders.values()) order.reject(error);
      this.#orders.clear();
      owner.onFailure(error);
    };
    this.#worker.on("error", fail);
    this.#worker.on("exit", () => fail(new Error("the thread has ended")));
    // Behind the listener for messages, which would take it back.
    this.#worker.unref();
  }

  /** @returns what the thread answers @throws Error with its reason */
  async order(order: NewOrder): Promise<Reply> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#last += 1;
    const number = this.#last;
    const reply = await new Promise<Reply>((resolve, reject) => {
      this.#orders.set(number, { resolve, reject });
      this.#post({ ...order, order: number });
    });
    if (reply.failure !== undefined) throw new Error(reply.failure);
    return reply;
  }

  /** Ends it, with its connections. */
  async end(): Promise<void> {
    this.#failure = new Error("the thread is ended");
    await this.#worker.terminate();
  }

  #post(message: Order | Answer): void {
    this.#worker.postMessage(message);
  }
}
