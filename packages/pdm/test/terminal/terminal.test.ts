import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  createFolder,
  NO_TERMINAL,
  openTerminal,
  PROGRAM,
  startNodeDaemon,
  startPythonDaemon,
  Terminal,
} from "./program-run.js";
import type { Daemon } from "./program-run.js";

const LEFT = "\u001B[D";
const UP = "\u001B[A";
const CTRL_A = "\u0001";
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

describe("on a terminal, with a Node.js daemon", { skip: NO_TERMINAL }, () => {
  let daemon: Daemon;
  before(async () => {
    daemon = await startNodeDaemon();
  });
  after(() => daemon.stop());

  test("commands of one and of several lines run, each prompt shows what is expected, and Ctrl-D leaves", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send("1 + 1\rfunction f() {\rreturn 7\r}\rf()\r");
    await terminal.expect(/^7\n%$/);
    await terminal.send(CTRL_D);
    assert.deepEqual(await terminal.end(), {
      status: 0,
      screen: "% 1 + 1\n2\n% function f() {\n  return 7\n  }\n% f()\n7\n%\n",
    });
  });

  test("a statement pasted over several lines runs as one", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send("const all = [1, 5]\r  .filter((x) => x > 3)\rall\r");
    assert.equal(
      await terminal.expect(/^\[ 5 \]\n%$/),
      "% const all = [1, 5]\n    .filter((x) => x > 3)\n% all\n[ 5 ]\n%",
    );
  });

  test("arrow keys recall and edit, also when several keys come at once", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send("[40]\r");
    await terminal.expect(/^\[ 40 \]\n%$/);
    await terminal.send(`${UP}${LEFT}, 41${CTRL_A}[1].concat(\u0005)\r`);
    await terminal.expect(/^\[ 1, 40, 41 \]\n%$/);
  });

  test("what is typed while a command runs waits for its prompt", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send("await new Promise((r) => setTimeout(r, 300, 'first'))\r'sec");
    await terminal.expect(/^'first'\n% 'sec$/);
    await terminal.send("ond'\r");
    await terminal.expect(/^'first'\n% 'second'\n'second'\n%$/);
  });

  test("Ctrl-C drops the line, and the lines before it that belong to the same command", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send(`const o = {\rlost: 1,${CTRL_C}`);
    await terminal.expect(/^ {2}lost: 1,\^C\n%$/);
    await terminal.send("typeof o\r");
    await terminal.expect(/^'undefined'\n%$/);
  });

  test("Ctrl-C stops what a command waits for, and the session goes on", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send("let kept = 5; echo('begun'), await new Promise(() => {})\r");
    await terminal.expect(/^'begun'\n$/);
    await terminal.send(CTRL_C);
    await terminal.expect(/^Uncaught Interrupted[^%]*\n%$/);
    await terminal.send("kept\r");
    await terminal.expect(/^5\n%$/);
  });

  test("Ctrl-C where nothing is typed says how to leave, and a second one leaves", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send(CTRL_C);
    await terminal.expect(/Ctrl-C again leaves[^\n]*\n%$/);
    await terminal.send(CTRL_C);
    assert.equal((await terminal.end()).status, 130);
  });

  test("control characters in the daemon's output cannot drive the terminal", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send(
      "echo({ [Symbol.for('nodejs.util.inspect.custom')]: () => '\\x1b[2J\\x07\\x9b1m\\u202e\\tend' })\r",
    );
    await terminal.expect(/^\\x1b\[2J\\x07\\x9b1m\\u202e *end$/);
  });

  test("nor can they in a prompt or a question, where the cursor cannot be moved", async (t) => {
    const hostile = await startNodeDaemon(String.raw`process.title = "\x1b[31mshop";`);
    t.after(() => hostile.stop());
    const env = { XDG_STATE_HOME: createFolder(), TERM: "dumb" };
    const terminal = new Terminal([process.execPath, PROGRAM, hostile.spec], env);
    t.after(() => terminal.close());
    await terminal.expect(/^\\x1b\[31mshop\[\d+\] admin>$/);
    await terminal.send("await ask('\\x1b[1Gwho?\\x07')\r");
    await terminal.expect(/^\\x1b\[1Gwho\?\\x07$/);
    await terminal.send("bob\r");
    await terminal.expect(/^'bob'$/);
  });

  test("several questions are asked one after the other, in their order", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send("await Promise.all([ask('first?'), ask('second?')])\r");
    await terminal.expect(/^first\?$/);
    await terminal.send("1\r");
    await terminal.expect(/^second\?$/);
    await terminal.send("2\r");
    await terminal.expect(/^\[ '1', '2' \]\n%$/);
  });

  test("a question is answered where the cursor cannot be moved, and not asked of others any more", async (t) => {
    const env = { XDG_STATE_HOME: createFolder(), TERM: "dumb" };
    const open = async (...args: string[]): Promise<Terminal> => {
      const terminal = new Terminal([process.execPath, PROGRAM, ...args, daemon.spec], env);
      t.after(() => terminal.close());
      await terminal.expect(/^%$/);
      return terminal;
    };
    const one = await open("--session", "asking");
    await one.send("await ask('who?')\r");
    await one.expect(/^who\?$/);
    const two = await open();
    await two.send(".session asking\r");
    await two.expect(/^who\?$/);
    await two.send("bob\r");
    await one.expect(/^'bob'\n%$/);
    // What comes of it is told before the prompt comes back, or after.
    await two.expect(/^who\? bob\n(?:% client \d+: 'bob'|client \d+: 'bob'\n%)$/);
    // Asked while somebody else types.
    await one.send("var name = await ask('why?')\r");
    await one.expect(/^why\?$/);
    await two.expect(/a question follows this line/);
    await two.send("\r");
    await two.expect(/^why\?$/);
    await one.send("so\r");
    await one.expect(/^why\? so\n%$/);
    await two.send("name\r");
    await two.expect(/^'so'\n%$/);
  });

  test("a lost connection is reported at the prompt, and whoever does not want it again leaves with status 1", async (t) => {
    const doomed = await startNodeDaemon();
    const terminal = await openTerminal(t, doomed.spec);
    doomed.stop();
    await terminal.expect(/^connection lost \([^)]+\)\. Reconnect\? \[Y\/n\]$/);
    await terminal.send("n\r");
    assert.equal((await terminal.end()).status, 1);
  });

  test("while the daemon's event loop is busy the program says what it waits for", async (t) => {
    const busy = await startNodeDaemon(
      "setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20_000));",
    );
    t.after(() => busy.child.kill("SIGKILL"));
    const terminal = new Terminal([process.execPath, PROGRAM, busy.spec], { XDG_STATE_HOME: createFolder() });
    t.after(() => terminal.close());
    await terminal.expect(/event loop is busy/);
    await terminal.send(CTRL_C);
    assert.equal((await terminal.end()).status, -2);
  });
});

