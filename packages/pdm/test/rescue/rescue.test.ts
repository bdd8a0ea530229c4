import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import type { Diagnosis } from "../../src/diagnosis/diagnosis.js";
import { openRemoteSession } from "../../src/inspector/remote-session.js";
import { listListeningPorts } from "../../src/target/listening-ports.js";
import { readProcessStatus } from "../../src/target/process-status.js";
import { VictimProcess } from "../fixtures/victim-process.js";
import type { VictimOptions } from "../fixtures/victim-process.js";
import { runRescue } from "./run-rescue.js";

type ThreadDiagnosis = Diagnosis & { readonly thread: number };

async function diagnose(victim: VictimProcess, ...args: readonly string[]): Promise<ThreadDiagnosis[]> {
  const { status, stdout, stderr } = await runRescue([String(victim.pid), "--yes", "--json", ...args]);
  assert.equal(status, 0, stderr);
  return (JSON.parse(stdout) as { threads: ThreadDiagnosis[] }).threads;
}

async function diagnoseMain(victim: VictimProcess, ...args: readonly string[]): Promise<ThreadDiagnosis> {
  const [main] = await diagnose(victim, ...args);
  assert.ok(main !== undefined);
  return main;
}

const folder = mkdtempSync(path.join(tmpdir(), "pdm-rescue-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function copyProgram(program: string, name: string): string {
  copyFileSync(program, path.join(folder, name));
  return path.join(folder, name);
}

/** Until the process is where the source has it: in the kernel's eyes, or by what it has written. */
async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const BEGIN = 'require("node:fs").writeSync(1, "begin\\n");';
const LOOP = `
function spin(order, state) {
  let turns = 0;
  while (!state.stop) turns += order.step;
  return turns;
}
function serve(request) {
  return spin({ step: 2, id: "order-7" }, globalThis.state);
}
globalThis.state = { stop: false };
setTimeout(() => {
  serve({ url: "/spin" });
  require("node:fs").writeSync(1, "freed\\n");
}, 1);
${BEGIN}`;
const AS_MODULE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

// Some at a time, since most of the time is waited.
describe("pdm-rescue", { concurrency: 3 }, () => {
  const LOOPS: Readonly<Record<string, [string, VictimOptions]>> = {
    "an ES module": [`${AS_MODULE}${LOOP}`, { file: "victim.mjs" }],
    "a CommonJS module": [LOOP, { file: "victim.cjs" }],
  };

  for (const [what, [source, options]] of Object.entries(LOOPS)) {
    test(`a loop in ${what} is told with its stack, its source lines and the variables of each call, and ended by a flag`, async () => {
      using victim = await VictimProcess.start(source, options);
      const { state, summary, stack } = await diagnoseMain(victim);
      assert.equal(state, "loop");
      assert.match(summary, /^Stuck in JavaScript: .*in spin \(.*victim\.[mc]js:4\)\.$/);
      const [spin, serve] = stack;
      assert.equal(spin?.call, "spin");
      assert.ok(spin.source.some(({ line, text }) => line === 4 && text.includes("turns += order.step")));
      const variables = new Map(spin.variables.map(({ name, text }) => [name, text]));
      assert.equal(variables.get("order"), "{ step: 2, id: 'order-7' }");
      assert.equal(variables.get("state"), "{ stop: false }");
      assert.match(variables.get("turns") ?? "", /^\d+$|optimized away/);
      assert.equal(serve?.call, "serve");
      assert.deepEqual(serve.variables, [{ name: "request", text: "{ url: '/spin' }" }]);

      const pid = String(victim.pid);
      const inFrame = await runRescue([pid, "--yes", "--eval", "order.id + 1", "--frame", "0"]);
      assert.deepEqual([inFrame.status, inFrame.stdout], [0, "'order-71'\n"]);
      const freed = await runRescue([pid, "--yes", "--eval", "state.stop = true"]);
      assert.deepEqual([freed.status, freed.stdout], [0, "true\n"]);
      await waitUntil(() => victim.stdout.includes("freed"));
    });
  }

  test("a loop that calls a method is ended by replacing that", async () => {
    using victim = await VictimProcess.start(
      `
    globalThis.queue = { next: () => 1 };
    setTimeout(() => { try { for (;;) queue.next(); } catch (error) { ${BEGIN.replace("begin", "freed by ")}; console.log(error.message); } });
    ${BEGIN}`,
      { file: "victim.cjs" },
    );
    assert.equal((await diagnoseMain(victim)).state, "loop");
    await runRescue([String(victim.pid), "--yes", "-e", 'queue.next = () => { throw new Error("rescue"); }']);
    await waitUntil(() => victim.stdout.includes("rescue"));
  });

  test("an expression without end is stopped, one that throws says so, and the loop goes on", async () => {
    using victim = await VictimProcess.start(LOOP, { file: "victim.cjs" });
    const pid = String(victim.pid);
    const endless = await runRescue([pid, "--yes", "-e", "for (;;);"]);
    assert.deepEqual([endless.status, endless.stdout], [3, "not done within 1000 ms, and stopped\n"]);
    const thrown = await runRescue([pid, "--yes", "-e", "nobody"]);
    assert.deepEqual([thrown.status, thrown.stdout], [3, "ReferenceError: nobody is not defined\n"]);
    const outside = await runRescue([pid, "--yes", "-e", "1", "--frame", "99"]);
    assert.deepEqual([outside.status, outside.stdout], [1, ""]);
    assert.match(outside.stderr, /^pdm-rescue: the stack has no call 99; the outermost is \d+$/m);
    assert.equal((await diagnoseMain(victim)).state, "loop");
  });

  test("a regular expression that backtracks without end is told with its place and its text", async () => {
    using victim = await VictimProcess.start(
      `
    function check(text) {
      return /^(a+)+$/.test(text);
    }
    setTimeout(() => check("a".repeat(50) + "!"));
    ${BEGIN}`,
      { file: "victim.cjs" },
    );
    const { state, summary, stack } = await diagnoseMain(victim);
    assert.equal(state, "regexp");
    assert.match(summary, /in check \(.*victim\.cjs:3\) at `return \/\^\(a\+\)\+\$\/\.test\(text\);`/);
    assert.equal(stack[0]?.variables[0]?.text, `'${"a".repeat(50)}!'`);
  });

  test("one regular expression after the other is a loop", async () => {
    using victim = await VictimProcess.start(
      `
    setTimeout(() => { for (let i = 0; ; i += 1) /b+/.test("text"); });
    ${BEGIN}`,
      { file: "victim.cjs" },
    );
    assert.equal((await diagnoseMain(victim)).state, "loop");
  });

  const NATIVE_LOOPS: Readonly<Record<string, string>> = {
    execFileSync: 'require("node:child_process").execFileSync("sleep", ["0.7"])',
    pbkdf2Sync: 'require("node:crypto").pbkdf2Sync("a", "b", 1_200_000, 64, "sha512")',
  };

  for (const [call, code] of Object.entries(NATIVE_LOOPS)) {
    test(`${call} again and again is told with the function that it was entered from`, async () => {
      using victim = await VictimProcess.start(
        `
      function prepare() {
        for (let i = 0; i < 1_000; i += 1) ${code};
      }
      setTimeout(prepare);
      ${BEGIN}`,
        { file: "victim.cjs" },
      );
      const { summary, stack } = await diagnoseMain(victim, "--wait", "10");
      assert.match(summary, new RegExp(`${call}.*in prepare|${call}, entered from prepare`));
      assert.ok(stack.some((frame) => frame.call === "prepare" && frame.line === 3));
    });
  }

  const ONE_CALL: Readonly<Record<string, string>> = {
    execFileSync: 'require("node:child_process").execFileSync("sleep", ["3600"])',
    pbkdf2Sync: 'require("node:crypto").pbkdf2Sync("a", "b", 2_000_000_000, 64, "sha512")',
  };
  for (const [call, code] of Object.entries(ONE_CALL)) {
    test(`one ${call} that does not return is told with the functions that it was entered from, read out of the memory`, async () => {
      using victim = await VictimProcess.start(
        `
      class Report {
        print(title) {
          return [title].map((text) => render(text));
        }
      }
      function render(text) {
        ${code};
      }
      setTimeout(async function prepare() { new Report().print("sales"); });
      ${BEGIN}`,
        { file: "victim.cjs" },
      );
      const { state, summary, stack, details, advice } = await diagnoseMain(victim, "--wait", "1");
      const child = /Its child process (\d+) runs: sleep 3600/.exec(details.join("\n"))?.[1];
      if (child !== undefined) process.kill(Number(child));
      assert.equal(state, "native", summary);
      assert.match(summary, new RegExp(`it was ${call}, entered from render \\(.*victim\\.cjs, from line 7\\)\\.$`));
      const own = stack.filter(({ isInternal }) => !isInternal);
      assert.deepEqual(
        own.map((frame) => [frame.call, frame.functionLine]),
        [
          ["render", 7],
          ["", 4],
          ["print", 3],
          ["prepare", 10],
        ],
      );
      assert.equal(child === undefined, call === "pbkdf2Sync");
      if (child !== undefined) assert.ok(advice.some((text) => text.includes(`kill ${child}`)));
      assert.notEqual(readProcessStatus(victim.pid).state, "T");
    });
  }

  test("a wait in execFileSync is told apart from a worker thread that computes meanwhile", async () => {
    using victim = await VictimProcess.start(
      `
      const { Worker } = require("node:worker_threads");
      new Worker("for (;;);", { eval: true }).on("online", () => {
        ${BEGIN}
        require("node:child_process").execFileSync("sleep", ["3600"]);
      });`,
      { file: "victim.cjs" },
    );
    const { state, details } = await diagnoseMain(victim, "--wait", "1");
    for (const [, child] of details.join("\n").matchAll(/child process (\d+) runs: sleep/g))
      process.kill(Number(child));
    assert.equal(state, "native", details.join("\n"));
    assert.match(details[0] ?? "", /^Its main thread waits.*: \d % of a processor\.$/);
    assert.match(details[1] ?? "", /^Another of its threads computes \(.+, \d+\): \d+ % of a processor\.$/);
  });

  test("worker threads of a pool that wait in Atomics.wait are told on one line, and nothing is stuck", async () => {
    using victim = await VictimProcess.start(
      `
      const { Worker } = require("node:worker_threads");
      const cell = new Int32Array(new SharedArrayBuffer(4));
      const code = 'const { workerData, parentPort } = require("node:worker_threads"); parentPort.postMessage(0); setTimeout(() => Atomics.wait(workerData, 0, 0));';
      let left = 2;
      for (let i = 0; i < 2; i += 1) new Worker(code, { eval: true, workerData: cell }).once("message", () => { if (--left === 0) { ${BEGIN} } });`,
      { file: "victim.cjs" },
    );
    // They may still be about to, and the machine be busy.
    for (;;) {
      const threads = await diagnose(victim);
      const told = threads[0]?.details.find((text) =>
        text.startsWith("Worker threads that are asleep in Atomics.wait"),
      );
      if (told?.includes(": 1, 2. ") && threads.length === 1 && threads[0]?.state === "idle") break;
    }
    for (;;) {
      const [worker] = await diagnose(victim, "--thread", "2");
      assert.equal(worker?.thread, 2);
      if (worker.state === "waiting") break;
    }
  });

  test("a wait in Atomics.wait is no loop, and ended by an expression", async () => {
    using victim = await VictimProcess.start(
      `
      globalThis.cells = new Int32Array(new SharedArrayBuffer(8));
      function lock(cell) {
        Atomics.wait(cells, cell, 0);
      }
      setTimeout(() => { lock(1); console.log("freed"); });
      ${BEGIN}`,
      { file: "victim.cjs" },
    );
    const { state, summary, stack } = await diagnoseMain(victim);
    assert.equal(state, "waiting", summary);
    assert.match(summary, /^Asleep in lock \(.*victim\.cjs:4\), as Atomics\.wait does: /);
    assert.deepEqual(stack[0]?.variables, [{ name: "cell", text: "1" }]);
    const woken = await runRescue([String(victim.pid), "--yes", "--eval", "Atomics.notify(cells, 1)"]);
    assert.deepEqual([woken.status, woken.stdout], [0, "1\n"]);
    await waitUntil(() => victim.stdout.includes("freed"));
  });

  test("one that another debugger has paused is told so, and stays so", async () => {
    using victim = await VictimProcess.start(
      `
      function checkout(cart) {
        debugger;
        console.log("checked out", cart.items);
      }
      setInterval(() => { if (globalThis.isWatched) { isWatched = false; checkout({ items: 2 }); } }, 5);
      ${BEGIN}`,
      { file: "victim.cjs", flags: ["--inspect=127.0.0.1:0"] },
    );
    const port = await victim.readInspectorPort();
    const session = await openRemoteSession(() => connect(port, "127.0.0.1"), 5_000);
    const paused = new Promise((resolve) => session.on("Debugger.paused", resolve));
    await session.post("Debugger.enable");
    await session.post("Runtime.evaluate", { expression: "globalThis.isWatched = true" });
    await paused;
    for (let look = 0; look < 2; look += 1) {
      const { state, summary, stack } = await diagnoseMain(victim);
      assert.equal(state, "paused", summary);
      assert.match(summary, /^Paused by a debugger in checkout \(.*victim\.cjs:3\)\.$/);
      assert.deepEqual(stack[0]?.variables, [{ name: "cart", text: "{ items: 2 }" }]);
    }
    assert.equal(victim.stdout, "begin\n");
    await session.post("Debugger.resume");
    await waitUntil(() => victim.stdout.includes("checked out 2"));
    session.close();
  });

  test("a process that is stopped is told without any signal", async () => {
    using victim = await VictimProcess.start(`setInterval(() => {}, 1_000); ${BEGIN}`, { file: "victim.cjs" });
    process.kill(victim.pid, "SIGSTOP");
    await waitUntil(() => readProcessStatus(victim.pid).state === "T");
    const { state, advice } = await diagnoseMain(victim);
    assert.equal(state, "stopped");
    assert.deepEqual(advice, [`Let it run on: kill -CONT ${victim.pid}`]);
    process.kill(victim.pid, "SIGCONT");
    assert.equal((await diagnoseMain(victim)).state, "idle");
    assert.equal(victim.stderr.match(/Debugger listening/g)?.length, 1);
  });

  test("garbage collection back to back is told with what asks for the memory", async () => {
    using victim = await VictimProcess.start(
      `
const keep = new Array(1_400_000);
    function fill() {
      for (let i = 0; ; i += 1) {
        keep[i % keep.length] = [i];
        if (i === keep.length * 2) ${BEGIN}
      }
    }
    setTimeout(fill);`,
      { file: "victim.cjs", flags: ["--max-old-space-size=120", "--max-semi-space-size=1"] },
    );
    const { state, summary } = await diagnoseMain(victim);
    assert.equal(state, "garbage-collection", summary);
    assert.match(summary, /in use; what asks for the memory now is fill/);
  });

  test("a process that waits is idle, and one that works without being stuck is busy", async () => {
    using idle = await VictimProcess.start(`setInterval(() => {}, 1_000); ${BEGIN}`, { file: "victim.cjs" });
    const waiting = await diagnoseMain(idle);
    assert.equal(waiting.state, "idle");
    assert.match(waiting.details.join("\n"), /What keeps it alive: .*1 Timeout/);
    using busy = await VictimProcess.start(
      `
    function work() { const end = Date.now() + 20; while (Date.now() < end); }
    setInterval(work, 1); ${BEGIN}`,
      { file: "victim.cjs" },
    );
    const working = await diagnoseMain(busy);
    assert.equal(working.state, "busy");
    assert.match(working.summary, /^Works: its event loop turns, and is busy \d+ % of the time, most of it/);
  });

  test("a cluster worker in a loop is told, its primary is not touched", async () => {
    using primary = await VictimProcess.start(
      `
    const cluster = require("node:cluster");
    if (cluster.isPrimary) {
      const worker = cluster.fork();
      worker.on("online", () => console.log(\`worker \${worker.process.pid}\`));
      process.stdout.write("begin\\n");
    } else setTimeout(function spin() { for (;;); }, 100);`,
      { file: "victim.cjs" },
    );
    await waitUntil(() => /worker \d+\n/.test(primary.stdout));
    const pid = /worker (\d+)/.exec(primary.stdout)?.[1] ?? "";
    try {
      await waitUntil(() => readProcessStatus(Number(pid)).state === "R");
      const { status, stdout, stderr } = await runRescue([pid, "--yes", "--json"]);
      assert.equal(status, 0, stderr);
      const { threads } = JSON.parse(stdout) as { threads: ThreadDiagnosis[] };
      assert.deepEqual([threads[0]?.state, threads[0]?.stack[0]?.call], ["loop", "spin"]);
      assert.deepEqual(listListeningPorts(primary.pid), []);
    } finally {
      process.kill(Number(pid), "SIGKILL");
    }
  });

  test("a worker thread in a loop is told, and profiled and freed by its number, while the main thread waits", async () => {
    using victim = await VictimProcess.start(
      `
    const { Worker, isMainThread, threadId } = require("node:worker_threads");
    if (isMainThread) new Worker(__filename).on("message", (text) => console.log(text));
    else setTimeout(() => {
      globalThis.state = { stop: false };
      ${BEGIN}
      (function crunch(job) { while (!state.stop) job += 1; })(42);
      require("node:worker_threads").parentPort.postMessage("freed");
    });`,
      { file: "victim.cjs" },
    );
    const [main, worker] = await diagnose(victim);
    assert.deepEqual([main?.state, worker?.state, worker?.thread], ["idle", "loop", 1]);
    assert.equal(worker?.stack[0]?.call, "crunch");
    const { stdout } = await runRescue([String(victim.pid), "--yes"]);
    assert.match(stdout, new RegExp(`  pdm-rescue ${victim.pid} --thread 1 --eval 'globalThis`));
    assert.doesNotMatch(stdout, /Nothing is stuck/);
    const none = await runRescue([String(victim.pid), "--yes", "--thread", "7", "-e", "1"]);
    assert.match(none.stderr, /there is no worker thread 7; there are: 1/);
    await runRescue([String(victim.pid), "--yes", "--thread", "1", "-e", "state.stop = true"]);
    await waitUntil(() => victim.stdout.includes("freed"));
  });

  test("a CPU profile of the next seconds is written where there is no such file", async () => {
    using victim = await VictimProcess.start(LOOP, { file: "victim.cjs" });
    const file = path.join(victim.folder, "spin.cpuprofile");
    const args = [String(victim.pid), "--yes", "--profile", "1", "-o", file];
    assert.deepEqual((await runRescue(args)).stdout, `The CPU profile is in ${file}\n`);
    const { nodes } = JSON.parse(readFileSync(file, "utf8")) as { nodes: { callFrame: { functionName: string } }[] };
    // What was inlined counts for its caller.
    assert.ok(nodes.some(({ callFrame }) => /^(?:spin|serve)$/.test(callFrame.functionName)));
    const again = await runRescue(args);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /is there already; name another file with --output/);
  });

  test("the inspector is closed again as soon as the event loop turns, also when it could not answer", async () => {
    using victim = await VictimProcess.start(LOOP, { file: "victim.cjs" });
    await diagnoseMain(victim);
    assert.deepEqual(listListeningPorts(victim.pid), [victim.port]);
    await runRescue([String(victim.pid), "-e", "state.stop = true"]);
    await waitUntil(() => listListeningPorts(victim.pid).length === 0 || victim.child.exitCode !== null);
  });

  test("an inspector that was open is used without asking, and left open", async () => {
    using victim = await VictimProcess.start(`setInterval(() => {}, 1_000); ${BEGIN}`, {
      file: "victim.cjs",
      flags: ["--inspect=127.0.0.1:0"],
    });
    const port = await victim.readInspectorPort();
    const { status, stderr } = await runRescue([String(victim.pid)]);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /was open before, and is left as it was/);
    assert.deepEqual(listListeningPorts(victim.pid), [port]);
  });

  test("a program's own handler for SIGUSR1 runs, and what that means is said", async () => {
    using victim = await VictimProcess.start(
      `process.on("SIGUSR1", () => console.log("own handler")); setInterval(() => {}, 1_000); ${BEGIN}`,
      { file: "victim.cjs" },
    );
    const { state, summary } = await diagnoseMain(victim, "--wait", "0.5");
    assert.equal(state, "idle");
    assert.match(summary, /a handler of its own for SIGUSR1, which has run/);
    await waitUntil(() => victim.stdout.includes("own handler"));
  });

  /** How a process comes to have no handler for the signal; Node.js 20 lacks the option. */
  const WITHOUT_HANDLER: Readonly<Record<string, [string, readonly string[]]>> = {
    "that took its own handler back": ['const f = () => {}; process.on("SIGUSR1", f); process.off("SIGUSR1", f);', []],
    ...(process.allowedNodeEnvironmentFlags.has("--disable-sigusr1") && {
      "with --disable-sigusr1": ["", ["--disable-sigusr1"]],
    }),
  };

  for (const [what, [source, flags]] of Object.entries(WITHOUT_HANDLER)) {
    test(`a process ${what} would end at SIGUSR1, and is left alone`, async () => {
      using victim = await VictimProcess.start(`${source} setInterval(() => {}, 1_000); ${BEGIN}`, {
        file: "victim.cjs",
        flags,
      });
      const { status, stdout, stderr } = await runRescue([String(victim.pid), "--yes"]);
      assert.equal(status, 1);
      assert.match(stdout, /: idle\n {2}Its main thread waits.*\. It is in no native call that lasts\.\n/);
      assert.match(
        stderr,
        /would end at SIGUSR1: it has no handler for it, as with --disable-sigusr1; nothing was sent/,
      );
      assert.equal(victim.child.signalCode, null);
    });
  }

  test("a port that another process has is told, and nothing is sent", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    using victim = await VictimProcess.start(`setInterval(() => {}, 1_000); ${BEGIN}`, {
      file: "victim.cjs",
      flags: [`--inspect-port=${port}`],
    });
    const { status, stderr } = await runRescue([String(victim.pid), "--yes"]);
    server.close();
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`port ${port}, where the inspector .* is taken by process ${process.pid}`));
    assert.equal(victim.stderr, "");
  });

  test("of a native call in a process whose inspector cannot be opened, its memory tells", async () => {
    using victim = await VictimProcess.start(
      `
      const f = () => {}; process.on("SIGUSR1", f); process.off("SIGUSR1", f);
      setTimeout(function render() { require("node:child_process").execFileSync("sleep", ["3600"]); });
      ${BEGIN}`,
      { file: "victim.cjs" },
    );
    await waitUntil(() => readProcessStatus(victim.pid).state === "S");
    const { status, stdout, stderr } = await runRescue([String(victim.pid), "--yes", "--eval", "1"]);
    process.kill(Number(/child process (\d+) runs: sleep/.exec(stdout)?.[1]));
    assert.equal(status, 1);
    assert.match(stdout, /: in a native call\n {2}In a native call: .*; it was execFileSync, entered from render \(/);
    assert.match(stderr, /^pdm-rescue: nothing was evaluated: .*\n(.*\n)?pdm-rescue: process .* would end at SIGUSR1/);
  });

  test("one that waits for a debugger to begin is told so", async () => {
    const child = spawn(process.execPath, ["--inspect-brk=127.0.0.1:0", "-e", "1"], { stdio: "pipe" });
    try {
      await waitUntil(() => listListeningPorts(child.pid ?? 0).length === 1);
      const { status, stderr } = await runRescue([String(child.pid)]);
      assert.equal(status, 1);
      assert.match(
        stderr,
        /waits for a debugger to begin with its program, as --inspect-brk .*: node inspect 127\.0\.0\.1:\d+ is one/,
      );
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("one that ends meanwhile is told so", async () => {
    using victim = await VictimProcess.start(`setInterval(() => {}, 1_000); ${BEGIN}`, { file: "victim.cjs" });
    const { status, stderr } = await runRescue([String(victim.pid), "--yes", "--eval", "process.exit(3)"]);
    assert.equal(status, 1);
    assert.equal(stderr, `pdm-rescue: process ${victim.pid} (victim.cjs) has ended meanwhile\n`);
  });

  test("a tick that sets the next is told with the function that does", async () => {
    using victim = await VictimProcess.start(
      `
      ${BEGIN}
      process.nextTick(function again() {
        process.nextTick(again);
      });`,
      { file: "victim.cjs" },
    );
    const { state, summary } = await diagnoseMain(victim);
    assert.equal(state, "loop");
    assert.match(summary, / in again \(.*victim\.cjs:\d\)\.$/);
  });

  test("without consent nothing is sent, and what would be is said", async () => {
    using victim = await VictimProcess.start(`setInterval(() => {}, 1_000); ${BEGIN}`, { file: "victim.cjs" });
    const { status, stdout, stderr } = await runRescue([String(victim.pid)]);
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, /will be sent SIGUSR1.*Say --yes/);
    const kernel = await runRescue([String(victim.pid), "--no-signal"]);
    assert.match(
      kernel.stdout,
      /^Process \d+ \(victim\.cjs\): idle\n {2}Its main thread waits.*: \d+ % of a processor\. It is in no native call that lasts\.$/m,
    );
    assert.equal(victim.stderr, "");
  });

  test("what is no Node.js is left alone, and Node.js by another name is found", async () => {
    using renamed = await VictimProcess.start(`setInterval(() => {}, 1_000); ${BEGIN}`, {
      file: "victim.cjs",
      program: copyProgram(process.execPath, "shopd"),
    });
    assert.equal((await diagnoseMain(renamed)).state, "idle");
    const sleep = spawn(copyProgram("/bin/sleep", "node"), ["3600"]);
    const { stderr } = await runRescue([String(sleep.pid), "--yes"]);
    sleep.kill();
    assert.match(stderr, /is no Node\.js: its program has not node::Start; nothing was sent to it/);
  });

  test("a process is found by its script's name; several are listed", async () => {
    const source = `setInterval(() => {}, 1_000); ${BEGIN}`;
    using first = await VictimProcess.start(source, { file: "pdm-rescue-name.cjs" });
    assert.match((await runRescue(["pdm-rescue-name", "--no-signal"])).stdout, new RegExp(`^Process ${first.pid} `));
    using second = await VictimProcess.start(source, { file: "pdm-rescue-name.cjs" });
    const { status, stderr } = await runRescue(["pdm-rescue-name", "--yes"]);
    assert.equal(status, 1);
    assert.ok(
      stderr.includes("2 processes") && stderr.includes(`  ${first.pid}  `) && stderr.includes(`  ${second.pid}  `),
    );
    assert.match((await runRescue(["no-such-name"])).stderr, /no Node\.js process of yours is called "no-such-name"/);
    assert.match((await runRescue(["999999999"])).stderr, /there is no process 999999999/);
  });

  test("a process is found by a socket that it listens on, also while its event loop is stuck", async () => {
    using victim = await VictimProcess.start(
      `
    const server = require("node:net").createServer().listen("app.sock", () => {
      ${BEGIN}
      setTimeout(function spin() { for (;;); });
    });`,
      { file: "victim.cjs" },
    );
    const spec = path.join(victim.folder, "app.sock");
    // Somebody waits there already: to the kernel both look alike.
    const waiting = connect(spec);
    await once(waiting, "connect");
    const { status, stdout, stderr } = await runRescue([spec, "--yes", "--json"]);
    assert.equal(status, 0, stderr);
    const found = JSON.parse(stdout) as { pid: number; threads: ThreadDiagnosis[] };
    assert.deepEqual([found.pid, found.threads[0]?.state], [victim.pid, "loop"]);
    waiting.destroy();
    const gone = await runRescue([path.join(victim.folder, "none.sock")]);
    assert.match(
      gone.stderr,
      /no process of this machine .* listens on \S+none\.sock: there is no such file here; give its process id/,
    );
  });
});
