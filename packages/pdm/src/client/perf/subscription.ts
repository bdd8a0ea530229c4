import { Tuple } from "../../pickle/values.js";
import { HandleClosedError } from "../errors.js";
import type { ReceivedEvent, StreamQueue } from "../stream-queue.js";
import type { EventSink, PerfChannel } from "./channel.js";
import { readPythonObject, type PythonObject } from "./python-object.js";
import type { RequestDescription } from "./failure.js";
import { LOSS_FIELD } from "../../wire/loss-notice.js";
import { takeValue, type Outcome, type RequestOptions, type Waiter } from "../waiter.js";

/**
 * The one subscription that an id can have on the server, shared by all streams of this side: `subs` when the first
 * stream comes, `unsubs` when the last has gone. The server never sees a second `subs`, nor an `unsubs` without
 * one: some servers answer these twice, or close.
 */
export class Subscription implements EventSink {
  readonly #channel: PerfChannel;
  readonly #id: number;
  readonly #request: RequestDescription;
  readonly #queues = new Set<StreamQueue<ReceivedEvent>>();
  readonly #waiters = new Set<Waiter<unknown>>();
  #state: "none" | "asked" | "standing" = "none";
  /** Subscriptions that were ended, but whose events may still be on their way. */
  #ending = 0;

  constructor(channel: PerfChannel, id: number, target: string) {
    this.#channel = channel;
    this.#id = id;
    this.#request = { kind: "subs", target };
  }

  /** Resolves when the subscription stands; events go to `queue` from then on, or a little earlier. */
  async add(queue: StreamQueue<ReceivedEvent>, options: RequestOptions): Promise<void> {
    const waiter = this.#channel.createWaiter<unknown>(options, this.#request);
    if (!waiter.settled) this.#join(queue, waiter);
    try {
      takeValue(await waiter.outcome);
    } catch (error) {
      this.remove(queue);
      throw error;
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  /** No more events for `queue`. */
  remove(queue: StreamQueue<ReceivedEvent>): void {
    if (this.#queues.delete(queue)) this.#leaveUnwanted();
  }

  /** The object is being unbound, which ends the subscription on the server too. */
  end(): void {
    this.#channel.unlisten(this.#id);
    this.#state = "none";
    const makeError = (): Error =>
      new HandleClosedError(`${this.#request.target} was closed here while it was subscribed to`);
    for (const waiter of this.#waiters) waiter.settle({ kind: "failed", makeError });
    for (const queue of this.#queues) queue.end();
    this.#queues.clear();
  }

  receive(event: unknown, memoryBytes: number): void {
    if (this.#ending > 0) return;
    const object = readPythonObject(event);
    const lost = readLossNotice(object);
    const { pythonClass: className, fields } = object;
    const { time } = fields;
    const received: ReceivedEvent = {
      className,
      fields,
      value: event,
      sequence: undefined,
      time: typeof time === "number" ? time : undefined,
      skipped: 0,
    };
    for (const queue of this.#queues) {
      if (lost === undefined) queue.push(received, memoryBytes);
      else queue.noteLost(lost);
    }
  }

  lose(): void {
    const { connection } = this.#channel;
    // Closing the connection here ends the streams as closing them would; losing it is an error.
    const makeError = connection.wasClosedHere ? undefined : () => connection.makeLostError();
    for (const queue of this.#queues) queue.end(makeError);
    this.#queues.clear();
    this.#state = "none";
  }

  #join(queue: StreamQueue<ReceivedEvent>, waiter: Waiter<unknown>): void {
    this.#queues.add(queue);
    if (this.#state === "standing") {
      waiter.settle({ kind: "returned", value: undefined });
      return;
    }
    this.#waiters.add(waiter);
    if (this.#state === "asked") return;
    this.#state = "asked";
    this.#channel.listen(this.#id, this);
    this.#channel.submit(Tuple.of<unknown>("subs", this.#id), this.#request, {
      settle: (outcome) => this.#conclude(outcome),
    });
  }

  #conclude(outcome: Outcome<unknown>): void {
    // The object may have been unbound meanwhile.
    if (this.#state !== "asked") return;
    this.#state = outcome.kind === "returned" ? "standing" : "none";
    if (this.#state === "none") this.#channel.unlisten(this.#id);
    for (const waiter of this.#waiters) waiter.settle(outcome);
    this.#leaveUnwanted();
  }

  #leaveUnwanted(): void {
    if (this.#queues.size > 0 || this.#state !== "standing") return;
    this.#state = "none";
    this.#ending += 1;
    this.#channel.dismiss(Tuple.of<unknown>("unsubs", this.#id), () => (this.#ending -= 1));
  }
}

/**
 * How many events a server says that it lost: our servers send an event with this field alone, next to the time, just
 * before the next event.
 */
function readLossNotice({ pythonClass, fields }: PythonObject): number | undefined {
  const lost = fields[LOSS_FIELD];
  if (pythonClass !== "pdm.perf.event" || typeof lost !== "number" || !Number.isSafeInteger(lost) || lost < 1) {
    return undefined;
  }
  return Object.keys(fields).every((name) => name === LOSS_FIELD || name === "time") ? lost : undefined;
}
