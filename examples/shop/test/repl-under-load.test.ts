import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { connect } from "pdm/client";
import type { Client, ReplSession } from "pdm/client";
import { ShopLoad } from "./shop-load.js";
import { ShopProcess } from "./shop-process.js";

const shop = new ShopProcess((folder) => ["--listen", `${folder}/shop.sock`, "--http", "0"]);
/** A file by which a loop tells that it runs: nothing else gets out of it. */
const mark = path.join(shop.folder, "running");
let client: Client;
let session: ReplSession;
let load: ShopLoad;

/** What the session does to begin with. `own` counts what completion must not run. */
const PREPARATION = `
const { shop } = await import("./shop.js");
for (const product of shop.catalogue.list()) product.stock = 1_000_000;
globalThis.signals = 0;
process.prependListener("SIGINT", () => { signals += 1; });
let own = 0;
class Guarded { get inner() { own += 1; return { deep: 1 }; } method(first, second = 2) { own += 1; } }
const guarded = new Guarded();
const trapped = new Proxy({ inside: 1 }, new Proxy({}, { get: () => { own += 1; } }));
const spin = () => { for (;;); };
const begin = () => require("node:fs").writeFileSync(${JSON.stringify(mark)}, "");
`;

before(async () => {
  const { url, specs } = await shop.ready();
  client = await connect(specs[0] ?? "");
  session = await client.openRepl();
  assert.equal(session.interruptReason, undefined);
  assert.equal((await session.evaluate(PREPARATION)).kind, "done");
  load = new ShopLoad(url);
});
beforeEach(() => {
  fs.rmSync(mark, { force: true });
  return load.serveMore();
});
after(async () => {
  await load.end();
  client.close();
  await shop.end();
});

async function begun(): Promise<void> {
  while (!fs.existsSync(mark)) await new Promise((resolve) => setTimeout(resolve, 1));
}

const LOOPS: Readonly<Record<string, string>> = {
  "a loop": "begin(); for (;;);",
  "a loop that catches everything": "begin(); for (;;) { try { for (;;); } catch {} finally {} }",
  "a loop behind an await": "await null; begin(); for (;;);",
  "a loop within the shop's own code": "begin(); shop.pages.read(String(performance.now()), spin)",
  "a loop in a getter": "begin(); ({ get x() { spin(); } }).x",
  "a loop in a proxy's trap": "begin(); new Proxy({}, { get: spin }).x",
  "a loop within an AsyncLocalStorage": "begin(); new (require('node:async_hooks').AsyncLocalStorage)().run(1, spin)",
};

for (const [what, source] of Object.entries(LOOPS)) {
  test(`${what} is interrupted while it blocks the shop, which then serves its customers as before`, async () => {
    const loop = session.evaluate(source, { deadlineMs: 60_000 });
    await begun();
    const { answered } = load;
    assert.equal(await session.interrupt(), true);
    const { kind, cause } = await loop;
    assert.deepEqual([kind, cause], ["threw", "interrupt"]);
    await load.serveMore();
    assert.ok(load.answered > answered);
  });

  test(`${what} ends with its deadline, and the shop serves its customers as before`, async () => {
    const { kind, cause } = await session.evaluate(source, { deadlineMs: 50 });
    assert.deepEqual([kind, cause], ["threw", "deadline"]);
    await load.serveMore();
  });
}

/** What is typed, and what is among its completions. */
const TYPED: readonly (readonly [source: string, items: readonly string[]])[] = [
  ["sho", ["shop"]],
  ["shop.cat", ["catalogue"]],
  ["shop.orders.", ["count", "place", "cancel", "constructor"]],
  ["guarded.", ["inner", "method"]],
  ["guarded.inner.", []],
  ["trapped.", []],
  ["trapped.inside.", []],
  ["guarded.method(trapped, guarded.in", ["inner"]],
  ["pdm.shop.orders.statistics.", ["count", "revenue", "byStatus"]],
  ['await import("./', ["./shop.js", "./routes.js"]],
  ['require("node:fs/', ["node:fs/promises"]],
  ["process.", ["pid", "memoryUsage"]],
];

test("completions come again and again while the shop serves, and run no getter and no proxy", async () => {
  for (let round = 0; round < 10; round += 1) {
    const completions = await Promise.all(TYPED.map(([source]) => session.complete(source, source.length)));
    for (const [index, [source, wanted]] of TYPED.entries()) {
      const texts = completions[index]?.items.map(({ text }) => text) ?? [];
      assert.deepEqual(
        wanted.filter((item) => !texts.includes(item)),
        [],
        `${source}: ${texts.join()}`,
      );
      if (wanted.length === 0) assert.deepEqual(texts, [], source);
    }
    await load.serveMore(1);
  }
  assert.equal((await session.evaluate("own")).text, "0");
});

test("after all that the shop counts no error, each customer got what was asked for, and no signal reached the shop", async () => {
  await load.end();
  assert.deepEqual(load.wrong, []);
  const statistics = await client.find("pdm.http.statistics");
  const read = async (name: string): Promise<unknown> => (await statistics.lookup(name)).read();
  const byStatus = (await read("byStatus")) as ReadonlyMap<string | null, number>;
  assert.deepEqual(new Set(byStatus.keys()), new Set(["200", "201"]));
  assert.equal(await read("aborted"), 0);
  assert.equal((await session.evaluate("signals")).text, "0");
  await session.close();
  client.close();
  const { status, stderr } = await shop.end();
  // On a busy machine anything may be slow, which is said, and no error.
  const errors = stderr.replaceAll(/^\(node:\d+\) \[PDM_SLOW_OBJECT\].*\n|^\(Use `node .*\n/gmu, "");
  assert.deepEqual([status, errors], [0, ""]);
});
