import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { ComputedAttribute, expose, listen, MethodTable, ValueAttribute } from "../../src/index.js";
import type { Exposure, Listener } from "../../src/index.js";
import { RawSocket } from "../fixtures/raw-socket.js";
import type { Message } from "./line-client.js";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-half-close-"));
const spec = path.join(folder, "service.sock");
let listener: Listener;
let exposure: Exposure;
let finish: (value: string) => void = () => undefined;

before(async () => {
  exposure = expose("desk", {
    number: new ValueAttribute(5),
    later: new ComputedAttribute(() => new Promise(setImmediate).then(() => "later")),
    work: new MethodTable({
      wait: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    }),
  });
  listener = await listen(spec);
});
after(async () => {
  exposure.withdraw();
  await listener.close();
  rmSync(folder, { recursive: true });
});

/** Says everything at once and ends its side; returns what the server says until it ends its own, by id. */
async function sayAll(requests: readonly object[], onEnded?: () => Promise<void>): Promise<Map<unknown, Message>> {
  using raw = await RawSocket.open(spec, "rpc");
  await raw.readLine();
  raw.socket.end(requests.map((request, id) => `${JSON.stringify({ jsonrpc: "2.0", id, ...request })}\n`).join(""));
  await onEnded?.();
  const lines = (await raw.readToEnd()).trimEnd().split("\n");
  return new Map(lines.map((line) => JSON.parse(line) as Message).map((message) => [message.id, message]));
}

test("a client that ends its side gets the answer to everything it asked for, and then the end", async () => {
  const answers = await sayAll([
    { method: "describe" },
    { method: "list" },
    { method: "readMany", params: { names: "desk.*" } },
    { method: "read", params: { name: "desk.later" } },
    { method: "ping" },
  ]);
  assert.deepEqual(new Set(answers.keys()), new Set([0, 1, 2, 3, 4]));
  for (const { error } of answers.values()) assert.equal(error, undefined);
});

test("a call that goes on for long is answered after the client's side has ended", async () => {
  const answers = await sayAll([{ method: "invoke", params: { name: "desk.work", operation: "wait" } }], async () => {
    // The server has seen the end by then: it answers another connection later.
    using other = await RawSocket.open(spec, "rpc");
    await other.readLine();
    finish("done");
  });
  assert.deepEqual(answers.get(0)?.result, { value: "done" });
});

test("a client that ends its side and is owed no answer is closed, though it has a subscription", async () => {
  const answers = await sayAll([{ method: "sample", params: { names: "desk.number", everyMs: 60_000 } }]);
  assert.deepEqual(answers.get(0)?.result, { subscription: 1, everyMs: 60_000, count: 1 });
});
