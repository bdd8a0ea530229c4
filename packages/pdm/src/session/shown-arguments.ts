import type { ObjectDescription, OperationDescription, ParameterDescription } from "../objects/description.js";
import type { JsonSchema } from "../schema/json-schema.js";
import { MASK, showValue } from "./shown-value.js";

/** Schemas are searched for secrets to this depth. What is deeper counts as one. */
const MAX_SCHEMA_DEPTH = 16;

/**
 * The arguments of a call by their names, secrets masked, for an audit record. Undefined where nobody said what the
 * parameters are: then nobody said either that none is a secret.
 */
export function showArguments(
  operation: OperationDescription | undefined,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): string | undefined {
  const parameters = operation?.parameters;
  if (parameters === undefined) return undefined;
  const pieces: string[] = [];
  let known = 0;
  for (const [index, parameter] of parameters.entries()) {
    const isNamed = Object.hasOwn(kwargs, parameter.name);
    if (index >= args.length && !isNamed) continue;
    known += index < args.length && isNamed ? 2 : 1;
    const value = index < args.length ? args[index] : kwargs[parameter.name];
    pieces.push(`${parameter.name}: ${isSecret(parameter) ? MASK : showValue(value)}`);
  }
  const others = args.length + Object.keys(kwargs).length - known;
  if (others > 0) pieces.push(`(${others} that it does not have)`);
  return pieces.join(", ");
}

/** Whether any of its parameters is a secret, or holds one. */
export function takesSecret(operation: OperationDescription | undefined): boolean {
  return operation?.parameters?.some(isSecret) === true;
}

/** Whether the attribute's value is a secret, or holds one. */
export function isSecretAttribute(description: ObjectDescription): boolean {
  const { attribute } = description;
  return attribute?.secret === true || holdsSecret(attribute?.type, 0);
}

function isSecret({ secret, type }: ParameterDescription): boolean {
  return secret || holdsSecret(type, 0);
}

function holdsSecret(schema: JsonSchema | boolean | undefined, depth: number): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  if (schema["x-secret"] === true || depth > MAX_SCHEMA_DEPTH) return true;
  const { properties = {}, items, prefixItems = [], additionalProperties, anyOf = [] } = schema;
  return [...Object.values(properties), items, ...prefixItems, additionalProperties, ...anyOf].some((part) =>
    holdsSecret(part, depth + 1),
  );
}
