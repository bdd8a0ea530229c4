import { compileSchema } from "./check.js";
import type { Check } from "./check.js";
import { pickDescribedPart } from "./described-part.js";
import { describeKey, showValue } from "./fault.js";
import type { SchemaFault } from "./fault.js";
import { refuseIdleKeywords } from "./idle-keyword.js";
import type { TypeSource } from "./infer.js";
import type { JsonSchema } from "./json-schema.js";
import { SchemaError } from "./schema-error.js";
import { isStandardSchema } from "./standard-schema.js";
import type { StandardIssue, StandardValidator, StandardValidatorResult } from "./standard-schema.js";

/** What came of a value: itself, or what a validator made of it; or why it does not fit. */
export type Verdict = { readonly value: unknown; readonly fault?: undefined } | { readonly fault: SchemaFault };

/** A type source, ready for use. */
export interface Validator {
  /** For descriptions; where the source is another library's validator, what the subset can say of it. */
  readonly schema: JsonSchema;
  /** Pending only where another library's validator is. What that throws passes through. */
  readonly check: (value: unknown) => Verdict | PromiseLike<Verdict>;
  /** Whether a value may be left out. */
  readonly isOptional: boolean;
}

/** Which values a source is asked about: those that come in, or those that go out, which a validator may have changed. */
export type Direction = "input" | "output";

/**
 * Makes a validator of a declaration's type.
 *
 * @param place what the type is called in complaints, such as `params.quantity`
 * @throws SchemaError for a schema outside of the subset, a keyword that says nothing of the schema's type, a default that does
 * not fit, and a validator without JSON Schema
 */
export function createValidator(source: TypeSource, place: string, direction: Direction = "input"): Validator {
  if (isStandardSchema(source)) return createFromStandard(source, place, direction);
  const check = compileSchema(source, place);
  refuseIdleKeywords(source, place);
  const fault = source.default === undefined ? undefined : check(source.default);
  if (fault !== undefined) throw new SchemaError(`${place}.default${fault.place}`, fault.problem);
  return {
    schema: source,
    check: (value) => judge(check, value),
    isOptional: source.default !== undefined || source["x-optional"] === true,
  };
}

function judge(check: Check, value: unknown): Verdict {
  const fault = check(value);
  return fault === undefined ? { value } : { fault };
}

type Unproven = { readonly "~standard": Partial<StandardValidator["~standard"]> };

function createFromStandard(source: Unproven, place: string, direction: Direction): Validator {
  const standard = source["~standard"];
  const { validate } = standard;
  if (typeof validate !== "function") throw new SchemaError(place, "the validator has no function to validate with");
  const schema = describeStandard(standard, place, direction);
  if (direction === "output") return { schema, check: judge.bind(undefined, compileSchema(schema)), isOptional: false };
  return {
    schema,
    check: (value) => {
      const result = validate(value);
      return isPromiseLike(result) ? result.then(translateResult) : translateResult(result);
    },
    isOptional: acceptsUndefined(validate),
  };
}

/** The JSON Schema of another library's validator, as far as the subset goes. */
function describeStandard(standard: Unproven["~standard"], place: string, direction: Direction): JsonSchema {
  const convert = standard.jsonSchema?.[direction];
  const vendor = String(standard.vendor);
  if (typeof convert !== "function") {
    throw new SchemaError(
      place,
      `the validator of ${vendor} cannot say its JSON Schema ("~standard".jsonSchema): zod can from 4.2 on; or give a schema instead`,
    );
  }
  try {
    // Else zod throws for what JSON lacks, such as dates, instead of leaving it open.
    const libraryOptions = vendor === "zod" ? { unrepresentable: "any" } : undefined;
    return pickDescribedPart(convert({ target: "draft-2020-12", libraryOptions }));
  } catch (error) {
    throw new SchemaError(place, `the validator of ${vendor} cannot say its JSON Schema: ${String(error)}`);
  }
}

function translateResult(result: StandardValidatorResult<unknown>): Verdict {
  if (result.issues === undefined) return { value: result.value };
  const [issue] = result.issues;
  return {
    fault: {
      place: (issue?.path ?? []).map(describeStep).join(""),
      problem: `is refused: ${issue?.message ?? "the validator says no more"}`,
      wanted: "is refused by its validator",
    },
  };
}

function describeStep(step: NonNullable<StandardIssue["path"]>[number]): string {
  const key = typeof step === "object" ? step.key : step;
  return typeof key === "number" ? `[${key}]` : typeof key === "symbol" ? `[${showValue(key)}]` : describeKey(key);
}

/** Asked once, when the type is declared; one that has to be waited for counts as a no. */
function acceptsUndefined(validate: StandardValidator["~standard"]["validate"]): boolean {
  try {
    const result = validate(undefined);
    if (!isPromiseLike(result)) return result.issues === undefined;
    result.then(undefined, () => undefined);
    return false;
  } catch {
    return false;
  }
}

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown }).then === "function";
}
