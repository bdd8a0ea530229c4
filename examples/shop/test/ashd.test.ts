import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { ROOT, ShopProcess } from "./shop-process.js";

const TESTS = path.join(ROOT, "examples", "shop", "test");
const RUNNER = path.join(ROOT, "packages", "pdm", "test", "python", "run_script.py");

const shop = new ShopProcess((folder) => ["--listen", `${folder}/shop.sock`, "--http", "0"]);
let url = "";
let spec = "";

before(async () => {
  const ready = await shop.ready();
  url = ready.url;
  spec = ready.specs[0] ?? "";
});
after(() => shop.end());

test("a Python script that reads ashd-wsgi's statistics works on the shop unchanged", async () => {
  for (const target of ["/products", "/nothing", "/products"]) await (await fetch(url + target)).text();
  const script = path.join(TESTS, "ashd_statistics.py");
  const { stdout } = await promisify(execFile)("python3", [RUNNER, script, spec]);
  assert.equal(stdout, "200 2\n404 1\n");
});

test("a Python script that pairs ashd-wsgi's request events works on the shop unchanged", async () => {
  const script = spawn("python3", [RUNNER, path.join(TESTS, "ashd_requests.py"), spec, "3"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: script.stdout })[Symbol.asyncIterator]();
  const ended = once(script, "exit");
  assert.equal((await lines.next()).value, "ready");
  await (await fetch(`${url}/products?page=1`)).text();
  await (await fetch(`${url}/nothing`)).text();
  // The shop waits for the rest of the order, which does not come.
  const order = http.request(`${url}/orders`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-length": "100" },
  });
  order.on("error", () => undefined);
  order.write("{", () => setImmediate(() => order.destroy()));
  const printed = [];
  for await (const line of { [Symbol.asyncIterator]: () => lines }) printed.push(line);
  assert.deepEqual(printed, [
    `GET ${url}/products?page=1 200 OK took time`,
    `GET ${url}/nothing 404 Not Found took time`,
    `POST ${url}/orders None aborted`,
  ]);
  assert.deepEqual(await ended, [0, null]);
});
