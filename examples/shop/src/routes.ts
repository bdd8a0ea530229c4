import type { IncomingMessage } from "node:http";
import type { Cache } from "./cache.js";
import { OutOfStockError, UnknownProductError } from "./catalogue.js";
import type { Catalogue } from "./catalogue.js";
import type { OrderBook } from "./order-book.js";
import type { Order } from "./order.js";
import { PaymentDeclinedError } from "./payment.js";
import type { ProductPage } from "./product.js";
import { RequestError } from "./reply.js";
import type { Reply } from "./reply.js";
import { parseOrder, readJson } from "./request-body.js";

/** Orders in one answer to `GET /orders`: the newest. */
const LISTED_ORDERS = 50;

/** The parts of the shop that customers deal with. */
export interface Counter {
  readonly catalogue: Catalogue;
  readonly orders: OrderBook;
  readonly pages: Cache<ProductPage>;
}

type Handler = (counter: Counter, id: string, request: IncomingMessage) => Reply | Promise<Reply>;

/** Path, with `*` for an id, to method to what answers it. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  "/products": { GET: listProducts },
  "/products/*": { GET: showProduct },
  "/orders": { GET: listOrders, POST: placeOrder },
  "/orders/*": { GET: showOrder },
};

/**
 * Answers a request.
 *
 * @throws RequestError (rejects), whose status and message are the answer
 */
export async function answer(counter: Counter, request: IncomingMessage): Promise<Reply> {
  const [, collection = "", id, ...rest] = (request.url ?? "/").replace(/\?.*$/su, "").split("/");
  const route = rest.length > 0 ? undefined : ROUTES[id === undefined ? `/${collection}` : `/${collection}/*`];
  if (route === undefined) throw new RequestError(404, "there is nothing here");
  const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
  const handle = Object.hasOwn(route, method) ? route[method] : undefined;
  if (handle === undefined)
    throw new RequestError(405, "not with this method", { allow: Object.keys(route).join(", ") });
  return handle(counter, id ?? "", request);
}

function listProducts(counter: Counter): Reply {
  return {
    status: 200,
    body: counter.catalogue.list().map(({ id, name, priceCents, stock }) => ({ id, name, priceCents, stock })),
  };
}

function showProduct(counter: Counter, id: string): Reply {
  try {
    const product = counter.catalogue.get(id);
    const page = counter.pages.read(id, () => counter.catalogue.describe(product));
    return { status: 200, body: { ...page, stock: product.stock } };
  } catch (error) {
    if (error instanceof UnknownProductError) throw new RequestError(404, error.message);
    throw error;
  }
}

function listOrders(counter: Counter): Reply {
  return { status: 200, body: counter.orders.list().slice(-LISTED_ORDERS).toReversed().map(present) };
}

function showOrder(counter: Counter, id: string): Reply {
  const order = /^[1-9]\d{0,14}$/u.test(id) ? counter.orders.get(Number(id)) : undefined;
  if (order === undefined) throw new RequestError(404, "there is no such order");
  return { status: 200, body: present(order) };
}

async function placeOrder(counter: Counter, _id: string, request: IncomingMessage): Promise<Reply> {
  const { customer, wanted } = parseOrder(await readJson(request));
  try {
    const order = await counter.orders.place(customer, wanted);
    return { status: 201, body: present(order), headers: { location: `/orders/${order.id}` } };
  } catch (error) {
    if (error instanceof UnknownProductError) throw new RequestError(422, error.message);
    if (error instanceof OutOfStockError) throw new RequestError(409, error.message);
    if (error instanceof PaymentDeclinedError) throw new RequestError(402, error.message);
    throw error;
  }
}

function present(order: Order): object {
  const { id, customer, lines, status, placedAt, totalCents } = order;
  return { id, customer, lines, status, placedAt, totalCents };
}
