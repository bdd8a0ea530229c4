import assert from "node:assert/strict";
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { connect as connectTcp } from "node:net";
import { openRemoteSession } from "../../src/inspector/remote-session.js";
import { connect, connectWatchdog } from "../../src/client.js";
import { listen } from "../../src/index.js";
import { Watched } from "./watched.js";

const skip = process.platform === "win32" ? "there is no watchdog on Windows" : false;

/** Soon enough for a test, and longer than a service's start may block. */
const blockedMs = 400;

const LIBRARY = pathToFileURL(path.join(import.meta.dirname, "../../src/index.js")).href;

// Most of the time they wait.
describe("a watchdog", { skip, concurrency: 3 }, () => {
  it("says of a loop where it is and what its variables are, while it loops, and lets an expression end it", async () => {
    await using service = await Watched.start({ watchdog: { blockedMs } });
    await using watchdog = await service.connect();
    assert.deepEqual((await watchdog.state()).occasions, 0);
    service.block("loop");
    const { report, pid } = await service.waitFor(watchdog, (state) => state.report?.state === "loop");
    assert.equal(pid, service.process.pid);
    assert.equal(report?.frames[0]?.call, "spinForOrder");
    assert.match(report.stack, /^ {4}at spinForOrder \(\S+watched-daemon\.\w+:\d+:\d+\)\n/u);
    const { stack, state } = await watchdog.diagnose();
    assert.equal(state, "loop");
    assert.deepEqual(stack[0]?.variables[0], { name: "order", text: "{ id: 4711 }" });
    assert.ok(stack[0].source.some(({ text }) => text.includes("while (!state.stop)")));
    assert.deepEqual(await watchdog.evaluate("order.id + 1", { frame: 0 }), {
      text: "4712",
      isError: false,
      call: "spinForOrder",
    });
    const turned = service.turns();
    assert.equal((await watchdog.evaluate("globalThis.state.stop = true")).text, "true");
    await turned;
    const after = await service.waitFor(watchdog, ({ isBlocked }) => !isBlocked);
    assert.deepEqual([after.occasions, after.report?.state], [1, "loop"]);
  });

  it("raises one event when the loop turns again, tells its own clients before, and enters both into the audit", async () => {
    await using service = await Watched.start({ watchdog: { blockedMs, rules: [{ do: { evaluate: "1" } }] } });
    const client = await connect(service.spec);
    assert.equal(client.server?.watchdog, service.watchdogSpec);
    const events = await (await client.find("pdm.watchdog/blocked")).subscribe();
    const audit = await (await client.find("pdm.audit")).subscribe();
    let tell = (): void => undefined;
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    await using watchdog = await service.connect(() => tell());
    service.block("loop");
    await told;
    await service.waitFor(watchdog, (state) => state.report?.rules.length === 1);
    await watchdog.evaluate("state.stop = true");
    const { value: first } = await events[Symbol.asyncIterator]().next();
    const data = first?.value as Record<string, unknown>;
    assert.equal(data["state"], "loop");
    assert.ok(Number(data["durationMs"]) >= blockedMs);
    assert.match(String(data["stack"]), /spinForOrder/u);
    assert.deepEqual(data["rules"], [{ do: "evaluate", afterMs: blockedMs, outcome: "done" }]);
    const targets = [];
    for await (const { value: record } of audit as AsyncIterable<{ value: Record<string, unknown> }>) {
      if (record["protocol"] !== "urgent") continue;
      targets.push(record["target"]);
      if (targets.length === 3) break;
    }
    const written = service.readAudit().filter(({ protocol }) => protocol === "urgent");
    assert.deepEqual(
      written.map(({ target }) => target),
      targets,
    );
    assert.deepEqual([...targets].map(String).toSorted(), [
      "pdm.watchdog/blocked",
      "pdm.watchdog/rule evaluate",
      "watchdog.evaluate",
    ]);
    const blocked = written.find(({ target }) => target === "pdm.watchdog/blocked");
    assert.match(String(blocked?.["error"]), /spinForOrder/u);
    assert.equal((await watchdog.state()).occasions, 1);
    client.close();
  });

  it("leaves a pause of another debugger's as it is, says so, and carries out no rule", async () => {
    await using service = await Watched.start({ watchdog: { blockedMs, rules: [{ do: { exit: 7 } }] } });
    await using watchdog = await service.connect();
    const opened = await watchdog.evaluate(
      "process.getBuiltinModule('node:inspector').open(0), process.getBuiltinModule('node:inspector').url()",
    );
    const port = Number(/:(\d+)\//.exec(opened.text)?.[1]);
    const session = await openRemoteSession(() => connectTcp(port, "127.0.0.1"), 5_000);
    let isResumed = false;
    session.on("Debugger.resumed", () => (isResumed = true));
    const paused = new Promise((resolve) => session.on("Debugger.paused", resolve));
    await session.post("Debugger.enable");
    await session.post("Debugger.pause");
    await paused;
    await service.waitFor(watchdog, ({ report }) => report?.state === "paused");
    assert.equal((await watchdog.diagnose()).state, "paused");
    assert.equal(isResumed, false);
    await session.post("Debugger.resume");
    await service.waitFor(watchdog, ({ isBlocked }) => !isBlocked);
    session.close();
  });

  it("says of a native call from where it was entered, when it returns", async () => {
    await using service = await Watched.start({ watchdog: { blockedMs } });
    await using watchdog = await service.connect();
    service.block("native");
    const during = await service.waitFor(watchdog, (state) => state.isBlocked && state.report?.state === "native");
    assert.match(during.report?.summary ?? "", /native call/u);
    assert.equal((await watchdog.diagnose()).state, "native");
    const { report } = await service.waitFor(watchdog, (state) => !state.isBlocked && state.report !== null);
    assert.equal(report?.state, "native");
    assert.ok(report.frames.some(({ call }) => call === "hashForLong"));
    assert.ok(report.frames.some(({ call, isInternal }) => call === "pbkdf2Sync" && isInternal));
  });

  it("is not alarmed by a process that was stopped, nor by one that idles", async () => {
    await using service = await Watched.start({ watchdog: { blockedMs: 200 } });
    await using watchdog = await service.connect();
    for (let times = 0; times < 2; times += 1) {
      service.process.kill("SIGSTOP");
      await wait(700);
      service.process.kill("SIGCONT");
      await watchdog.state();
      await wait(100);
    }
    assert.equal((await watchdog.state()).occasions, 0);
    // It would be by this.
    service.block("loop");
    assert.equal((await service.waitFor(watchdog, ({ isBlocked }) => isBlocked)).occasions, 1);
  });

  it("does what its rules say, in their order: reports on standard error, and frees the loop", async () => {
    const rules = [{ afterMs: blockedMs * 2, do: { evaluate: "state.stop = true" } }, { do: "report" }];
    await using service = await Watched.start({ watchdog: { blockedMs, rules } });
    const turned = service.turns();
    service.block("loop");
    await turned;
    assert.match(
      service.stderr,
      /^\(pdm watchdog, process \d+\) the event loop has been blocked for \d\.\d s\. Stuck in JavaScript: .*\n {4}at spinForOrder \(.*\n/u,
    );
    await using watchdog = await service.connect();
    const { report } = await service.waitFor(watchdog, (state) => !state.isBlocked && state.report !== null);
    assert.deepEqual(
      report?.rules.map((rule) => `${rule.do} ${rule.outcome}`),
      ["report done", "evaluate done"],
    );
  });

  it("ends a loop's process with the status of a rule, its exit listeners called", async () => {
    await using service = await Watched.start({ watchdog: { blockedMs, rules: [{ do: { exit: 7 } }] } });
    const ended = once(service.process, "exit");
    service.block("loop");
    assert.deepEqual(await ended, [7, null]);
    assert.deepEqual(service.files, [false, false]);
    assert.ok(service.readAudit().some(({ target, input }) => target === "pdm.watchdog/rule exit" && input === "7"));
  });

  it("kills the process that it cannot end, in a native call, and one that a rule has it send a signal", async () => {
    for (const action of [{ exit: 7 }, { signal: "SIGKILL" }]) {
      await using service = await Watched.start({ watchdog: { blockedMs, rules: [{ do: action }] } });
      const ended = once(service.process, "exit");
      service.block("signal" in action ? "native" : "regexp");
      const [status, signal] = (await ended) as [number | null, string | null];
      // A regular expression lets an interrupt in.
      assert.deepEqual([status, signal], "signal" in action ? [null, "SIGKILL"] : [7, null]);
    }
  });

  const rights: readonly (readonly [who: string, options: object, answers: readonly string[]])[] = [
    ["an admin with all rights", {}, ["state", "diagnose", "variables", "evaluate", "profile"]],
    ["a viewer", { role: "viewer" }, ["state"]],
    ["an operator", { role: "operator" }, ["state", "diagnose", "profile"]],
    ["a viewer who may inspect", { role: "viewer", rights: ["inspect"] }, ["state", "diagnose", "variables"]],
    [
      "whom a function judges",
      { policy: "function", role: "operator", rights: ["repl"] },
      ["diagnose", "variables", "evaluate"],
    ],
  ];
  for (const [who, options, expected] of rights) {
    it(`lets ${who} do: ${expected.join(", ")}; and records what it refuses`, async () => {
      await using service = await Watched.start({ watchdog: true, ...options });
      await using watchdog = await service.connect();
      const requests = {
        state: () => watchdog.state(),
        diagnose: () => watchdog.diagnose({ variables: false }),
        variables: () => watchdog.diagnose({ variables: true }),
        evaluate: () => watchdog.evaluate("1"),
        profile: () => watchdog.profile(20),
      };
      const done = [];
      for (const [name, ask] of Object.entries(requests)) {
        try {
          await ask();
          done.push(name);
        } catch (error) {
          assert.equal((error as { code?: string }).code, "ERR_PDM_REFUSED", String(error));
        }
      }
      assert.deepEqual(done, expected);
      const refused = service.readAudit().filter(({ action }) => action === "refuse");
      assert.equal(refused.length, 5 - expected.length);
    });
  }

  it("neither keeps the process alive nor is heard of, and leaves no file", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "pdm-watched-"));
    for (const ending of ["", "process.exit(0)", "await listener.close()"]) {
      const script = `
        import { listen } from ${JSON.stringify(LIBRARY)};
        const listener = await listen(${JSON.stringify(path.join(folder, "app.sock"))}, { watchdog: true });
        console.log(listener.watchdogSpec);
        ${ending}`;
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
      assert.deepEqual([stdout.trim(), stderr], [path.join(folder, "app.urgent.sock"), ""]);
      assert.deepEqual(readdirSync(folder), [], ending);
    }
    rmSync(folder, { recursive: true });
  });

  it("holds up no exit by what it was asked for", async () => {
    await using service = await Watched.start({ watchdog: { blockedMs } });
    await using watchdog = await service.connect();
    const profile = watchdog.profile(30_000).then(
      () => "held up",
      (error: { code?: string }) => error.code,
    );
    const ended = once(service.process, "exit");
    // The answer may come too late.
    await watchdog.evaluate("setTimeout(() => process.exit(3), 50)").catch(() => undefined);
    assert.deepEqual(await ended, [3, null]);
    assert.equal(await profile, "ERR_PDM_CONNECTION_LOST");
  });

  it("watches each worker of a cluster by itself", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "pdm-watched-"));
    const primary = fork(fileURLToPath(new URL("watched-cluster.js", import.meta.url)), [folder], { silent: true });
    await once(primary, "message");
    const [stuck, well] = ["app-1.sock", "app-2.sock"].map((name) => path.join(folder, name));
    await using watchdog = await connectWatchdog(stuck ?? "");
    await using other = await connectWatchdog(well ?? "");
    for (;;) {
      const { report } = await watchdog.state();
      if (report?.state === "loop" && report.frames[0]?.call === "spinInWorker") break;
      await wait(20);
    }
    assert.equal((await other.state()).occasions, 0);
    const over = once(primary, "message");
    await watchdog.evaluate("globalThis.isOver = true");
    assert.deepEqual((await over)[0], "over");
    const ended = once(primary, "exit");
    primary.send("end");
    assert.deepEqual(await ended, [0, null]);
    rmSync(folder, { recursive: true });
  });
});

