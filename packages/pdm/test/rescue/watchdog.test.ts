import assert from "node:assert/strict";
import { test } from "node:test";
import { Watched } from "../out-of-band/watched.js";
import { runRescue } from "./run-rescue.js";

test("a service with a watchdog is looked at and freed through its socket; no signal is sent", async () => {
  await using watched = await Watched.start({ watchdog: true });
  watched.block("loop");
  const found = await runRescue([watched.spec]);
  assert.equal(found.status, 0, found.stderr);
  assert.match(found.stdout, /^Process \d+, by its watchdog: stuck in a loop\n.*spinForOrder/);
  assert.match(found.stdout, /order = \{ id: 4711 \}/);
  const inFrame = await runRescue([watched.spec, "--eval", "order.id", "--frame", "0", "--json"]);
  assert.deepEqual(JSON.parse(inFrame.stdout), { text: "4711", isError: false, call: "spinForOrder" });
  const turns = watched.turns();
  const freed = await runRescue([watched.spec, "--eval", "state.stop = true"]);
  assert.deepEqual([freed.status, freed.stdout], [0, "true\n"]);
  await turns;
  assert.doesNotMatch(watched.stderr, /Debugger listening/);
});

test("a service whose socket may do less is looked at as far as that goes", async () => {
  await using watched = await Watched.start({ watchdog: true, role: "viewer" });
  const { status, stderr } = await runRescue([watched.spec, "--eval", "1"]);
  assert.equal(status, 1);
  assert.match(stderr, /^pdm-rescue: .*(?:right|repl|not allowed|refused)/i);
  const thread = await runRescue([watched.spec, "--thread", "1"]);
  assert.match(thread.stderr, /a watchdog tells of the main thread alone/);
});
