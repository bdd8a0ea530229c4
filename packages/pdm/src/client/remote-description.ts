import type { JsonSchema } from "../schema/json-schema.js";

/** What doing something amounts to, as the server grants it; later servers may have more. */
export type RemoteEffect = "read" | "change" | "destroy" | "expose" | "execute" | (string & {});

/** What an attribute says of its value. */
export interface RemoteAttribute {
  readonly type?: JsonSchema;
  /** A UCUM unit as OpenTelemetry uses them: `By`, `ms`, `1`, `{request}`. */
  readonly unit?: string;
  /** `gauge`, `counter`, `text` or `state`. */
  readonly kind?: string;
  readonly writable?: boolean;
  /** Whether its value must be shown to few. */
  readonly secret?: boolean;
  /** Of reading. */
  readonly effect?: RemoteEffect;
}

/** One parameter of an operation, in the order of positional arguments. */
export interface RemoteParameter {
  readonly name: string;
  readonly type: JsonSchema;
  readonly required: boolean;
  readonly secret?: boolean;
}

/** What an operation says of a call. */
export interface RemoteOperation {
  readonly description?: string;
  readonly effect?: RemoteEffect;
  /** Undefined where nobody described them. */
  readonly parameters?: readonly RemoteParameter[];
  readonly returns?: JsonSchema;
  /** Whether it should no longer be used; a text says what to use instead. */
  readonly deprecated?: boolean | string;
}

/** What an event source says of its events. */
export interface RemoteEventSource {
  /** Of the payload. */
  readonly type?: JsonSchema;
  readonly effect?: RemoteEffect;
}

/** What reading an attribute took, as the server measured. */
export interface RemoteCost {
  readonly reads: number;
  readonly meanMs: number;
  readonly lastMs: number;
}

/**
 * What an object says of itself. Over `perf` there is little: `description`, and whatever `fields` has; over `rpc` what the
 * object was declared with.
 */
export interface RemoteDescription {
  /** A sentence or two for people; undefined where nobody wrote one. */
  readonly description: string | undefined;
  readonly deprecated?: boolean | string;
  readonly attribute?: RemoteAttribute;
  /** By name; one that is called without a name is `call`. */
  readonly operations?: Readonly<Record<string, RemoteOperation>>;
  readonly event?: RemoteEventSource;
  readonly cost?: RemoteCost;
  /** All fields that the other side sent, those above too; frozen and without prototype. */
  readonly fields: Readonly<Record<string, unknown>>;
}