describe("a watchdog of this process", { skip }, () => {
  it("is gone with one warning where its thread ends, and the listener goes on", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "pdm-watched-"));
    const starting = once(process, "worker") as Promise<[Worker]>;
    await using listener = await listen(path.join(folder, "app.sock"), { watchdog: true });
    const [worker] = await starting;
    const warning = once(process, "warning") as Promise<[Error & { code?: string }]>;
    await worker.terminate();
    const [{ code, message }] = await warning;
    assert.equal(code, "PDM_WATCHDOG");
    assert.match(message, /there is no watchdog any more/u);
    await assert.rejects(connectWatchdog(listener.spec), { code: "ERR_PDM_NO_WATCHDOG" });
    const client = await connect(listener.spec);
    assert.equal(client.server?.watchdog, undefined);
    client.close();
    await listener.close();
    rmSync(folder, { recursive: true });
  });

  it("ends with its listener: its socket is gone, and a loop disturbs nobody", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "pdm-watched-"));
    const listener = await listen(path.join(folder, "app.sock"), { watchdog: { blockedMs: 50 } });
    assert.equal(listener.watchdogSpec, path.join(folder, "app.urgent.sock"));
    await listener.close();
    assert.deepEqual(readdirSync(folder), []);
    rmSync(folder, { recursive: true });
  });
});
