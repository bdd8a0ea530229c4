import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { it } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { attribute, directory, event, expose, listen, operation } from "../../src/index.js";
import { createFolder } from "./folder.js";

const PAGE = new URL("../../../../../docs/client.md", import.meta.url);
const CLIENT = new URL("../../src/client.js", import.meta.url);

/** What the page's `console.log` calls are said to show, in the order of the page; `|` stands between those of one call. */
function listExpected(source: string): string[] {
  return [...source.matchAll(/console\.log\(.*; \/\/ (.*)$/gm)].flatMap(([, shown = ""]) => shown.split(" | "));
}

it("docs/client.md is a program that shows what it says", async () => {
  let limit = 10;
  const placed = event({
    description: "Placed.",
    type: { type: "object", properties: { order: { type: "integer" } } },
  });
  const entries = {
    limit: attribute({
      description: "At a time.",
      type: { type: "integer" },
      read: () => limit,
      write: (value) => {
        limit = value;
      },
    }),
    sold: attribute({ description: "By day.", read: () => [0, 1, 4, 9, 16] }),
    cancel: operation({
      description: "Cancels an order.",
      effect: "destroy",
      params: { order: { type: "integer" } },
      run: ({ order }) => `order ${order} cancelled`,
    }),
    place: operation({
      description: "Places an order.",
      effect: "change",
      params: { order: { type: "integer" } },
      run: ({ order }) => placed.notify({ order }),
    }),
    log: operation({
      description: "What happened.",
      effect: "read",
      returns: { "x-value": "stream" },
      run: async function* () {
        yield Buffer.from("hi");
        yield Buffer.from("there");
      },
    }),
    placed,
    closed: attribute({ description: "Whether it is night.", type: { type: "boolean" }, read: () => false }),
  };
  using _exposure = expose("shop", { orders: directory({ description: "What customers want.", entries }) });
  const folder = createFolder();
  await using listener = await listen(folder.path("shop.sock"));
  const blocks = [...readFileSync(PAGE, "utf8").matchAll(/^```js\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  const source = blocks.join("\n");
  const program = source
    .replaceAll('"pdm/client"', JSON.stringify(CLIENT.href))
    .replaceAll('"/run/shop.sock"', JSON.stringify(listener.spec))
    .replaceAll("console.log(", "globalThis.showLine(");
  const file = folder.path("page.mjs");
  writeFileSync(file, program);
  const shown: string[] = [];
  const place = globalThis as { showLine?: (...values: unknown[]) => void };
  place.showLine = (...values) => {
    shown.push(values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" "));
  };
  try {
    await import(pathToFileURL(file).href);
  } finally {
    delete place.showLine;
  }
  assert.deepEqual(shown, listExpected(source));
  folder.remove();
});
