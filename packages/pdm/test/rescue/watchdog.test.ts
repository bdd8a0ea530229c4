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

test("of a native call the watchdog does not know, its memory is named, and nothing offered that cannot be done", async () => {
  await using watched = await Watched.start({ watchdog: { blockedMs: 100 } });
  for (;;) {
    // It may return before it is looked at.
    watched.block("native");
    const { stdout } = await runRescue([watched.spec]);
    if (!stdout.includes("by its watchdog: in a native call\n")) continue;
    // It may have returned by now.
    if (!/^Stack/m.test(stdout))
      assert.match(stdout, new RegExp(`its memory tells, .*: pdm-rescue ${watched.process.pid} --no-signal\n`));
    if (!/^Stack/m.test(stdout)) assert.doesNotMatch(stdout, /--eval|--profile/);
    break;
  }
});

test("a service whose socket may do less is looked at as far as that goes", async () => {
  await using watched = await Watched.start({ watchdog: true, role: "viewer" });
  const { status, stderr } = await runRescue([watched.spec, "--eval", "1"]);
  assert.equal(status, 1);
  assert.match(stderr, /^pdm-rescue: .*(?:right|repl|not allowed|refused)/i);
  watched.block("loop");
  for (;;) {
    const { stdout } = await runRescue([watched.spec, "--json"]);
    const { threads } = JSON.parse(stdout) as {
      threads: { state: string; stack: { call: string }[]; details: string[] }[];
    };
    if (threads[0]?.state !== "loop") continue;
    assert.equal(threads[0].stack[0]?.call, "spinForOrder");
    assert.match(
      threads[0].details.join(),
      /by now its event loop has not turned for \d+\.\d s\.,To look at it now is refused: /,
    );
    break;
  }
  const thread = await runRescue([watched.spec, "--thread", "1"]);
  assert.match(thread.stderr, /a watchdog tells of the main thread alone/);
});
