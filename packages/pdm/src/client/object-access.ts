import type { ReceivedEvent, StreamQueue } from "./stream-queue.js";
import type { InvokeOptions, ReadOptions, SubscribeOptions, WriteOptions } from "./request-options.js";
import type { RemoteDescription } from "./remote-description.js";
import type { Outcome, RequestOptions } from "./waiter.js";

/** Arguments of a call: by position, or by name. */
export type CallArguments = readonly unknown[] | Readonly<Record<string, unknown>>;

/** Whether they are arguments by position. */
export function isPositional(args: CallArguments): args is readonly unknown[] {
  return Array.isArray(args);
}

/**
 * How one protocol reaches one object; `perf/object.ts` and `rpc/object.ts` are the two. Whoever calls has checked that the
 * object speaks the interface.
 *
 * The three requests that programs make most often resolve with how they ended instead of rejecting: the error is then made
 * where they are awaited, and one promise is all that they cost.
 */
export interface ObjectAccess {
  /** The object's name for messages. */
  readonly target: string;
  readonly interfaces: readonly string[];
  /** An entry, held anew. */
  lookUp(name: string, options: RequestOptions): Promise<ObjectAccess>;
  list(options: RequestOptions): Promise<string[]>;
  describe(options: RequestOptions): Promise<RemoteDescription | undefined>;
  read(options: ReadOptions): Promise<Outcome<unknown>>;
  /** Its value before. */
  write(value: unknown, options: WriteOptions): Promise<Outcome<unknown>>;
  invoke(method: string, args: CallArguments, options: InvokeOptions): Promise<Outcome<unknown>>;
  /** Resolves when the subscription stands: events go to `queue` from then on, or a little earlier. What it resolves with ends that. */
  subscribe(queue: StreamQueue<ReceivedEvent>, options: SubscribeOptions): Promise<() => void>;
  /** Lets go of the object, and ends what is subscribed to through it. */
  release(): void;
}
