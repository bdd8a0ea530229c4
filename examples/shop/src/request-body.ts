import type { IncomingMessage } from "node:http";
import type { Wanted } from "./order-book.js";
import { RequestError } from "./reply.js";

const MAX_BODY_BYTES = 16_384;
const MAX_LINES = 50;
const MAX_QUANTITY = 1_000;

/**
 * The body as JSON.
 *
 * @throws RequestError 413, 415 or 400 (rejects)
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new RequestError(415, "send application/json");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // What is left of the body is not worth reading, so the connection ends with the reply.
    if (bytes > MAX_BODY_BYTES) throw new RequestError(413, `at most ${MAX_BODY_BYTES} bytes`, { connection: "close" });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new RequestError(400, "this is no JSON");
  }
}

/**
 * An order as a customer sends it: `{ "customer": "ada", "lines": [{ "product": "tea", "quantity": 2 }] }`.
 *
 * @throws RequestError 422
 */
export function parseOrder(body: unknown): { readonly customer: string; readonly wanted: readonly Wanted[] } {
  const { customer, lines } = asRecord(body, "an order");
  if (typeof customer !== "string" || customer === "" || customer.length > 100) {
    throw new RequestError(422, "customer must be a text of 1 to 100 characters");
  }
  if (!Array.isArray(lines) || lines.length === 0 || lines.length > MAX_LINES) {
    throw new RequestError(422, `lines must be a list of 1 to ${MAX_LINES}`);
  }
  return { customer, wanted: lines.map(parseLine) };
}

function parseLine(line: unknown): Wanted {
  const { product, quantity } = asRecord(line, "a line");
  if (typeof product !== "string") throw new RequestError(422, "product must be a product's id");
  if (typeof quantity !== "number" || !Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY) {
    throw new RequestError(422, `quantity must be a whole number from 1 to ${MAX_QUANTITY}`);
  }
  return { product, quantity };
}

function asRecord(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw new RequestError(422, `${what} must be an object`);
  return value as Readonly<Record<string, unknown>>;
}
