/**
 * A validator of another library, as far as this package uses it: the interfaces `StandardSchemaV1` and
 * `StandardJSONSchemaV1` of standardschema.dev, which zod (4.2), ArkType, Valibot and others implement.
 */
export interface StandardValidator<Input = unknown, Output = Input> {
  readonly "~standard": StandardValidatorParts<Input, Output>;
}

/** What stands under `~standard`. */
export interface StandardValidatorParts<Input = unknown, Output = Input> {
  readonly version: 1;
  /** The name of the library. */
  readonly vendor: string;
  readonly validate: (value: unknown) => StandardValidatorResult<Output> | PromiseLike<StandardValidatorResult<Output>>;
  /** May throw for what JSON Schema cannot say. */
  readonly jsonSchema: {
    readonly input: (options: StandardJsonSchemaOptions) => Record<string, unknown>;
    readonly output: (options: StandardJsonSchemaOptions) => Record<string, unknown>;
  };
  /** Never there at run time. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
}

/** Which JSON Schema is wanted. */
export interface StandardJsonSchemaOptions {
  readonly target: "draft-2020-12";
  readonly libraryOptions?: Record<string, unknown> | undefined;
}

/** What a validator makes of a value. */
export type StandardValidatorResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One complaint of a validator. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Whether `source` is a validator of whatever library; some are functions. */
export function isStandardSchema(source: unknown): source is { readonly "~standard": Partial<StandardValidatorParts> } {
  if (source === null || (typeof source !== "object" && typeof source !== "function")) return false;
  const standard: unknown = (source as { "~standard"?: unknown })["~standard"];
  return typeof standard === "object" && standard !== null;
}
