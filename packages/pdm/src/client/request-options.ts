import type { RemoteError } from "./errors.js";
import type { RemoteDescription } from "./remote-description.js";
import type { RequestOptions } from "./waiter.js";

/** How much of a value the server sends: what is beyond is a {@link Cut}, of which the client can fetch the rest. Over `rpc`. */
export interface RemoteValueLimits {
  /** Containers in containers. */
  readonly depth?: number | undefined;
  /** Items of each container. */
  readonly items?: number | undefined;
  /** Of the whole, as text. */
  readonly bytes?: number | undefined;
}

/** Options of `RemoteObject.read`. */
export interface ReadOptions extends RequestOptions {
  /** A part of the value alone: keys and indexes, the outermost first. Over `rpc`. */
  readonly path?: readonly (string | number)[] | undefined;
  /** {@inheritDoc RemoteValueLimits} */
  readonly limits?: RemoteValueLimits | undefined;
}

/** Options of `RemoteObject.write`. */
export interface WriteOptions extends RequestOptions {
  /** Writes only where the value is still this one; else the write rejects with ConflictError. */
  readonly expected?: unknown;
}

/** Options of `RemoteObject.invoke` and `RemoteObject.call`. */
export interface InvokeOptions extends RequestOptions {
  /** Arguments by name, beside those by position. */
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  /** {@inheritDoc RemoteValueLimits} */
  readonly limits?: RemoteValueLimits | undefined;
}

/** Options of `RemoteObject.subscribe`; the last three over `rpc`. */
export interface SubscribeOptions extends RequestOptions {
  /** Aborting gives the subscribing up, and later ends the stream. `timeoutMs` is for the subscribing only. */
  readonly signal?: AbortSignal | undefined;
  /** Events that wait for a reader before the oldest are lost; `limits.queuedEvents` by default, a whole number above 0. */
  readonly maxQueuedEvents?: number | undefined;
  /** Only events whose fields are these: for each field a value, or a JSON Schema that it fits. */
  readonly where?: Readonly<Record<string, unknown>> | undefined;
  /** At most one event in so many milliseconds; the others are left out, and the next event says how many were. */
  readonly minIntervalMs?: number | undefined;
  /** Whether only the newest event is kept where this connection is too slow for all. */
  readonly latestOnly?: boolean | undefined;
}

/** Options of `Client.list`: an object is listed where all of them hold. */
export interface ListOptions extends RequestOptions {
  /** Part of its name or of its description, in any case of letters. */
  readonly text?: string | undefined;
  /** Fields of its description: for each a value, or a JSON Schema that it fits. */
  readonly where?: Readonly<Record<string, unknown>> | undefined;
  /** A JSON Schema that its value fits now: attributes only, which are read for it. */
  readonly value?: unknown;
}

/** An object that was listed. */
export interface ListedObject {
  readonly name: string;
  readonly interfaces: readonly string[];
  readonly description: string | undefined;
}

/** Options of `Client.describe`. */
export interface DescribeOptions extends RequestOptions {
  /** Levels of entries below the object; 0 is the object alone, without it all are described. */
  readonly depth?: number | undefined;
}

/** What one object of a server says of itself. */
export interface ObjectDescription extends RemoteDescription {
  readonly name: string;
  readonly interfaces: readonly string[];
}

/** What a server's objects say of themselves. */
export interface ServerDescription {
  /** The same as long as the objects and what they say are the same. */
  readonly hash: string;
  readonly objects: readonly ObjectDescription[];
}

/** Options of `Client.readMany`. */
export interface ReadManyOptions extends RequestOptions {
  /** For each value. */
  readonly limits?: RemoteValueLimits | undefined;
}

/** One attribute of many: its value, or why it could not be read. */
export type ReadItem =
  | { readonly name: string; readonly value: unknown; readonly error?: undefined }
  | { readonly name: string; readonly error: RemoteError; readonly value?: undefined };

/** Options of `Client.sample`. `timeoutMs` is for the beginning only; aborting the signal later ends the sampling. */
export interface SampleOptions extends RequestOptions {
  /** Milliseconds from one reading to the next. */
  readonly everyMs: number;
  /** Whether only what has changed since the sample before is sent. */
  readonly onChange?: boolean | undefined;
  /** For each value. */
  readonly limits?: RemoteValueLimits | undefined;
  /** Samples that wait for a reader before the oldest are lost; `limits.queuedEvents` by default, a whole number above 0. */
  readonly maxQueuedSamples?: number | undefined;
}

/** Options of `Client.fetch`. */
export interface FetchOptions extends RequestOptions {
  /** {@inheritDoc RemoteValueLimits} */
  readonly limits?: RemoteValueLimits | undefined;
}
