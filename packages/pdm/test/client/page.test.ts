import assert from "node:assert/strict";
import { it } from "node:test";
import { attribute, directory, event, expose, listen, operation } from "../../src/index.js";
import { listExpected, readBlocks, runShowing } from "../fixtures/page.js";
import { createFolder } from "./folder.js";

const CLIENT = new URL("../../src/client.js", import.meta.url);

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
  const source = readBlocks("client.md", "js")
    .map(({ text }) => text)
    .join("\n");
  const shown = await runShowing(source, folder.path("page.mjs"), {
    '"pdm/client"': JSON.stringify(CLIENT.href),
    '"/run/shop.sock"': JSON.stringify(listener.spec),
  });
  assert.deepEqual(shown, listExpected(source));
  folder.remove();
});
