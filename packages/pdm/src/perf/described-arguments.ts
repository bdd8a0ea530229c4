import type { OperationDescription, ParameterDescription } from "../objects/description.js";
import type { PerfRequest } from "./request.js";

type Invocation = Pick<PerfRequest & { kind: "invoke" }, "args" | "kwargs">;
type Schema = ParameterDescription["type"];

/**
 * The arguments as an operation has described them: a dict of Python is a Map here, and becomes an object where the parameter's
 * type says that it is one. What does not fit stays as it is: the operation says what is wrong with it.
 */
export function adaptArguments({ args, kwargs }: Invocation, operation: OperationDescription | undefined): Invocation {
  const parameters = operation?.parameters;
  if (parameters === undefined) return { args, kwargs };
  const named = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(kwargs)) {
    named[name] = adapt(value, parameters.find((parameter) => parameter.name === name)?.type);
  }
  return { args: args.map((value, index) => adapt(value, parameters[index]?.type)), kwargs: named };
}

/** No deeper than the schema: the value may be cyclic. */
function adapt(value: unknown, schema: Schema | boolean | undefined): unknown {
  if (typeof value !== "object" || value === null || typeof schema !== "object") return value;
  const alternative = schema.anyOf?.find((candidate) => takes(candidate, value));
  if (alternative !== undefined) return adapt(value, alternative);
  if (!takes(schema, value)) return value;
  if (value instanceof Map) return toObject(value as ReadonlyMap<string, unknown>, schema);
  return (value as readonly unknown[]).map((item, index) => adapt(item, schema.prefixItems?.[index] ?? schema.items));
}

/** Whether the schema is of objects, and the value a dict that can be one; or both are of lists. */
function takes(schema: Schema, value: object): boolean {
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  if (value instanceof Map) {
    return types.includes("object") && [...value.keys()].every((key) => typeof key === "string");
  }
  return types.includes("array") && Array.isArray(value);
}

function toObject(dict: ReadonlyMap<string, unknown>, { properties, additionalProperties }: Schema): object {
  const members = [...dict].map(([name, value]): [string, unknown] => {
    const isKnown = properties !== undefined && Object.hasOwn(properties, name);
    return [name, adapt(value, isKnown ? properties[name] : additionalProperties)];
  });
  // Defines each member as it is called, `__proto__` too.
  return Object.fromEntries(members);
}
