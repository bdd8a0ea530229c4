import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connect } from "../../src/client.js";
import { Project, STAY } from "./project.js";

const project = new Project({
  "app.mjs": `console.log("serving"); ${STAY}`,
  "listening.mjs": `
    import { listen } from "pdm";
    import { observe } from "pdm/http";
    observe("this is no server");
    const listener = await listen(process.argv[2], { role: "no role", name: "quiet" });
    process.once("SIGUSR2", async () => { await listener.close(); console.log("closed"); });
    console.log(JSON.stringify([listener.spec, listener.connectionCount]));
    ${STAY}
  `,
});
after(() => project[Symbol.dispose]());

const OFF = { PDM_DISABLE: "1" };
const REPL = fileURLToPath(new URL("../../src/pdm-repl.js", import.meta.url));
const RESCUE = fileURLToPath(new URL("../../src/pdm-rescue.js", import.meta.url));

function defaultSocket(name: string, pid: number | undefined): string {
  return path.join(project.runtime, "pdm", `${name}-${pid}.sock`);
}

test("with PDM_DISABLE=1 nothing listens, and who asks for the process is told that, by the prompt too", async () => {
  const app = project.start(["--import", "pdm/register", "app.mjs"], { env: OFF });
  try {
    assert.equal(await app.readLine(), "serving");
    const { pid } = app.child;
    const socket = defaultSocket("app", pid);
    assert.deepEqual(readdirSync(path.dirname(socket)), [`app-${pid}.sock.disabled`]);
    const message = `${socket}: management of this process is disabled (PDM_DISABLE=1): process ${pid}`;
    await assert.rejects(connect(socket), { code: "ERR_PDM_CONNECT_DISABLED", message });
    assert.deepEqual(await project.run([REPL, "-e", "1", socket]), { status: 1, stdout: "", stderr: `${message}\n` });
    const rescue = await project.run([RESCUE, socket, "--yes"]);
    const advice = "to look at it all the same, give that number";
    assert.deepEqual(rescue, { status: 1, stdout: "", stderr: `pdm-rescue: ${message}; ${advice}\n` });
    const looked = await project.run([RESCUE, String(pid), "--no-signal"]);
    assert.equal(looked.status, 0);
    assert.match(looked.stderr, /app\.mjs\) has PDM_DISABLE: it is only looked at, and nothing is loaded into it/);
  } finally {
    await app.kill();
  }
  // It was killed, and could not remove its mark: whoever meets that does.
  const socket = defaultSocket("app", app.child.pid);
  assert.equal(readdirSync(path.dirname(socket)).length, 1);
  await assert.rejects(connect(socket), { code: "ERR_PDM_CONNECT" });
  assert.deepEqual(readdirSync(path.dirname(socket)), []);
});

test("listen() in such a process resolves to a listener without an address, whatever it is told, and observe() does nothing", async () => {
  const socket = project.socket("own.sock");
  await using app = project.start(["listening.mjs", socket], { env: OFF });
  assert.equal(await app.readLine(), '["",0]');
  await assert.rejects(connect(socket), { code: "ERR_PDM_CONNECT_DISABLED" });
  app.child.kill("SIGUSR2");
  assert.equal(await app.readLine(), "closed");
  await assert.rejects(connect(socket), { code: "ERR_PDM_CONNECT" });
});

test("a mark that another process left when it was killed is replaced; a file that is no mark stays", async () => {
  const ended = await project.run(["-e", "console.log(process.pid)"]);
  const [stale, foreign] = [project.socket("stale.sock"), project.socket("foreign.sock")];
  for (const [socket, content, code] of [
    [stale, ended.stdout, "ERR_PDM_CONNECT_DISABLED"],
    [foreign, "my notes\n", "ERR_PDM_CONNECT"],
  ] as const) {
    writeFileSync(`${socket}.disabled`, content);
    await assert.rejects(connect(socket), { code: "ERR_PDM_CONNECT" });
    // Whoever has looked may have removed it.
    writeFileSync(`${socket}.disabled`, content);
    await using app = project.start(["listening.mjs", socket], { env: OFF });
    await app.readLine();
    await assert.rejects(connect(socket), { code });
  }
});

// Only there a process's start can be told.
if (process.platform === "linux") {
  test("a process that has the number of one that was disabled is not called so", async () => {
    const socket = project.socket("reused.sock");
    const mark = `${socket}.disabled`;
    await using app = project.start(["listening.mjs", socket], { env: OFF });
    await app.readLine();
    const [pid = "", startTicks = "", namespace = ""] = readFileSync(mark, "utf8").trimEnd().split(" ");
    assert.equal(Number(pid), app.child.pid);
    await assert.rejects(connect(socket), { code: "ERR_PDM_CONNECT_DISABLED" });

    writeFileSync(mark, `${pid} ${startTicks} ${Number(namespace) + 1}\n`);
    await assert.rejects(connect(socket), { code: "ERR_PDM_CONNECT" });
    assert.ok(existsSync(mark), "what another container's process has left is not judged");

    writeFileSync(mark, `${pid} ${Number(startTicks) - 1} ${namespace}\n`);
    await assert.rejects(connect(socket), { code: "ERR_PDM_CONNECT" });
    assert.ok(!existsSync(mark));
  });
}

test("what the environment has wrong beside that is not complained about, and PDM_DISABLE=0 disables nothing", async () => {
  const env = { ...OFF, PDM_HTTP: "yes", PDM_LISTEN: "nowhere" };
  const args = ["--import", "pdm/register", "-e", "1"];
  assert.deepEqual(await project.run(args, { env }), { status: 0, stdout: "", stderr: "" });
  const { stderr } = await project.run(args, { env: { ...env, PDM_DISABLE: "0" } });
  assert.match(stderr, /PDM_HTTP/u);
});
