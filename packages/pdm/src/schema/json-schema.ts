/** Values that JSON lacks, which the keyword `x-value` names. A `stream` is what an operation takes or returns piece by piece. */
export type ValueKind = "bigint" | "bytes" | "date" | "error" | "map" | "set" | "stream" | "undefined";

/** The names that the keyword `type` takes. */
export type JsonTypeName = "array" | "boolean" | "integer" | "null" | "number" | "object" | "string";

/**
 * A type as data: this part of JSON Schema 2020-12 and no other keyword, and three of our own, which begin with `x-` as that
 * specification wishes. A keyword that does not apply to a value's type is ignored for that value.
 */
export interface JsonSchema {
  readonly type?: JsonTypeName | readonly JsonTypeName[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  /** Of numbers, and of bigints. */
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  /** Characters (code points) of a string. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Of a string; a regular expression with the flag `u`, not anchored. */
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly prefixItems?: readonly JsonSchema[];
  /** Of an array behind `prefixItems`; of a `set`. False: there are none. */
  readonly items?: JsonSchema | false;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** Of an object's properties that `properties` does not name; of the values of a `map`. */
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];

  /** For people and programs that show values; no part of the check. */
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly deprecated?: boolean;
  readonly format?: string;
  readonly $comment?: string;
  readonly $schema?: string;

  /** In place of `type`: the value is of a kind that JSON lacks. */
  readonly "x-value"?: ValueKind;
  /** Of a parameter: may be left out, though it has no default. */
  readonly "x-optional"?: boolean;
  /** Of a parameter: its value is shown nowhere. */
  readonly "x-secret"?: boolean;
}
