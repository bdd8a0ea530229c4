import type { Limits } from "../limits.js";
import { PerfFault } from "./fault.js";

/** Who a request names: a number that the client chose. */
export type ObjectId = number | bigint;

/** One request, checked as far as its form goes. */
export type PerfRequest =
  | { readonly kind: "bind"; readonly id: ObjectId; readonly module: string; readonly name: string }
  | { readonly kind: "lookup"; readonly id: ObjectId; readonly directoryId: ObjectId; readonly name: string }
  | { readonly kind: "unbind" | "ls" | "readattr" | "attrinfo" | "subs" | "unsubs"; readonly id: ObjectId }
  | {
      readonly kind: "invoke";
      readonly id: ObjectId;
      readonly method: string;
      readonly args: readonly unknown[];
      readonly kwargs: Readonly<Record<string, unknown>>;
    };

const NO_KWARGS: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null) as Record<string, unknown>);

/**
 * Checks the form of a request that was unpickled.
 *
 * @throws PerfFault for what is no request, naming what is wrong with it
 */
export function parseRequest(value: unknown, limits: Limits): PerfRequest {
  if (!Array.isArray(value) || value.length === 0)
    throw new PerfFault("Exception", "a request is a tuple that begins with its name");
  const request: readonly unknown[] = value;
  const kind = readText(request[0], "the request's name");
  switch (kind) {
    case "readattr":
    case "attrinfo":
    case "ls":
    case "subs":
    case "unsubs":
    case "unbind":
      checkLength(request, 2, "id");
      return { kind, id: readId(request[1]) };
    case "bind":
      checkLength(request, 4, "id, module, name");
      return {
        kind,
        id: readId(request[1]),
        module: readText(request[2], "module"),
        name: readText(request[3], "name"),
      };
    case "lookup":
      checkLength(request, 4, "newid, dirid, name");
      return { kind, id: readId(request[1]), directoryId: readId(request[2]), name: readText(request[3], "name") };
    case "invoke":
      checkLength(request, 5, "id, method, args, kwargs");
      return {
        kind,
        id: readId(request[1]),
        method: readText(request[2], "method"),
        args: readArguments(request[3], limits.arguments),
        kwargs: readKwargs(request[4]),
      };
    default:
      throw new PerfFault("Exception", `unknown request ${JSON.stringify(kind)}`);
  }
}

function checkLength(request: readonly unknown[], length: number, parameters: string): void {
  if (request.length === length) return;
  const [kind] = request;
  throw new PerfFault("TypeError", `${String(kind)} takes (${parameters}), and got ${request.length - 1} arguments`);
}

function readId(value: unknown): ObjectId {
  if (Number.isInteger(value)) return value as number;
  // An id is kept, and sent with every event: it must not be a megabyte.
  if (typeof value === "bigint" && BigInt.asIntN(64, value) === value) return value;
  throw new PerfFault("TypeError", "an id is an integer of at most 64 bits");
}

/** Python 2 clients may send a byte string; one that is not ASCII has arrived as bytes. */
function readText(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  throw new PerfFault("TypeError", `${what} is a string`);
}

function readArguments(value: unknown, maxArguments: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new PerfFault("TypeError", "args is a tuple");
  if (value.length <= maxArguments) return value as readonly unknown[];
  throw new PerfFault("TypeError", `args has ${value.length} items, over the limit of ${maxArguments} (arguments)`);
}

/** As a record without prototype: `__proto__` is a name like any other. */
function readKwargs(value: unknown): Readonly<Record<string, unknown>> {
  if (!(value instanceof Map)) throw new PerfFault("TypeError", "kwargs is a dict");
  if (value.size === 0) return NO_KWARGS;
  const kwargs = Object.create(null) as Record<string, unknown>;
  for (const [name, argument] of value as ReadonlyMap<unknown, unknown>)
    kwargs[readText(name, "a key of kwargs")] = argument;
  return kwargs;
}
