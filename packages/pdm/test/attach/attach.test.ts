import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect as connectTcp, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { attach, detach } from "../../src/attach.js";
import type { AttachOptions } from "../../src/attach.js";
import { connect } from "../../src/client.js";
import type { AuditRecord } from "../../src/index.js";
import { listListeningPorts } from "../../src/target/listening-ports.js";
import { readProcessStatus } from "../../src/target/process-status.js";
import type { VictimOptions } from "../fixtures/victim-process.js";
import { ServingProcess } from "./serving-process.js";

const YES: AttachOptions = { consent: true };

const folder = mkdtempSync(path.join(tmpdir(), "pdm-attach-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Copies a program under another name, beside what it needs. */
function copyProgram(program: string, name: string): string {
  copyFileSync(program, path.join(folder, name));
  return path.join(folder, name);
}

async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function evaluate(spec: string, source: string): Promise<string> {
  await using client = await connect(spec);
  const session = await client.openRepl();
  const { text } = await session.evaluate(source);
  await session.close();
  return text;
}

/** Nothing was sent: the inspector never opened, and the program goes on. */
function assertUntouched({ victim, runtime }: ServingProcess): void {
  assert.doesNotMatch(victim.stderr, /Debugger|pdm:/);
  assert.equal(existsSync(path.join(runtime, "pdm")) && readdirSync(path.join(runtime, "pdm")).length > 0, false);
  assert.equal(victim.child.exitCode ?? victim.child.signalCode, null);
}

// Some at a time, since most of the time is waited.
describe("attach", { concurrency: 3 }, () => {
  const KINDS: Readonly<Record<string, VictimOptions>> = {
    "an ES module": { file: "victim.mjs" },
    "a CommonJS module": { file: "victim.cjs" },
    "a Node.js of another name": { program: copyProgram(process.execPath, "some-service") },
  };

  for (const [what, options] of Object.entries(KINDS)) {
    test(`${what} that never heard of us can be managed, serves on, and its inspector is closed again`, async () => {
      using server = await ServingProcess.start("", options);
      const attached = await attach(server.pid, YES);
      assert.deepEqual([attached.pid, attached.origin, attached.inspector], [server.pid, "attached", "closed"]);
      assert.equal(attached.spec, path.join(server.runtime, "pdm", `victim-${server.pid}.sock`));
      assert.equal(statSync(attached.spec).mode & 0o777, 0o600);

      assert.equal(await server.request(), "1");
      assert.equal(await evaluate(attached.spec, "served += 41"), "42");
      assert.match(await evaluate(attached.spec, '(await import("node:os")).type()'), /Linux/);
      assert.match(
        await evaluate(attached.spec, 'require("node:http") === (await import("node:http")).default'),
        /true/,
      );
      assert.equal(await server.request(), "43");
      assert.match(server.victim.stderr, /^pdm: this process was attached to by \S+ \(\S+, process \d+\): its user/m);
      assert.equal(listListeningPorts(server.pid).includes(server.victim.port), false);
    });
  }

  test("detaching ends the connections, removes the socket, and says so; attaching again works", async () => {
    using server = await ServingProcess.start();
    const attached = await attach(server.pid, YES);
    const client = await connect(attached.spec);
    const session = await client.openRepl({ session: "kept" });
    await session.evaluate("const secret = 1");
    await attached.detach();
    await client.closed;
    assert.equal(existsSync(attached.spec), false);
    assert.match(server.victim.stderr, /^pdm: this process was detached from; nothing listens on .* any more$/m);
    await assert.rejects(detach(server.pid), { code: "ERR_PDM_ATTACH_NOT_ATTACHED" });
    assert.equal(await server.request(), "1");

    const again = await attach(server.pid, YES);
    assert.equal(again.spec, attached.spec);
    await using other = await connect(again.spec);
    assert.deepEqual(await other.listReplSessions(), []);
  });

  test("a process that was attached to before is told with its socket, without a signal, and anybody can detach", async () => {
    using server = await ServingProcess.start();
    const { spec } = await attach(server.pid, YES);
    const again = await attach(server.pid);
    assert.deepEqual([again.spec, again.origin, again.inspector], [spec, "attached-before", "unused"]);
    assert.equal(server.victim.stderr.match(/Debugger listening/g)?.length, 1);
    assert.equal(await detach(String(server.pid)), server.pid);
    assert.equal(existsSync(spec), false);
  });

  test("two who attach at once get the same socket", async () => {
    using server = await ServingProcess.start();
    const [one, other] = await Promise.all([attach(server.pid, YES), attach(server.pid, YES)]);
    assert.equal(one.spec, other.spec);
    assert.deepEqual(
      [one, other].filter(({ inspector }) => !["closed", "left-open"].includes(inspector)),
      [],
    );
    assert.equal((await attach(server.pid)).spec, one.spec);
    await waitUntil(() => !listListeningPorts(server.pid).includes(server.victim.port));
  });

  test("of two who attach at once with different names one is told that its name is not heeded", async () => {
    using server = await ServingProcess.start();
    const all = await Promise.allSettled(["one", "two"].map((name) => attach(server.pid, { ...YES, name })));
    const refused = all
      .filter((result) => result.status === "rejected")
      .map(({ reason }) => (reason as { code: string }).code);
    assert.deepEqual(refused, ["ERR_PDM_ATTACH_LISTENS"]);
    const done = all.find((result) => result.status === "fulfilled");
    assert.match(path.basename(done?.value.spec ?? ""), /^(?:one|two)-\d+\.sock$/);
    await waitUntil(() => !listListeningPorts(server.pid).includes(server.victim.port));
  });

  test("what was done is in the audit: on the process's channel, and in a file that is asked for", async () => {
    using server = await ServingProcess.start(
      `require("node:diagnostics_channel").subscribe("pdm.audit", ({ action, claimed }) => console.log(action, claimed?.program));`,
    );
    const auditFile = path.join(server.runtime, "audit.jsonl");
    const attached = await attach(server.pid, { ...YES, name: "shop", auditFile, claim: { program: "the-test" } });
    assert.equal(path.basename(attached.spec), `shop-${server.pid}.sock`);
    await attached.detach();
    const records = readFileSync(auditFile, "utf8").trimEnd().split("\n");
    const [first, ...others] = records.map((line) => JSON.parse(line) as AuditRecord);
    assert.deepEqual(
      [first?.action, first?.session, first?.socket, first?.protocol, first?.claimed?.program],
      ["attach", 0, attached.spec, "inspector", "the-test"],
    );
    assert.ok(
      others.some(({ action, target }) => action === "invoke" && target === "pdm.attached/detach"),
      records.join(),
    );
    assert.ok(others.some(({ action }) => action === "detach"));
    assert.match(server.victim.stdout, /^attach the-test$/m);
    assert.match(server.victim.stdout, /^detach the-test$/m);
  });

  test("pdm.attached says since when, and who it was", async () => {
    using server = await ServingProcess.start();
    const { spec } = await attach(server.pid, { ...YES, claim: { user: "ada", program: "the-test" } });
    await using client = await connect(spec);
    const value = (await (await client.find("pdm.attached")).read()) as { since: number; by: { user: string } };
    assert.equal(value.by.user, "ada");
    assert.ok(Math.abs(value.since - Date.now() / 1_000) < 60);
  });

  test("a cluster worker is attached to by itself, its primary is not touched", async () => {
    using primary = await ServingProcess.start(
      `
      const cluster = require("node:cluster");
      if (cluster.isPrimary) cluster.fork().on("listening", function () { console.log("worker " + this.process.pid); });`,
      { file: "victim.cjs" },
    );
    await waitUntil(() => /worker \d+\n/.test(primary.victim.stdout));
    const pid = Number(/worker (\d+)/.exec(primary.victim.stdout)?.[1]);
    const attached = await attach(pid, YES);
    assert.equal(await evaluate(attached.spec, "process.pid"), String(pid));
    assert.equal(await evaluate(attached.spec, 'require("node:cluster").isWorker'), "true");
    await assert.rejects(detach(primary.pid), { code: "ERR_PDM_ATTACH_NOT_ATTACHED" });
    process.kill(pid, "SIGKILL");
  });

  test("an inspector that was open is used without a signal, and left open", async () => {
    using server = await ServingProcess.start("", { flags: ["--inspect=127.0.0.1:0"] });
    const port = await server.victim.readInspectorPort();
    const { inspector } = await attach(server.pid, YES);
    assert.equal(inspector, "left-open");
    assert.ok(listListeningPorts(server.pid).includes(port));
  });

  test("an inspector with which another is connected meanwhile is left open, since closing it would block, and that is said", async () => {
    using server = await ServingProcess.start();
    const attaching = attach(server.pid, YES);
    await waitUntil(() => listListeningPorts(server.pid).includes(server.victim.port));
    const other = connectTcp(server.victim.port, "127.0.0.1");
    await once(other, "connect");
    const attached = await attaching;
    assert.equal(attached.inspector, "shared");
    await attached.detach();
    assert.equal(await server.request(), "1");
    other.destroy();
  });

  test("it is found by the name of its main script, of its package, and by its title", async () => {
    const [script, service, title] = ["script", "service", "title"].map((kind) => `${kind}-${process.pid}`);
    using plain = await ServingProcess.start("", { file: `${script}.mjs`, env: { npm_package_name: `${service}` } });
    const { pid, spec } = await attach(`${script}`, YES);
    assert.equal(pid, plain.pid);
    assert.equal((await attach(`${service}`)).spec, spec);
    using titled = await ServingProcess.start(`process.title = "${title}";`);
    assert.equal((await attach(`${title}`, YES)).pid, titled.pid);
    await assert.rejects(attach("nobody-is-called-this", YES), { code: "ERR_PDM_TARGET_NAME" });
  });

  test("nothing is done without consent; who is asked is told of the signal", async () => {
    using server = await ServingProcess.start();
    await assert.rejects(attach(server.pid), { code: "ERR_PDM_ATTACH_CONSENT" });
    const requests: string[] = [];
    const consent = (request: string): boolean => requests.push(request) === 0;
    await assert.rejects(attach(server.pid, { consent }), { code: "ERR_PDM_ATTACH_CONSENT" });
    assert.match(requests.join(), /will be sent SIGUSR1/);
    assertUntouched(server);
  });

  test("a process that listens by itself is told with its socket, and left alone: in its runtime folder or elsewhere", async () => {
    const index = JSON.stringify(new URL("../../src/index.js", import.meta.url).href);
    const start = (spec: string): Promise<ServingProcess> =>
      ServingProcess.start(
        `const listener = await (await import(${index})).listen(${spec}); console.log(listener.spec);`,
      );
    using prepared = await start("");
    const known = await attach(prepared.pid);
    assert.deepEqual([known.origin, known.inspector], ["prepared", "unused"]);
    assert.equal(known.spec, path.join(prepared.runtime, "pdm", `victim-${prepared.pid}.sock`));
    assert.equal((await attach(prepared.pid, { name: "victim" })).spec, known.spec);
    for (const wish of [{ name: "shop" }, { auditFile: "/nowhere/audit.jsonl" }]) {
      await assert.rejects(attach(prepared.pid, wish), {
        code: "ERR_PDM_ATTACH_LISTENS",
        message: /listens already on .*: its (?:name|audit file) cannot be changed\. Leave that out;/,
      });
    }
    await assert.rejects(known.detach(), { code: "ERR_PDM_ATTACH_PREPARED" });
    await assert.rejects(detach(prepared.pid), { code: "ERR_PDM_ATTACH_PREPARED" });
    assert.doesNotMatch(prepared.victim.stderr, /Debugger/);

    const elsewhere = path.join(folder, "elsewhere.sock");
    using other = await start(JSON.stringify(elsewhere));
    const found = await attach(other.pid, YES);
    assert.deepEqual([found.origin, found.spec, found.inspector], ["prepared", elsewhere, "closed"]);
    assert.doesNotMatch(other.victim.stderr, /pdm:/);
  });

  for (const [how, prelude, env] of [
    ["in its environment", "", { PDM_DISABLE: "1" }],
    ["that the program has set itself", 'process.env.PDM_DISABLE = "1";', {}],
  ] as const) {
    test(`a process with PDM_DISABLE ${how} is refused as disabled`, async () => {
      using server = await ServingProcess.start(prelude, { env });
      await assert.rejects(attach(server.pid, YES), { code: "ERR_PDM_ATTACH_DISABLED" });
      if (prelude === "") assertUntouched(server);
      assert.doesNotMatch(server.victim.stderr, /pdm:/);
      assert.equal(await server.request(), "1");
    });
  }

  test("a program's own handler for SIGUSR1 runs, and that is said", async () => {
    using server = await ServingProcess.start('process.on("SIGUSR1", () => console.log("own handler"));');
    await assert.rejects(attach(server.pid, { ...YES, timeoutMs: 300 }), {
      code: "ERR_PDM_INSPECTOR_TIMEOUT",
      message: /a handler of its own for that signal/,
    });
    await waitUntil(() => server.victim.stdout.includes("own handler"));
    assert.doesNotMatch(server.victim.stderr, /pdm:/);
  });

  test("a process that would end at SIGUSR1 is left alone", async () => {
    using server = await ServingProcess.start(
      'const f = () => {}; process.on("SIGUSR1", f); process.off("SIGUSR1", f);',
    );
    await assert.rejects(attach(server.pid, YES), { code: "ERR_PDM_TARGET_SIGNAL" });
    assertUntouched(server);
  });

  if (process.allowedNodeEnvironmentFlags.has("--disable-sigusr1")) {
    test("a process with --disable-sigusr1 is left alone", async () => {
      using server = await ServingProcess.start("", { flags: ["--disable-sigusr1"] });
      await assert.rejects(attach(server.pid, YES), { code: "ERR_PDM_TARGET_SIGNAL" });
      assertUntouched(server);
    });
  }

  test("a process under Node's permission model is left alone, and it is said what helps", async () => {
    const name = process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";
    const net = process.allowedNodeEnvironmentFlags.has("--allow-net") ? ["--allow-net"] : [];
    using server = await ServingProcess.start("", { flags: [name, "--allow-fs-read=*", ...net] });
    await assert.rejects(attach(server.pid, YES), { code: "ERR_PDM_TARGET_PERMISSION", message: /pdm\/register/ });
    assertUntouched(server);
  });

  test("a program that is called node and is not Node.js is refused, and goes on", async () => {
    const child = spawn(copyProgram("/bin/sleep", "node"), ["3600"], { stdio: "ignore" });
    try {
      await once(child, "spawn");
      await assert.rejects(attach(child.pid ?? 0, YES), { code: "ERR_PDM_TARGET_NOT_NODE" });
      assert.equal(child.signalCode, null);
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("a port that another process has is refused, and it is said which", async () => {
    using server = await ServingProcess.start();
    await using taken = createServer().listen(server.victim.port, "127.0.0.1");
    await once(taken, "listening");
    await assert.rejects(attach(server.pid, YES), {
      code: "ERR_PDM_TARGET_PORT",
      message: new RegExp(`port ${server.victim.port}.*process ${process.pid}`),
    });
    assertUntouched(server);
  });

  test("a process that is stopped, one that is not there, and this one are refused", async () => {
    using server = await ServingProcess.start();
    process.kill(server.pid, "SIGSTOP");
    await waitUntil(() => readProcessStatus(server.pid).state === "T");
    await assert.rejects(attach(server.pid, YES), { code: "ERR_PDM_TARGET_STATE" });
    process.kill(server.pid, "SIGCONT");
    assertUntouched(server);
    await assert.rejects(attach(2 ** 22 + 1, YES), { code: "ERR_PDM_TARGET_GONE" });
    await assert.rejects(attach(process.pid, YES), { code: "ERR_PDM_ATTACH_SELF" });
  });

  test("into a process whose event loop does not turn nothing is loaded, and it is said what helps", async () => {
    using server = await ServingProcess.start("setTimeout(() => { for (;;); }, 50);");
    await waitUntil(() => readProcessStatus(server.pid).state === "R" && server.victim.stdout.includes("begin"));
    await assert.rejects(attach(server.pid, YES), {
      code: "ERR_PDM_ATTACH_STUCK",
      message: new RegExp(`inspector .* is open until it does, .* pdm-rescue ${server.pid}`),
    });
    assert.doesNotMatch(server.victim.stderr, /pdm:/);
  });

  test("a process with a socket that does not answer there is told so, without a signal", async () => {
    using server = await ServingProcess.start();
    const { spec } = await attach(server.pid, YES);
    process.kill(server.pid, "SIGSTOP");
    await waitUntil(() => readProcessStatus(server.pid).state === "T");
    await assert.rejects(attach(server.pid, YES), { code: "ERR_PDM_ATTACH_SILENT", message: new RegExp(spec) });
    process.kill(server.pid, "SIGCONT");
  });

  test("a file in another user's hands is not taken for the process's socket", async () => {
    using server = await ServingProcess.start();
    const { spec } = await attach(server.pid, YES);
    const { chmodSync } = await import("node:fs");
    chmodSync(path.dirname(spec), 0o777);
    await assert.rejects(detach(server.pid), { code: "ERR_PDM_ATTACH_NOT_ATTACHED" });
    chmodSync(path.dirname(spec), 0o700);
    await detach(server.pid);
  });
});
