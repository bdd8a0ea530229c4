import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connect, connectRepl } from "pdm/client";
import type { Client } from "pdm/client";
import { ShopProcess } from "./shop-process.js";

const shop = new ShopProcess((folder) => ["--listen", `${folder}/shop.sock`, "--http", "0"]);
let client: Client;
let url = "";
let spec = "";

before(async () => {
  const ready = await shop.ready();
  url = ready.url;
  spec = ready.specs[0] ?? "";
  client = await connect(spec, { protocol: "perf" });
});
after(async () => {
  client.close();
  await shop.end();
});

async function read(name: string): Promise<unknown> {
  const attribute = await client.find(name);
  return attribute.read();
}

function placeOrder(product: string, quantity: number): Promise<Response> {
  const body = JSON.stringify({ customer: "ada", lines: [{ product, quantity }] });
  return fetch(`${url}/orders`, { method: "POST", body, headers: { "content-type": "application/json" } });
}

test("every attribute says what it means", async () => {
  for (const name of ["shop.orders.statistics", "pdm.http.statistics", "shop.cache.pages", "shop.jobs.restock"]) {
    const directory = await client.find(name);
    const entries = await directory.list();
    assert.ok(entries.length > 2);
    for (const entry of entries) {
      const object = await directory.lookup(entry);
      // Operations are among them.
      if (!object.interfaces.includes("attr")) continue;
      assert.match((await object.describe())?.description ?? "", /\.$/u, `${name}/${entry}`);
      await object.read();
    }
  }
});

test("the statistics count an order, and its start and its finish are events with one id", async () => {
  const placed = await client.find("shop.orders.placed");
  const stream = await placed.subscribe();
  const countBefore = Number(await read("shop.orders.statistics/count"));
  assert.equal((await placeOrder("mug", 2)).status, 201);
  assert.equal((await placeOrder("mug", 999)).status, 409);

  const events = [];
  for await (const event of stream) {
    events.push(event);
    if (events.length === 4) break;
  }
  assert.deepEqual(
    events.map(({ pythonClass, fields }) => [pythonClass, fields["aborted"], fields["totalCents"], fields["reason"]]),
    [
      ["pdm.perf.startevent", undefined, undefined, undefined],
      ["pdm.perf.finishevent", false, 1980, undefined],
      ["pdm.perf.startevent", undefined, undefined, undefined],
      ["pdm.perf.finishevent", true, undefined, "Mug: 999 wanted, 38 left"],
    ],
  );
  assert.equal(events[0]?.fields["id"], events[1]?.fields["id"]);
  assert.notEqual(events[0]?.fields["id"], events[2]?.fields["id"]);
  assert.equal(Number(await read("shop.orders.statistics/count")), countBefore + 1);
});

test("the cache counts its hits, and can be cleared", async () => {
  const cache = await client.find("shop.cache.pages");
  await cache.invoke("clear");
  const hitsBefore = Number(await read("shop.cache.pages/hits"));
  for (const product of ["tea", "tea", "mug"]) await fetch(`${url}/products/${product}`);
  assert.equal(Number(await read("shop.cache.pages/hits")), hitsBefore + 1);
  assert.equal(await cache.invoke("clear"), 2);
  assert.equal(await read("shop.cache.pages/entries"), 0);
});

test("an order can be cancelled until its invoice is out, and what is no number of an order is refused", async () => {
  const job = await client.find("shop.jobs.invoices");
  await job.invoke("pause");
  const { id } = (await (await placeOrder("tea", 2)).json()) as { id: number };
  const revenueBefore = Number(await read("shop.orders.statistics/revenue"));
  const cancel = await client.find("shop.orders.cancel");
  assert.equal(await cancel.invoke("call", [id]), 1300);
  assert.equal(Number(await read("shop.orders.statistics/revenue")), revenueBefore - 1300);
  await assert.rejects(
    cancel.invoke("call", [], { kwargs: { order: id } }),
    new RegExp(`there is no order ${id}`, "u"),
  );
  await assert.rejects(cancel.invoke("call", ["first"]), /order must be a whole number of at least 1, not "first"/u);
  await assert.rejects(cancel.invoke("call"), /order is missing/u);
  await job.invoke("resume");
});

test("a price can be set, and is shown at once", async () => {
  const setPrice = await client.find("shop.catalogue.setPrice");
  assert.equal(await setPrice.invoke("call", ["kettle"], { kwargs: { cents: 2_990 } }), 3_490);
  const { priceCents } = (await (await fetch(`${url}/products/kettle`)).json()) as { priceCents: number };
  assert.equal(priceCents, 2_990);
  await assert.rejects(
    setPrice.invoke("call", ["kettle", 0]),
    /cents must be a whole number from 1 to 1000000, not 0/u,
  );
});

test("a job can be paused, resumed, and run at once", async () => {
  const job = await client.find("shop.jobs.invoices");
  await job.invoke("pause");
  assert.equal(await read("shop.jobs.invoices/paused"), true);
  await placeOrder("honey", 1);
  assert.match(String(await job.invoke("run")), /^\d+ invoices sent$/u);
  const byStatus = (await read("shop.orders.statistics/byStatus")) as ReadonlyMap<string, number>;
  assert.equal(byStatus.get("placed"), 0);
  await job.invoke("resume");
  assert.equal(await read("shop.jobs.invoices/paused"), false);
});

test("requests are events too", async () => {
  const requests = await client.find("pdm.http.requests");
  const stream = await requests.subscribe();
  await fetch(`${url}/nothing`);
  const [start, finish] = [await stream.next(), await stream.next()];
  stream.close();
  assert.equal(start.value?.fields["url"], "/nothing");
  assert.equal(finish.value?.fields["status"], 404);
});

test("the REPL reaches the shop itself by the import that the README shows", async () => {
  const repl = await connectRepl(spec);
  try {
    await repl.run('const { shop } = await import("./shop.js")');
    await repl.run('shop.catalogue.get("cocoa").priceCents = 1');
    const { output, threw } = await repl.run("shop.constructor.name");
    assert.deepEqual([output, threw], [["'Shop'"], false]);
    const products = (await (await fetch(`${url}/products`)).json()) as { id: string; priceCents: number }[];
    assert.equal(products.find(({ id }) => id === "cocoa")?.priceCents, 1);
  } finally {
    repl.close();
  }
});
