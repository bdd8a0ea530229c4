// Ctrl-C and the deadline, as seen in a real terminal; the service goes on in each case, and its own SIGINT handler never runs.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { createFolder } from "./program-run.js";
import { useShop } from "./shop.js";
import type { Pane } from "./tmux.js";
import { NO_TMUX } from "./tmux.js";

const use = useShop();

const INTERRUPTED = /\nUncaught Interrupted: the command was stopped;[^%]*\n%$/;
const OVER = /\nUncaught DeadlineExceeded: the command blocked the service for 400 ms [^%]*\n%$/;

/** What was typed before is there, the service's own clock goes on, and no signal reached it. */
async function assertGoesOn(pane: Pane): Promise<void> {
  assert.equal(await pane.run("kept"), "'kept'");
  assert.equal(await pane.run("await waitForTicks(2)"), "'ticking'");
  assert.equal(await pane.run("state()"), "{ sigints: 0, isAlive: true }");
}

describe("in a terminal", { skip: NO_TMUX }, () => {
  for (const [what, command] of [
    ["an endless loop", "running(); while (true) {}"],
    ["an endless loop in a function of the service's", "[1].map(() => { running(); for (;;); })"],
    ["a pending await", "running(); await new Promise(() => {})"],
    ["an endless loop behind an await", "await 1; running(); while (true) {}"],
    ["an await behind an await, with const", "const n = await 1; running(); await new Promise(() => {})"],
  ] as const) {
    test(`Ctrl-C stops ${what}`, async () => {
      await using pane = await use.shop.open();
      await pane.run("let kept = 'kept'");
      await use.shop.begin(pane, command);
      await pane.press("C-c");
      await pane.expect(INTERRUPTED);
      await assertGoesOn(pane);
    });
  }

  test("Ctrl-C right behind Enter stops what that began", async () => {
    await using pane = await use.shop.open();
    await pane.run("let kept = 'kept'");
    await pane.typeOut("while (true) {}");
    await pane.press("Enter", "C-c");
    await pane.expect(INTERRUPTED);
    await assertGoesOn(pane);
  });

  test("Ctrl-C pressed twice stops what runs, and does not leave", async () => {
    await using pane = await use.shop.open();
    await pane.run("let kept = 'kept'");
    await use.shop.begin(pane, "running(); await new Promise(() => {})");
    await pane.press("C-c", "C-c");
    await pane.expect(INTERRUPTED);
    await assertGoesOn(pane);
  });

  test("the deadline stops a loop without anybody's doing, behind an await too, but no pending await", async () => {
    await using pane = await use.shop.open(["--deadline", "400", use.shop.spec]);
    await pane.run("let kept = 'kept'");
    for (const command of ["while (true) {}", "await 1; for (;;);"]) {
      await pane.typeOut(command);
      await pane.press("Enter");
      await pane.expect(OVER);
    }
    // A tick comes every 20 ms: this takes longer than the deadline, in short steps.
    assert.equal(await pane.run("await waitForTicks(25)"), "'ticking'");
    await assertGoesOn(pane);
  });

  test("a loop in a callback is out of reach, and that is said", async () => {
    await using pane = await use.shop.open();
    await pane.run("let kept = 'kept'");
    const end = path.join(createFolder(), "end");
    await pane.run(`const end = "${end}"`);
    await pane.run("const spin = () => { running(); while (!fs.existsSync(end)); }");
    await use.shop.begin(pane, "await new Promise(() => setTimeout(spin, 1))");
    await pane.press("C-c");
    await pane.expect(/\n\(it goes on: a loop in a callback[^)]* is out of reach; Ctrl-C again leaves/);
    writeFileSync(end, "");
    // The wait is not.
    await pane.expect(INTERRUPTED);
    await assertGoesOn(pane);
  });

  test("Ctrl-C where nothing runs drops what is typed, and twice where nothing is typed leaves", async () => {
    await using pane = await use.shop.open();
    await pane.typeOut("half a line");
    await pane.press("C-c");
    await pane.expect(/\n% half a line\^C\n%$/);
    await pane.press("C-c");
    await pane.expect(/Ctrl-C again leaves[^\n]*\n%$/);
    await pane.press("C-c");
    assert.equal(await pane.end(), 130);
  });

  test("Ctrl-D leaves, and the terminal is as it was", async () => {
    await using pane = await use.shop.open();
    await pane.press("C-d");
    assert.equal(await pane.end(), 0);
  });
});
