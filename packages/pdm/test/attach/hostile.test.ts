import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { ATTACHED_SOURCE } from "../../src/attach/attached-source.js";
import { attach } from "../../src/attach.js";
import { connect } from "../../src/client.js";
import { listListeningPorts } from "../../src/target/listening-ports.js";
import { ServingProcess } from "./serving-process.js";

const YES = { consent: true } as const;

const folder = mkdtempSync(path.join(tmpdir(), "pdm-hostile-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What a program says, where it has put something of its own in the place of what attaching loads. `text` is the source of an object's fields. */
function pretend(text: string): string {
  return `Object.defineProperty(globalThis, Symbol.for("pdm.attached.v1"), { value: { digest: "", findSpec: () => undefined, ${text} } });`;
}

async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function assertInspectorCloses({ pid, victim }: ServingProcess): Promise<void> {
  await waitUntil(() => !listListeningPorts(pid).includes(victim.port));
}

describe("attach to a process that does not play along", { concurrency: 3 }, () => {
  const foreign = path.join(folder, "foreign.sock");

  for (const [what, prelude] of [
    ["a socket elsewhere", pretend(`findSpec: () => ${JSON.stringify(foreign)}`)],
    [
      "a link of the right name in its own folder",
      `const { mkdirSync, symlinkSync } = require("node:fs");
      const own = process.env.XDG_RUNTIME_DIR + "/pdm";
      mkdirSync(own, { mode: 0o700 });
      const link = own + "/app-" + process.pid + ".sock";
      symlinkSync(${JSON.stringify(foreign)}, link);
      ${pretend("findSpec: () => link")}`,
    ],
    ["a host", pretend(`findSpec: () => "host.invalid:/run/pdm/app-" + process.pid + ".sock"`)],
    [
      "a way out of its folder",
      pretend(`findSpec: () => process.env.XDG_RUNTIME_DIR + "/pdm/../app-" + process.pid + ".sock"`),
    ],
  ] as const) {
    test(`one that names ${what} as its socket is told so, and nothing is connected to`, async () => {
      using server = await ServingProcess.start(prelude);
      await using trap = createServer((socket) => void socket.destroy());
      let connections = 0;
      trap.on("connection", () => (connections += 1));
      const bound = path.join(folder, `${server.pid}.sock`);
      trap.listen(bound);
      await once(trap, "listening");
      renameSync(bound, foreign);
      await assert.rejects(attach(server.pid, YES), {
        code: "ERR_PDM_ATTACH_PLACE",
        message: /names a place which is not its own, .*; nothing was connected to/,
      });
      assert.equal(connections, 0);
      assert.equal(await server.request(), "1");
      await assertInspectorCloses(server);
    });
  }

  test("a socket on which another process answers is not taken for its own, and that process stays attached to", async () => {
    using other = await ServingProcess.start();
    const { spec: otherSpec } = await attach(other.pid, YES);
    using server = await ServingProcess.start(
      `require("node:fs").mkdirSync(process.env.XDG_RUNTIME_DIR + "/pdm", { mode: 0o700 });
      ${pretend(`findSpec: () => process.env.XDG_RUNTIME_DIR + "/pdm/app-" + process.pid + ".sock"`)}`,
    );
    const moved = path.join(server.runtime, "pdm", `app-${server.pid}.sock`);
    renameSync(otherSpec, moved);
    const attached = await attach(server.pid, YES);
    assert.deepEqual([attached.spec, attached.origin], [moved, "attached-before"]);
    await assert.rejects(attached.detach(), {
      code: "ERR_PDM_ATTACH_PLACE",
      message: new RegExp(`is process ${other.pid}, not ${server.pid}`),
    });
    await using client = await connect(moved);
    assert.equal(client.server?.process.pid, other.pid);
    assert.doesNotMatch(other.victim.stderr, /detached/);
  });

  test("where one listens by itself is shown in bounds, and without control characters", async () => {
    using server = await ServingProcess.start(
      `globalThis[Symbol.for("pdm.listeners.v1")] = new Set([{ spec: "/run/\\u001b[2J\\n" + "x".repeat(1e6) }]);`,
    );
    const { spec, origin } = await attach(server.pid, YES);
    assert.equal(origin, "prepared");
    assert.match(spec, /^\/run\/\\u\{1b\}\[2J\\u\{a\}x+…$/u);
    assert.ok(spec.length < 2_000);
  });

  const DIGEST = createHash("sha256").update(ATTACHED_SOURCE).digest("hex");
  const beginWith = (answer: string): string =>
    pretend(`digest: ${JSON.stringify(DIGEST)}, begin: async () => (${answer})`);
  for (const [what, prelude] of [
    ["no text as its socket", pretend("findSpec: () => ({})")],
    ["a number as where it listens", `globalThis[Symbol.for("pdm.listeners.v1")] = [{ spec: 5 }];`],
    ["a listener that is none", `globalThis[Symbol.for("pdm.listeners.v1")] = [{ get spec() { throw null; } }];`],
    ["null as what came of it", beginWith("null")],
    ["null as the error", beginWith("{ error: null }")],
    ["an error without a text, of a code of its own", beginWith(`{ error: { code: "\\u001b[2J", message: {} } }`)],
    ["a socket that is a list", beginWith("{ spec: ['/run/pdm/app-1.sock'] }")],
    ["a digest, and nothing to begin with", pretend(`digest: ${JSON.stringify(DIGEST)}`)],
  ] as const) {
    test(`one that says ${what} is refused in words`, async () => {
      using server = await ServingProcess.start(prelude);
      await assert.rejects(attach(server.pid, YES), { name: "AttachError", code: "ERR_PDM_ATTACH" });
      assert.equal(await server.request(), "1");
      await assertInspectorCloses(server);
    });
  }

  test("one that has moved its runtime folder is left without a listener, and that is said", async () => {
    const elsewhere = mkdtempSync(path.join(folder, "run-"));
    using server = await ServingProcess.start(`process.env.XDG_RUNTIME_DIR = ${JSON.stringify(elsewhere)};`);
    await assert.rejects(attach(server.pid, YES), {
      code: "ERR_PDM_ATTACH_PLACE",
      message: /not its own.*; what was loaded was ended again, and does not listen$/,
    });
    assert.deepEqual(readdirSync(path.join(elsewhere, "pdm")), []);
    assert.match(server.victim.stderr, /^pdm: this process was detached from/m);
    await assertInspectorCloses(server);
  });

  test("where its inspector does not close it is detached from again, and what is left open is said", async () => {
    using server = await ServingProcess.start(
      `const inspector = require("node:inspector");
      const { close } = inspector;
      inspector.close = () => { inspector.close = close; throw new Error("not now"); };`,
    );
    await assert.rejects(attach(server.pid, YES), {
      code: "ERR_PDM_ATTACH_UNFINISHED",
      message: new RegExp(
        `not now.*; what was loaded was ended again, and does not listen. Its inspector is open on port ${server.victim.port}: pdm-rescue ${server.pid} --close-inspector`,
      ),
    });
    assert.equal(existsSync(path.join(server.runtime, "pdm", `victim-${server.pid}.sock`)), false);
    const again = await attach(server.pid, YES);
    assert.deepEqual([again.origin, again.inspector], ["attached", "left-open"]);
  });

  test("one with a test's clock, on which no immediate ever comes, is told from one whose loop is stuck", async () => {
    using server = await ServingProcess.start("globalThis.setImmediate = () => ({});");
    await assert.rejects(attach(server.pid, YES), {
      code: "ERR_PDM_ATTACH_STUCK",
      message: /turns, but its setImmediate/,
    });
    assert.doesNotMatch(server.victim.stderr, /pdm:/);
    await assertInspectorCloses(server);
  });

  test("one that has taken away what gives Node's modules is refused, and that is said", async () => {
    using server = await ServingProcess.start("delete process.getBuiltinModule;");
    await assert.rejects(attach(server.pid, YES), {
      code: "ERR_PDM_ATTACH_VERSION",
      message: /no process\.getBuiltinModule/,
    });
    assert.doesNotMatch(server.victim.stderr, /pdm:/);
  });
});
