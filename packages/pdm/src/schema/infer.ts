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
  S extends StandardValidator<infer _Input, infer Output> ? Output : S extends JsonSchema ? InferSchema<S> : unknown;

/** The same of what a client sends: what a validator takes, before it has changed it. */
export type InferInput<S> = S extends StandardValidator<infer Input, infer _Output> ? Input : InferType<S>;

type InferSchema<S extends JsonSchema> =
  // A schema that is known only as one.
  JsonSchema extends S
    ? unknown
    : S extends { readonly const: infer Constant }
      ? Constant
      : S extends { readonly enum: readonly (infer Constant)[] }
        ? Constant
        : S extends { readonly anyOf: readonly (infer Alternative)[] }
          ? InferType<Alternative> & InferOwn<S>
          : InferOwn<S>;

/** What `type` or `x-value` says. */
type InferOwn<S extends JsonSchema> = S extends { readonly "x-value": infer Kind extends ValueKind }
  ? InferKind<S, Kind>
  : S extends { readonly type: infer Name extends JsonTypeName }
    ? InferNamed<S, Name>
    : S extends { readonly type: readonly (infer Name extends JsonTypeName)[] }
      ? InferNamed<S, Name>
      : unknown;

/** Of several names: the union. */
type InferNamed<S extends JsonSchema, Name extends JsonTypeName> = Name extends "object"
  ? InferObject<S>
  : Name extends "array"
    ? InferArray<S>
    : SimpleTypes[Exclude<Name, "array" | "object">];

interface SimpleTypes {
  boolean: boolean;
  integer: number;
  null: null;
  number: number;
  string: string;
}

type InferKind<S extends JsonSchema, Kind extends ValueKind> = {
  bigint: bigint;
  bytes: Uint8Array;
  date: Date;
  error: Error;
  map: ReadonlyMap<unknown, InferOthers<S>>;
  set: ReadonlySet<InferItems<S>>;
  stream: AsyncIterable<unknown>;
  undefined: undefined;
}[Kind];

type InferItems<S extends JsonSchema> = S extends { readonly items: infer Item extends JsonSchema }
  ? InferType<Item>
  : unknown;

/** The items that `prefixItems` names may be missing, unless `minItems` is their number. */
type InferArray<S extends JsonSchema> = S extends { readonly prefixItems: infer Prefix extends readonly JsonSchema[] }
  ? readonly [
      ...(S extends { readonly minItems: Prefix["length"] } ? InferEach<Prefix> : Partial<InferEach<Prefix>>),
      ...(S extends { readonly items: false } ? [] : InferItems<S>[]),
    ]
  : readonly InferItems<S>[];

type InferEach<Prefix extends readonly JsonSchema[]> = Prefix extends readonly [
  infer First,
  ...infer Rest extends readonly JsonSchema[],
]
  ? [InferType<First>, ...InferEach<Rest>]
  : [];

/** Of properties that are not named. */
type InferOthers<S extends JsonSchema> = S extends { readonly additionalProperties: infer Other extends JsonSchema }
  ? InferType<Other>
  : unknown;

type InferObject<S extends JsonSchema> = S extends {
  readonly properties: infer Properties extends Readonly<Record<string, JsonSchema>>;
}
  ? InferProperties<Properties, RequiredNames<S>> &
      (S extends { readonly additionalProperties: JsonSchema } ? { readonly [name: string]: unknown } : unknown)
  : S extends { readonly additionalProperties: false }
    ? { readonly [name: string]: never }
    : S extends { readonly additionalProperties: JsonSchema }
      ? { readonly [name: string]: InferOthers<S> }
      : AnyObject;

/** What has an interface or a class as its type goes with this, as it does not with an index of `unknown`. */
// oxlint-disable-next-line typescript/no-explicit-any -- so says TypeScript
type AnyObject = { readonly [name: string]: any };

type RequiredNames<S extends JsonSchema> = S extends { readonly required: readonly (infer Name)[] } ? Name : never;

/** One type instead of an intersection, so that editors show it as a person would write it. */
type InferProperties<Properties, Required> = Flatten<
  { readonly [Name in keyof Properties as Name extends Required ? Name : never]: InferType<Properties[Name]> } & {
    readonly [Name in keyof Properties as Name extends Required ? never : Name]?:
      | InferType<Properties[Name]>
      | undefined;
  }
>;

type Flatten<T> = { [Name in keyof T]: T[Name] };
