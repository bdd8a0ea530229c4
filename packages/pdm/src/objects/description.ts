import type { JsonSchema } from "../schema/json-schema.js";

/**
 * What doing something with an object amounts to; rights are granted on it.
 *
 * - `read`: looks, and changes nothing
 * - `change`: changes something that can be changed back
 * - `destroy`: something is gone afterwards
 * - `expose`: reveals what not everybody should see, such as a secret or a picture of the memory
 * - `execute`: runs what the caller gives, or nobody has said what it does
 */
export type Effect = "read" | "change" | "destroy" | "expose" | "execute";

/** The effects, the mildest first. */
export const EFFECTS: readonly Effect[] = ["read", "change", "destroy", "expose", "execute"];

/** What an attribute's value is to whoever watches it. */
export type AttributeKind = "gauge" | "counter" | "text" | "state";

/** What an object says of itself: plain data, which must not change while the object is exposed. */
export interface ObjectDescription {
  /** One or two sentences for the operator. */
  readonly description?: string;
  /** Whether it should no longer be used; a text says what to use instead. */
  readonly deprecated?: boolean | string;
  /** Where the object is an attribute. */
  readonly attribute?: AttributeDescription;
  /** Where it is invocable: by the name of the method. */
  readonly operations?: Readonly<Record<string, OperationDescription>>;
  /** Where it is an event source. */
  readonly event?: EventDescription;
}

/** What an attribute says of its value. */
export interface AttributeDescription {
  /** Minimum, maximum, allowed values and default are in here. */
  readonly type?: JsonSchema;
  /** A UCUM unit as OpenTelemetry uses them: `By`, `ms`, `1`, `{request}`. */
  readonly unit?: string;
  readonly kind?: AttributeKind;
  /** Whether its value must be shown to few: then reading has the effect `expose` unless `effect` says otherwise, and no record holds it. */
  readonly secret?: boolean;
  /** Of reading; `read` where nothing is said. */
  readonly effect?: Effect;
  /** Of writing; `change` where nothing is said. */
  readonly writeEffect?: Effect;
}

/** What an operation says of a call. */
export interface OperationDescription {
  readonly description?: string;
  readonly deprecated?: boolean | string;
  /** `execute` where nothing is said, since then nobody knows. */
  readonly effect?: Effect;
  /** In the order of positional arguments. Undefined where nobody described them. */
  readonly parameters?: readonly ParameterDescription[];
  readonly returns?: JsonSchema;
}

/** One parameter of an operation. */
export interface ParameterDescription {
  readonly name: string;
  /** Its description and default are in here. */
  readonly type: JsonSchema;
  readonly required: boolean;
  /** Whether its value is shown nowhere. */
  readonly secret: boolean;
}

/** What an event source says of its events. */
export interface EventDescription {
  /** Of the payload. */
  readonly type?: JsonSchema;
  /** Of subscribing; `read` where nothing is said. */
  readonly effect?: Effect;
}
