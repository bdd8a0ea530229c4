import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ShopProcess } from "./shop-process.js";

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`the shop prints one line when it is open, and ends cleanly on ${signal}`, async () => {
    const names = ["one.sock", "two.sock"];
    const shop = new ShopProcess((folder) => [
      ...names.flatMap((name) => ["--listen", path.join(folder, name)]),
      "--http",
      "0",
    ]);
    const { url, specs } = await shop.ready();
    assert.deepEqual(
      specs,
      names.map((name) => path.join(shop.folder, name)),
    );
    assert.equal((await fetch(new URL("/products", url))).status, 200);
    const sockets = specs.filter((spec) => fs.existsSync(spec));
    assert.deepEqual(sockets, specs);

    const { status, stdout, stderr } = await shop.end(signal);
    assert.deepEqual([status, stderr], [0, ""]);
    assert.equal(stdout, `shop ${url} ${specs.join(" ")}\n`);
    assert.deepEqual(
      specs.filter((spec) => fs.existsSync(spec)),
      [],
    );
    await assert.rejects(fetch(new URL("/products", url)));
  });
}

for (const args of [["--http", "x"], ["--http", "65536"], ["--listen"], ["--lisen", "/tmp/a"], ["somewhere"]]) {
  test(`the arguments ${args.join(" ")} get the usage on standard error and exit status 2`, async () => {
    const { status, stdout, stderr } = await new ShopProcess(() => args).ended;
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, /^shop: .+\n(?:.+\n)*Usage: /u);
  });
}

test("a shop that cannot listen says why, and ends with status 1", async () => {
  const shop = new ShopProcess((folder) => ["--listen", path.join(folder, "none", "shop.sock"), "--http", "0"]);
  const { status, stdout, stderr } = await shop.ended;
  assert.deepEqual([status, stdout], [1, ""]);
  assert.match(stderr, /^shop: /mu);
});
