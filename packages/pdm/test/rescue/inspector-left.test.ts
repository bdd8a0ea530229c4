import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { diagnoseThread } from "../../src/diagnosis/diagnose.js";
import { evaluateInside } from "../../src/diagnosis/evaluate.js";
import { openRemoteSession } from "../../src/inspector/remote-session.js";
import { listListeners, listListeningPorts } from "../../src/target/listening-ports.js";
import { readProcessStatus } from "../../src/target/process-status.js";
import { VictimProcess } from "../fixtures/victim-process.js";
import { runRescue } from "./run-rescue.js";

async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const BEGIN = 'require("node:fs").writeSync(1, "begin\\n");';
const IDLE = `setInterval(() => {}, 1_000); ${BEGIN}`;
const CJS = { file: "victim.cjs" } as const;

const PROGRAM = fileURLToPath(new URL("../../src/pdm-rescue.js", import.meta.url));

describe("an inspector that pdm-rescue has opened", { concurrency: 3 }, () => {
  test("is closed also where the program lacks what Node.js 20.16 brought, and the process lives on", async () => {
    using victim = await VictimProcess.start(`delete process.getBuiltinModule; ${IDLE}`, CJS);
    const { status, stdout, stderr } = await runRescue([String(victim.pid), "--yes"]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /: idle\n/);
    await waitUntil(() => listListeningPorts(victim.pid).length === 0);
    assert.equal(readProcessStatus(victim.pid).state, "S");
  });

  for (const [name, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const) {
    test(`is closed where pdm-rescue is interrupted by ${name}`, async () => {
      using victim = await VictimProcess.start(IDLE, CJS);
      const file = path.join(victim.folder, "a.cpuprofile");
      const args = [PROGRAM, String(victim.pid), "--yes", "--profile", "3600", "--output", file];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
      await waitUntil(() => listListeningPorts(victim.pid).length === 1 && existsSync(file));
      child.kill(name);
      const [status] = (await once(child, "close")) as [number];
      assert.equal(status, 128 + number, stderr);
      assert.match(stderr, new RegExp(`is closed again\\npdm-rescue: interrupted by ${name}`));
      await waitUntil(() => listListeningPorts(victim.pid).length === 0);
    });
  }

  test("is closed where nobody reads the output any more, without a word", async () => {
    using victim = await VictimProcess.start(IDLE, CJS);
    const child = spawn(process.execPath, [PROGRAM, String(victim.pid), "--yes"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, "exit")]);
    assert.match(stderr, /^the inspector of process .* is closed again\n$/);
    assert.equal(status, 141);
    await waitUntil(() => listListeningPorts(victim.pid).length === 0);
  });

  test("opens late behind a native call: that is said, and --close-inspector waits for it and closes it", async () => {
    using victim = await VictimProcess.start(
      `${IDLE} setTimeout(() => { try { require("node:child_process").execFileSync("sleep", ["3600"]); } catch {} });`,
      CJS,
    );
    const first = await runRescue([String(victim.pid), "--yes", "--wait", "0.3"]);
    assert.match(
      first.stderr,
      /its inspector opens when that returns, and stays open\. To close it then: .* --close-inspector/,
    );
    assert.deepEqual(listListeningPorts(victim.pid), []);
    const closing = runRescue([String(victim.pid), "--close-inspector", "--wait", "60"]);
    process.kill(Number(/Its child process (\d+) runs: sleep/.exec(first.stdout)?.[1]));
    const { status, stderr } = await closing;
    assert.equal(status, 0, stderr);
    await waitUntil(() => listListeningPorts(victim.pid).length === 0);
    const none = await runRescue([String(victim.pid), "--close-inspector"]);
    assert.equal(none.status, 1);
    assert.match(none.stderr, /the inspector of process .* is not open/);
    assert.equal(victim.stderr.match(/Debugger listening/g)?.length, 1);
  });

  test("is left open while another debugger is connected, with which closing would block the process", async () => {
    using victim = await VictimProcess.start(IDLE, { ...CJS, flags: ["--inspect=127.0.0.1:0"] });
    const port = await victim.readInspectorPort();
    const other = await openRemoteSession(() => connect(port, "127.0.0.1"), 5_000);
    const refused = await runRescue([String(victim.pid), "--close-inspector"]);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /is left open: another debugger is connected/);
    assert.deepEqual(listListeningPorts(victim.pid), [port]);
    other.close();
    await other.closed;
    const { status } = await runRescue([String(victim.pid), "--close-inspector"]);
    assert.equal(status, 0);
    await waitUntil(() => listListeningPorts(victim.pid).length === 0);
  });

  test("does not tell of a program that has ended meanwhile anything but that, and lets the process go", async () => {
    using victim = await VictimProcess.start(`${BEGIN} globalThis.stop = false; while (!stop);`, {
      ...CJS,
      flags: ["--inspect=127.0.0.1:0"],
    });
    const port = await victim.readInspectorPort();
    const session = await openRemoteSession(() => connect(port, "127.0.0.1"), 5_000);
    assert.equal((await evaluateInside(session, "stop = true", {})).text, "true");
    await waitUntil(() => victim.stderr.includes("Waiting for the debugger to disconnect"));
    const ended = { code: "ERR_PDM_INSPECTOR_CLOSED", message: /^its program has ended/ };
    await assert.rejects(evaluateInside(session, "1", {}), ended);
    await assert.rejects(diagnoseThread(session), ended);
    session.close();
    const [status] = (await once(victim.child, "exit")) as [number];
    assert.equal(status, 0);
  });

  test("may have another address of this machine; where others would reach it, nothing is sent", async () => {
    const { port } = await VictimProcess.start(IDLE, CJS).then((victim) => {
      victim[Symbol.dispose]();
      return victim;
    });
    using own = await VictimProcess.start(`setTimeout(() => { for (;;); }, 1); ${BEGIN}`, {
      ...CJS,
      flags: [`--inspect-port=127.0.0.2:${port}`],
    });
    const found = await runRescue([String(own.pid), "--yes"]);
    assert.match(found.stdout, /stuck in a loop/, found.stderr);
    assert.deepEqual(listListeners(own.pid), [{ host: "127.0.0.2", port }]);
    using open = await VictimProcess.start(IDLE, { ...CJS, flags: [`--inspect-port=0.0.0.0:${port}`] });
    const { status, stderr } = await runRescue([String(open.pid), "--yes"]);
    assert.equal(status, 1);
    assert.match(stderr, /would listen on 0\.0\.0\.0:\d+, where others could run code in it; nothing was sent/);
    assert.equal(open.stderr, "");
  });
});

