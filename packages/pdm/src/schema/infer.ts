import type { JsonSchema, JsonTypeName, ValueKind } from "./json-schema.js";
import type { StandardValidator } from "./standard-schema.js";

/** What a declaration's type may be: a schema, or a validator of another library that can also say its JSON Schema. */
// oxlint-disable-next-line typescript/no-explicit-any -- a validator of whatever types
export type TypeSource = JsonSchema | StandardValidator<any, any>;

/**
 * The TypeScript type of the values of a type source: of a schema that is known as a literal (`as const`, or an argument of
 * the functions that declare objects), or of a validator's output. Where a schema says nothing that TypeScript can, `unknown`.
 */
export type InferType<S> =
  S extends StandardValidator<infer _Input, infer Output>
    ? Output
    : S extends JsonSchema
      ? // A schema that is known only as one.
        JsonSchema extends S
        ? unknown
        : S extends { readonly const: infer Constant }
          ? Constant
          : S extends { readonly enum: readonly (infer Constant)[] }
            ? Constant
            : S extends { readonly anyOf: readonly (infer Alternative)[] }
              ? InferType<Alternative> & InferredParts<S>["own"]
              : InferredParts<S>["own"]
      : unknown;

/** The same of what a client sends: what a validator takes, before it has changed it. */
export type InferInput<S> = S extends StandardValidator<infer Input, infer _Output> ? Input : InferType<S>;

/** The steps of {@link InferType} for one schema. */
export interface InferredParts<S extends JsonSchema> {
  /** What `type` or `x-value` says. */
  own: S extends { readonly "x-value": infer Kind extends ValueKind }
    ? InferredParts<S>["kinds"][Kind]
    : S extends { readonly type: infer Name extends JsonTypeName }
      ? InferredParts<S>["types"][Name]
      : S extends { readonly type: readonly (infer Name extends JsonTypeName)[] }
        ? InferredParts<S>["types"][Name]
        : unknown;

  types: {
    array: InferredParts<S>["array"];
    boolean: boolean;
    integer: number;
    null: null;
    number: number;
    object: InferredParts<S>["object"];
    string: string;
  };

  kinds: {
    bigint: bigint;
    bytes: Uint8Array;
    date: Date;
    error: Error;
    map: ReadonlyMap<unknown, InferredParts<S>["others"]>;
    set: ReadonlySet<InferredParts<S>["items"]>;
    stream: AsyncIterable<unknown>;
    undefined: undefined;
  };

  /** The items that `prefixItems` names may be missing, unless `minItems` is their number. */
  array: S extends { readonly prefixItems: infer Prefix extends readonly JsonSchema[] }
    ? readonly [
        ...(S extends { readonly minItems: Prefix["length"] }
          ? { -readonly [Place in keyof Prefix]: InferType<Prefix[Place]> }
          : { -readonly [Place in keyof Prefix]?: InferType<Prefix[Place]> }),
        ...(S extends { readonly items: false } ? [] : InferredParts<S>["items"][]),
      ]
    : readonly InferredParts<S>["items"][];

  items: S extends { readonly items: infer Item extends JsonSchema } ? InferType<Item> : unknown;

  object: S extends { readonly properties: infer Properties extends Readonly<Record<string, JsonSchema>> }
    ? // One type instead of an intersection, so that editors show it as a person would write it.
      {
        readonly [Name in keyof Properties as Name extends InferredParts<S>["required"] ? Name : never]: InferType<
          Properties[Name]
        >;
      } & {
        readonly [Name in keyof Properties as Name extends InferredParts<S>["required"] ? never : Name]?:
          | InferType<Properties[Name]>
          | undefined;
      } & (S extends { readonly additionalProperties: JsonSchema }
          ? { readonly [name: string]: unknown }
          : unknown) extends infer Whole
      ? { [Name in keyof Whole]: Whole[Name] }
      : never
    : S extends { readonly additionalProperties: false }
      ? { readonly [name: string]: never }
      : S extends { readonly additionalProperties: JsonSchema }
        ? { readonly [name: string]: InferredParts<S>["others"] }
        : // What has an interface or a class as its type goes with this, as it does not with an index of `unknown`.
          // oxlint-disable-next-line typescript/no-explicit-any -- so says TypeScript
          { readonly [name: string]: any };

  required: S extends { readonly required: readonly (infer Name)[] } ? Name : never;

  /** Properties that are not named. */
  others: S extends { readonly additionalProperties: infer Other extends JsonSchema } ? InferType<Other> : unknown;
}
