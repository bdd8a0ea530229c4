import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, suite, test } from "node:test";
import { attribute, directory, event, expose, listen, operation } from "../../src/index.js";
import type { Listener } from "../../src/index.js";
import { PythonClient } from "../fixtures/python-client.js";
import { isTested, PYTHON2, PYTHON3 } from "../fixtures/python.js";

const orders = new Map([[17, 2]]);
const placed = event({
  description: "An order was placed.",
  type: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
});
const jobs = event({
  description: "Jobs as they run.",
  start: { type: "object", properties: { job: { type: "string" } }, required: ["job"] },
  finish: { type: "object", properties: { done: { type: "integer" } }, required: ["done"] },
});

const folder = mkdtempSync(path.join(tmpdir(), "pdm-test-"));
let listener: Listener;

before(async () => {
  expose("declared", {
    orders: directory({
      description: "The orders.",
      entries: {
        count: attribute({
          description: "Orders so far.",
          unit: "{order}",
          type: { type: "integer" },
          read: () => orders.size,
        }),
        cancel: operation({
          description: "Cancels an order.",
          effect: "destroy",
          params: { id: { type: "integer", minimum: 1 }, reason: { type: "string", default: "none" } },
          returns: { type: "string" },
          run: ({ id, reason }) => `${id} for ${reason}: ${orders.delete(id)}`,
        }),
        price: operation({
          description: "Says what a cart costs.",
          effect: "read",
          params: {
            cart: {
              type: "object",
              properties: {
                lines: {
                  type: "array",
                  items: { type: "object", properties: { cents: { type: "integer" } }, required: ["cents"] },
                },
              },
              required: ["lines"],
            },
            options: { "x-value": "map" },
          },
          run: ({ cart, options }) => cart.lines.reduce((sum, { cents }) => sum + cents, 0) * options.size,
        }),
        placed,
        jobs,
      },
    }),
  });
  listener = await listen(path.join(folder, "declared.sock"));
});
after(async () => {
  await listener.close();
  rmSync(folder, { recursive: true });
});

for (const python of [PYTHON3, PYTHON2].filter(isTested)) {
  suite(`declared objects, seen by ${python.command}`, { skip: python.skip }, () => {
    test("an attribute is read and described, an operation called as a method of its directory or by itself", async () => {
      orders.set(17, 2);
      await using client = new PythonClient(listener.spec, python.command);
      for (const [source, answer] of [
        ['c.open("perf") == "+PERF1"', "True"],
        ['sorted(c.call("bind", 1, "declared", "orders")) == ["dir", "invoke"]', "True"],
        ['[str(name) for name in c.call("ls", 1)]', "['count', 'cancel', 'price', 'placed', 'jobs']"],
        ['c.call("lookup", 2, 1, "count") == ["attr"]', "True"],
        ['c.call("readattr", 2)', "1"],
        ['str(c.call("attrinfo", 2).desc)', "'Orders so far.'"],
        ['str(c.call("invoke", 1, "cancel", (17,), {}))', "'17 for none: true'"],
        ['c.call("lookup", 3, 1, "cancel") == ["invoke"]', "True"],
        ['str(c.call("invoke", 3, "call", (18,), {"reason": "rain"}))', "'18 for rain: false'"],
        ['c.call("readattr", 2)', "0"],
      ] as const) {
        assert.equal(await client.run(source), answer, source);
      }
    });

    test("arguments that do not fit are an exception that names the argument, and nothing is called", async () => {
      orders.set(17, 2);
      await using client = new PythonClient(listener.spec, python.command);
      await client.run('c.open("perf")');
      await client.run('c.call("bind", 1, "declared", "orders")');
      for (const [args, reason] of [
        ['("x",), {}', /id .*must be a whole number/u],
        ["(0,), {}", /id .*at least 1/u],
        ["(), {}", /id .*missing/u],
        ['(17,), {"colour": 1}', /colour/u],
        ['(17,), {"id": 17}', /id .*twice/u],
      ] as const) {
        const answer = await client.run(`c.call("invoke", 1, "cancel", ${args})`);
        assert.match(answer, /^!(?:TypeError|ValueError)/u);
        assert.match(answer, reason);
      }
      assert.equal(orders.size, 1);
      assert.match(await client.run('c.call("invoke", 1, "sell", (), {})'), /^!AttributeError/u);
    });

    test("a dict is an object where one is wanted, and a Map where that is", async () => {
      await using client = new PythonClient(listener.spec, python.command);
      await client.run('c.open("perf")');
      await client.run('c.call("bind", 1, "declared", "orders")');
      const cart = '{"lines": [{"cents": 250}, {"cents": 150}]}';
      assert.equal(await client.run(`c.call("invoke", 1, "price", (${cart}, {1: 2, 3: 4}), {})`), "800");
      assert.equal(await client.run(`c.call("invoke", 1, "price", (${cart},), {"options": {"a": 1}})`), "400");
      assert.match(await client.run('c.call("invoke", 1, "price", ({1: 2}, {}), {})'), /cart .*must be an object/u);
    });

    test("typed events arrive with their fields, pairs of them as start and finish of one process", async () => {
      await using client = new PythonClient(listener.spec, python.command);
      await client.run('c.open("perf")');
      await client.run('c.call("bind", 1, "declared", "orders")');
      await client.run(
        '[c.call("lookup", 2, 1, "placed"), c.call("lookup", 3, 1, "jobs"), c.call("subs", 2), c.call("subs", 3)]',
      );
      placed.notify({ id: 18 });
      jobs.start({ job: "restock" }).finish({ done: 3 });
      assert.equal(await client.run("events = [event for _, event in c.drain(3)]"), "None");
      assert.equal(
        await client.run('[type(event).__name__ for event in events] == ["event", "startevent", "finishevent"]'),
        "True",
      );
      assert.equal(await client.run("events[0].id, events[2].done, events[2].aborted"), "(18, 3, False)");
      assert.equal(await client.run("str(events[1].job), events[1].id == events[2].id"), "('restock', True)");
    });
  });
}
