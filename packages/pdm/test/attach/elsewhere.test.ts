// Processes of another user, and in another container: namespaces of its own for processes, files and network, as a container's runtime makes them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { attach } from "../../src/attach.js";
import { connect } from "../../src/client.js";
import { VictimProcess } from "../fixtures/victim-process.js";
import { runRescue } from "../rescue/run-rescue.js";

const NAMESPACES = ["--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc"];
const isRoot = process.geteuid?.() === 0;
const NO_ROOT = isRoot ? false : "only root may be another user: nothing was tested with one";
const NO_CONTAINER =
  isRoot && spawnSync("unshare", [...NAMESPACES, "ip", "link", "set", "lo", "up"]).status === 0
    ? false
    : "it takes root, unshare and ip: nothing was tested with a container";

const NOBODY = 65_534;
const IDLE = 'setInterval(() => {}, 1_000); require("node:fs").writeSync(1, "begin\\n");';
const YES = { consent: true } as const;

const folder = mkdtempSync(path.join(tmpdir(), "pdm-elsewhere-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function writeProgram(name: string, script: string): string {
  const program = path.join(folder, name);
  writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return program;
}

/** Where nothing of ours is in `/run`, and 127.0.0.1 is another. */
async function startInContainer(source: string): Promise<{ victim: VictimProcess; pid: number } & Disposable> {
  const inside = 'ip link set lo up && mount -t tmpfs -o mode=755 none /run && exec "$0" "$@"';
  const program = writeProgram("container", `exec unshare ${NAMESPACES.join(" ")} sh -c '${inside}' "$NODE" "$@"`);
  const env = { NODE: process.execPath, XDG_RUNTIME_DIR: "" };
  const victim = await VictimProcess.start(source, { file: "victim.cjs", program, env });
  const pid = Number(readFileSync(`/proc/${victim.pid}/task/${victim.pid}/children`, "utf8"));
  return { victim, pid, [Symbol.dispose]: () => victim[Symbol.dispose]() };
}

async function readPid(spec: string): Promise<string> {
  await using client = await connect(spec);
  const session = await client.openRepl();
  const { text } = await session.evaluate("process.pid");
  return text;
}

describe("in a container", { skip: NO_CONTAINER }, () => {
  test("a process is attached to by its number out here, and its socket is reached through its own root", async () => {
    using container = await startInContainer(IDLE);
    const { pid } = container;
    const attached = await attach(pid, YES);
    assert.equal(attached.spec, `/proc/${pid}/root/run/pdm/victim-1.sock`);
    assert.deepEqual([attached.origin, attached.inspector], ["attached", "closed"]);
    assert.equal(existsSync("/run/pdm/victim-1.sock"), false);
    assert.equal(await readPid(attached.spec), "1");
    assert.equal((await attach(pid, YES)).origin, "attached-before");
    await attached.detach();
    assert.equal(existsSync(attached.spec), false);
  });

  test("what a process is stuck in is told, and ended", async () => {
    using container = await startInContainer(
      `globalThis.state = { stop: false };
       setTimeout(function spin() { while (!state.stop); console.log("freed"); });
       require("node:fs").writeSync(1, "begin\\n");`,
    );
    const subject = String(container.pid);
    const { status, stdout, stderr } = await runRescue([subject, "--yes"]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /: stuck in a loop\n.* in spin \(/);
    await runRescue([subject, "--yes", "--eval", "state.stop = true"]);
    while (!container.victim.stdout.includes("freed")) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

describe("with another user", { skip: NO_ROOT }, () => {
  test("who is not root is refused another's process, and nothing is sent", async () => {
    using victim = await VictimProcess.start(IDLE, { file: "victim.cjs" });
    const script = `
      const { attach } = await import(${JSON.stringify(new URL("../../src/attach.js", import.meta.url).href)});
      process.setegid(${NOBODY});
      process.seteuid(${NOBODY});
      await attach(${victim.pid}, { consent: true }).catch(({ code, message }) => console.log(code, message));`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    assert.equal(
      stdout,
      `ERR_PDM_TARGET_USER process ${victim.pid} belongs to user 0, and you are ${NOBODY}; do it as that user, or as root\n`,
    );
    assert.equal(victim.stderr, "");
  });

  test("root attaches to another's process, and the socket is that user's alone", async () => {
    chmodSync(folder, 0o755);
    copyFileSync(process.execPath, path.join(folder, "node"));
    const start = `exec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups ${path.join(folder, "node")} "$@"`;
    const program = writeProgram("user", `chown -R ${NOBODY} "$PWD"\nTMPDIR="$PWD" ${start}`);
    using victim = await VictimProcess.start(IDLE, { file: "victim.cjs", program, env: { XDG_RUNTIME_DIR: "" } });
    const { spec } = await attach(victim.pid, YES);
    assert.equal(spec, path.join(victim.folder, `pdm-${NOBODY}`, `victim-${victim.pid}.sock`));
    const { uid, mode } = statSync(spec);
    assert.deepEqual([uid, mode & 0o777], [NOBODY, 0o600]);
    assert.equal(await readPid(spec), String(victim.pid));
  });
});
