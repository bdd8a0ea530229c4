import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import { DaemonProcess } from "../fixtures/daemon-process.js";
import { NO_SSH, PASSPHRASE, SshServer } from "../fixtures/ssh-server.js";
import { createFolder, NO_TERMINAL, PROGRAM, Terminal } from "../terminal/program-run.js";

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

describe("pdm-repl over ssh, on a terminal", { skip: NO_SSH || NO_TERMINAL }, () => {
  let server: SshServer;
  let daemon: DaemonProcess;
  let stateFolder: string;
  before(async () => {
    daemon = await DaemonProcess.start();
    stateFolder = createFolder();
    server = await SshServer.start();
  });
  afterEach(() => server.waitForNoTrace());
  after(async () => {
    await daemon[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  function openTerminal(t: TestContext): Terminal {
    const spec = `locked:${daemon.spec}`;
    const terminal = new Terminal([process.execPath, PROGRAM, spec], { XDG_STATE_HOME: stateFolder });
    t.after(() => terminal.close());
    return terminal;
  }

  test("ssh asks for a passphrase, and then the terminal is the program's", async (t) => {
    const terminal = openTerminal(t);
    await terminal.expect(/Enter passphrase for key/);
    await terminal.send(`${PASSPHRASE}\r`);
    await terminal.expect(/^%$/);
    await terminal.send("1 + 1\r");
    const screen = await terminal.expect(/^2\n%$/);
    assert.ok(!screen.includes(PASSPHRASE), "it was not shown");
    await terminal.send("echo('begun'), await new Promise(() => {})\r");
    await terminal.expect(/^'begun'\n$/);
    await terminal.send(CTRL_C);
    await terminal.expect(/^Uncaught Interrupted[^%]*\n%$/);
    await terminal.send(CTRL_C);
    await terminal.expect(/Ctrl-C again leaves/);
    await terminal.send(CTRL_C);
    assert.equal((await terminal.end()).status, 130);
  });

  test("a passphrase that is not given ends with ssh's reason", async (t) => {
    const terminal = openTerminal(t);
    await terminal.expect(/Enter passphrase for key/);
    await terminal.send("wrong\r");
    const { status, screen } = await terminal.end();
    assert.equal(status, 1);
    assert.match(screen.replaceAll("\n", ""), /Permission denied \(publickey\)/);
  });

  test("Ctrl-C while ssh asks ends the program", async (t) => {
    const terminal = openTerminal(t);
    await terminal.expect(/Enter passphrase for key/);
    await terminal.send(CTRL_C);
    assert.equal((await terminal.end()).status, -2);
  });

  test("Ctrl-D leaves, and the connection goes with it", async (t) => {
    const terminal = openTerminal(t);
    await terminal.expect(/Enter passphrase for key/);
    await terminal.send(`${PASSPHRASE}\r`);
    await terminal.expect(/^%$/);
    await terminal.send(CTRL_D);
    assert.equal((await terminal.end()).status, 0);
  });
});
