import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ShopProcess } from "./shop-process.js";

const shop = new ShopProcess((folder) => ["--listen", `${folder}/shop.sock`, "--http", "0"]);
let base = "";

before(async () => {
  base = (await shop.ready()).url;
});
after(() => shop.end());

function post(body: string, type = "application/json"): Promise<Response> {
  return fetch(`${base}/orders`, { method: "POST", body, headers: { "content-type": type } });
}

function order(lines: unknown, customer: unknown = "ada"): string {
  return JSON.stringify({ customer, lines });
}

test("an order is placed at the price of the day, takes from the stock, and can be read again", async () => {
  const stock = async (): Promise<number> => {
    const product = (await (await fetch(`${base}/products/tea`)).json()) as { stock: number };
    return product.stock;
  };
  const stockBefore = await stock();
  const placed = await post(order([{ product: "tea", quantity: 3 }]));
  assert.equal(placed.status, 201);
  const made = (await placed.json()) as Record<string, unknown>;
  assert.equal(made["totalCents"], 1950);
  assert.equal(await stock(), stockBefore - 3);

  const read = await fetch(base + (placed.headers.get("location") ?? ""));
  const { status: _, ...kept } = (await read.json()) as Record<string, unknown>;
  const { status: __, ...asked } = made;
  assert.deepEqual(kept, asked);
  const listed = (await (await fetch(`${base}/orders`)).json()) as { id: unknown }[];
  assert.deepEqual(listed[0]?.id, made["id"]);
});

test("an order that fails leaves the stock as it was", async () => {
  const products = async (): Promise<unknown> => (await fetch(`${base}/products`)).json();
  const before = await products();
  const tea = { product: "tea", quantity: 1 };
  assert.equal((await post(order([tea, { product: "kettle", quantity: 999 }]))).status, 409);
  assert.equal((await post(order([tea, { product: "unicorn", quantity: 1 }]))).status, 422);
  assert.equal((await post(order(Array.from({ length: 30 }, () => ({ product: "kettle", quantity: 1 }))))).status, 409);
  const dear = [
    { product: "coffee", quantity: 40 },
    { product: "mug", quantity: 40 },
    { product: "honey", quantity: 20 },
  ];
  assert.equal((await post(order(dear))).status, 402);
  assert.deepEqual(await products(), before);
});

const REFUSED: readonly (readonly [sentence: string, status: number, send: () => Promise<Response>])[] = [
  ["an unknown path", 404, () => fetch(`${base}/nothing`)],
  ["a path that is too long", 404, () => fetch(`${base}/orders/1/2`)],
  ["a name of Object's prototype", 404, () => fetch(`${base}/constructor`)],
  ["an unknown product", 404, () => fetch(`${base}/products/unicorn`)],
  ["an unknown order", 404, () => fetch(`${base}/orders/999999`)],
  ["an order's number that is none", 404, () => fetch(`${base}/orders/1e1`)],
  ["a method that the path does not have", 405, () => fetch(`${base}/products`, { method: "DELETE" })],
  ["another kind of body", 415, () => post(order([{ product: "tea", quantity: 1 }]), "text/plain")],
  ["no JSON", 400, () => post("{")],
  ["null", 422, () => post("null")],
  ["no customer", 422, () => post(order([{ product: "tea", quantity: 1 }], ""))],
  ["no lines", 422, () => post(order([]))],
  ["a line that is none", 422, () => post(order([1]))],
  ["half a piece", 422, () => post(order([{ product: "tea", quantity: 0.5 }]))],
  ["less than nothing", 422, () => post(order([{ product: "tea", quantity: -1 }]))],
  ["a body over the limit", 413, () => post(" ".repeat(20_000))],
];

for (const [sentence, status, send] of REFUSED) {
  test(`${sentence} is answered with ${status} and a reason in JSON`, async () => {
    const response = await send();
    assert.equal(response.status, status);
    assert.equal(response.headers.get("content-type"), "application/json");
    const { error } = (await response.json()) as { error: unknown };
    assert.equal(typeof error, "string");
  });
}

test("HEAD is answered as GET is, without a body", async () => {
  const response = await fetch(`${base}/products`, { method: "HEAD" });
  assert.deepEqual([response.status, await response.text()], [200, ""]);
});
