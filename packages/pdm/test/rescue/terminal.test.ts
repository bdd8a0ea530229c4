// pdm-rescue and pdm-attach as a person has them, in a real terminal: asked for consent, in colours, and with the next steps.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { listListeningPorts } from "../../src/target/listening-ports.js";
import { NO_TMUX, Tmux } from "../terminal/tmux.js";
import type { Pane } from "../terminal/tmux.js";
import { VictimProcess } from "../fixtures/victim-process.js";

const LOOP = `
globalThis.state = { stop: false };
setTimeout(function spin() {
  const order = "order-7";
  while (!state.stop);
  console.log("freed", order);
  setInterval(() => {}, 1_000);
});
require("node:fs").writeSync(1, "begin\\n");`;
const IDLE = 'setInterval(() => {}, 1_000); require("node:fs").writeSync(1, "begin\\n");';
const CJS = { file: "victim.cjs" } as const;

async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe("in a terminal", { skip: NO_TMUX }, () => {
  let tmux: Tmux;
  before(async () => (tmux = await Tmux.start()));
  after(() => tmux[Symbol.asyncDispose]());

  const open = (program: string, ...args: readonly string[]): Promise<Pane> =>
    tmux.open([process.execPath, fileURLToPath(new URL(`../../src/${program}.js`, import.meta.url)), ...args]);

  async function enter(pane: Pane, text: string): Promise<void> {
    await pane.type(text);
    await pane.press("Enter");
  }

  test("pdm-rescue asks before it sends anything, shows what is stuck in its colour, and goes on at a prompt", async () => {
    using victim = await VictimProcess.start(LOOP, CJS);
    await using pane = await open("pdm-rescue", String(victim.pid));
    await pane.expect(/ will be sent SIGUSR1, .*\nGo on\? \[y\/N\]$/s);
    assert.deepEqual(listListeningPorts(victim.pid), []);
    await enter(pane, "y");
    const screen = await pane.expect(/\nGo on here, in the main thread:\n.*\nrescue>$/s);
    assert.match(screen.text, new RegExp(`\\nProcess ${victim.pid} \\(victim\\.cjs\\): stuck in a loop\\n`));
    assert.equal(screen.styleOf("stuck in a loop"), "red bold");
    await enter(pane, "frame 0 order");
    await pane.expect(/\nrescue> frame 0 order\n'order-7'\nrescue>$/);
    await enter(pane, "eval nothing.there");
    await pane.expect(/\nReferenceError: nothing is not defined\nrescue>$/);
    await enter(pane, "what");
    await pane.expect(/\nrescue> what\n {2}look .*\nrescue>$/s);
    await enter(pane, "eval state.stop = true");
    await pane.expect(/\ntrue\nrescue>$/);
    await waitUntil(() => victim.stdout.includes("freed order-7"));
    await enter(pane, "look");
    await pane.expect(/\nProcess \d+ \(victim\.cjs\): idle\n.*\nrescue>$/s);
    await enter(pane, "quit");
    assert.equal(await pane.end(), 0);
    await waitUntil(() => listListeningPorts(victim.pid).length === 0);
  });

  test("pdm-rescue sends nothing where the answer is no, or Ctrl-C", async () => {
    using victim = await VictimProcess.start(IDLE, CJS);
    for (const refuse of [(pane: Pane) => enter(pane, "n"), (pane: Pane) => pane.press("C-c")]) {
      await using pane = await open("pdm-rescue", String(victim.pid));
      await pane.expect(/\nGo on\? \[y\/N\]$/);
      await refuse(pane);
      assert.equal(await pane.end(), 2);
      await pane.expect(/pdm-rescue: nothing was sent\n/);
    }
    assert.equal(victim.stderr, "");
  });

  test("pdm-attach asks, and prints the socket", async () => {
    using victim = await VictimProcess.start(IDLE, { ...CJS, env: { XDG_RUNTIME_DIR: "" } });
    await using pane = await open("pdm-attach", String(victim.pid));
    await pane.expect(/ over a Unix socket until it is detached from\.\nGo on\? \[y\/N\]$/);
    await enter(pane, "yes");
    assert.equal(await pane.end(), 0);
    await pane.expect(new RegExp(`\\n/\\S+/victim-${victim.pid}\\.sock\\nprocess ${victim.pid} was attached to; `));
    await using out = await open("pdm-attach", "--detach", String(victim.pid));
    assert.equal(await out.end(), 0);
  });
});