describe("on a terminal, with a Python daemon", { skip: NO_TERMINAL }, () => {
  let daemon: Daemon;
  before(async () => {
    daemon = await startPythonDaemon();
  });
  after(() => daemon.stop());

  test("def and for blocks end with an empty line, expressions run at once", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send("def f(n):\r  return n * 2\r\rfor i in range(2):\r  echo(f(i))\r\rf(4)\r");
    const screen = await terminal.expect(/^8\n%$/);
    assert.equal(screen, "% def f(n):\n    return n * 2\n\n% for i in range(2):\n    echo(f(i))\n\n0\n2\n% f(4)\n8\n%");
  });

  test("Ctrl-C while a command runs says that it goes on; a second one leaves", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send("import time; echo('begun'); time.sleep(5)\r\r");
    await terminal.expect(/^'begun'\n$/);
    await terminal.send(CTRL_C);
    await terminal.expect(/goes on in the service/);
    await terminal.send(CTRL_C);
    assert.equal((await terminal.end()).status, 130);
  });

  test("a traceback is shown like any output", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send("1 / 0\r");
    await terminal.expect(/^Traceback[^%]*\nZeroDivisionError: [^\n]*\n%$/);
  });

  test("Ctrl-D runs what is left of a command, and leaves", async (t) => {
    const terminal = await openTerminal(t, daemon.spec);
    await terminal.send(`echo(1); echo(2)\r${CTRL_D}`);
    assert.deepEqual(await terminal.end(), { status: 0, screen: "% echo(1); echo(2)\n\n1\n2\n" });
  });
});