describe("what cannot be done", { concurrency: 3 }, () => {
  test("in a process that is stopped nothing is evaluated, and that is no success", async () => {
    using victim = await VictimProcess.start(IDLE, CJS);
    process.kill(victim.pid, "SIGSTOP");
    await waitUntil(() => readProcessStatus(victim.pid).state === "T");
    const { status, stdout, stderr } = await runRescue([String(victim.pid), "--yes", "--eval", "1"]);
    assert.equal(status, 1);
    assert.match(stdout, /: stopped\n/);
    assert.match(stderr, /nothing was evaluated/);
    process.kill(victim.pid, "SIGCONT");
  });

  test("two things at once, and a thread that is not there, are refused", async () => {
    using victim = await VictimProcess.start(IDLE, CJS);
    const two = await runRescue([String(victim.pid), "--eval", "1", "--profile", "1"]);
    assert.match(two.stderr, /--eval and --profile are two things: leave one out/);
    const none = await runRescue([String(victim.pid), "--yes", "--thread", "99"]);
    assert.equal(none.status, 1);
    assert.match(none.stderr, /there is no worker thread 99; there is none at all/);
  });

  test("clocks that a program has replaced do not mislead", async () => {
    using victim = await VictimProcess.start(
      `Date.now = performance.now = () => 0;
      setTimeout(function spin() { for (;;); }, 1); ${BEGIN}`,
      CJS,
    );
    const { stdout } = await runRescue([String(victim.pid), "--yes"]);
    assert.match(stdout, /stuck in a loop\n.*for more than 1\.\d s, in spin/);
  });
});
