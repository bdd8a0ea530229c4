import { compileClientSchema } from "../schema/check.js";
import type { Check } from "../schema/check.js";
import { RpcError } from "./rpc-error.js";

/** What a client wants of the fields of an object: each name's value must be the one given, or fit the schema given. */
export type FieldFilter = (value: unknown) => boolean;

/** Fields that one filter may name. */
const MAX_FIELDS = 32;

/**
 * Reads a filter such as `{"status": {"minimum": 500}, "method": "GET"}`: an object is a schema, anything else the value itself.
 *
 * @param parameter for errors
 * @throws RpcError `ERR_PDM_INVALID_ARGUMENT` for a schema that is none, naming the place
 */
export function compileFilter(where: Readonly<Record<string, unknown>>, parameter: string): FieldFilter {
  const wanted = Object.entries(where);
  if (wanted.length > MAX_FIELDS) {
    throw new RpcError("ERR_PDM_INVALID_ARGUMENT", `${parameter} names more than ${MAX_FIELDS} fields`, parameter);
  }
  const checks = wanted.map(([name, schema]): [string, Check] => [
    name,
    compileField(schema, `${parameter}.${name}`, parameter),
  ]);
  return (value) => checks.every(([name, check]) => hasField(value, name) && check(value[name]) === undefined);
}

/** The check of a schema that came from a client, as `compileFilter` makes one of each field's. */
export function compileField(schema: unknown, place: string, parameter: string): Check {
  const isSchema = typeof schema === "object" && schema !== null && !Array.isArray(schema);
  try {
    return compileClientSchema(isSchema ? schema : { const: schema }, place);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RpcError("ERR_PDM_INVALID_ARGUMENT", reason, parameter);
  }
}

/** Its own, so that what every object inherits is no field. */
function hasField(value: unknown, name: string): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name);
}
