import assert from "node:assert/strict";
import { chmodSync, chownSync, readFileSync, readdirSync, statSync } from "node:fs";
import { test } from "node:test";
import { IS_ROOT, leaveDeadSocket, makeFolder, modeOf, open, readAll, Starter } from "./surroundings.js";

for (const umask of [0, 0o022, 0o077, 0o277, 0o777]) {
  test(`with the umask 0${umask.toString(8)} at no moment may anybody do more than the spec says`, async (t) => {
    const folder = makeFolder(t);
    const starter = await Starter.start(t, { umask });
    for (const [suffix, mode] of [
      ["", 0o600],
      [":0660", 0o660],
      [":666", 0o666],
      [":0777", 0o777],
      [":0000", 0],
    ] as const) {
      const { steps } = await starter.open(`${folder}/app.sock${suffix}`);
      assert.equal(modeOf(`${folder}/app.sock`), mode);
      const bound = steps.find((step) => step.name === "listen");
      assert.equal(bound?.folderMode, 0o700, "bound in a folder that only its owner can enter");
      const named = steps.filter((step) => step.socketMode !== undefined && step !== bound);
      assert.deepEqual(named, [{ name: "linkSync", socketMode: mode, folderMode: 0o700 }], "named with its final mode");
      await starter.ask({ do: "close" });
    }
  });
}

test("a dead socket is replaced by one that has its final mode", async (t) => {
  const folder = makeFolder(t);
  await leaveDeadSocket(`${folder}/app.sock`);
  const starter = await Starter.start(t, { umask: 0 });
  const { steps } = await starter.open(`${folder}/app.sock:0640`);
  const moves = steps.filter((step) => step.name === "renameSync" && step.socketMode !== undefined);
  assert.deepEqual(moves, [{ name: "renameSync", socketMode: 0o640, folderMode: 0o700 }]);
  assert.deepEqual(readdirSync(folder), ["app.sock"]);
});

test(
  "a group is given by name or by number",
  { skip: !IS_ROOT && "only root may give files to any group" },
  async (t) => {
    const folder = makeFolder(t);
    const line = readFileSync("/etc/group", "utf8")
      .split("\n")
      .find((entry) => /^[^:]+:[^:]*:[1-9]\d*:/.test(entry));
    const [name, , gid] = line?.split(":") ?? [];
    for (const [spec, expected] of [
      [`:0660:${name}`, Number(gid)],
      [":0660:4242", 4242],
    ] as const) {
      const listener = await open(`${folder}/app.sock${spec}`);
      assert.deepEqual([statSync(listener.spec).gid, modeOf(listener.spec)], [expected, 0o660]);
      listener.close();
    }
  },
);

test(
  "the folder's set-group-id bit gives the socket the folder's group",
  { skip: !IS_ROOT && "only root may give folders to any group" },
  async (t) => {
    const folder = makeFolder(t);
    chownSync(folder, 0, 4242);
    chmodSync(folder, 0o2750);
    for (const umask of [0o022, 0o777]) {
      const starter = await Starter.start(t, { umask });
      const { spec } = await starter.open(`${folder}/app.sock`);
      assert.equal(statSync(spec).gid, 4242);
      await starter.ask({ do: "close" });
    }
  },
);

test("a group that does not exist is an error that names it, and leaves nothing behind", async (t) => {
  const folder = makeFolder(t);
  for (const group of ["no-such-group-here", "-x", "4294967295", "no such"]) {
    await assert.rejects(open(`${folder}/app.sock:0660:${group}`), (error: NodeJS.ErrnoException) => {
      assert.equal(error.code, "ERR_PDM_LISTEN_GROUP");
      assert.ok(error.message.includes(group));
      return true;
    });
    assert.deepEqual(readdirSync(folder), []);
  }
});

test(
  "a group that one is no member of is an error, and leaves nothing behind",
  { skip: !IS_ROOT && "needs root, to become another user" },
  async (t) => {
    const folder = makeFolder(t);
    chmodSync(folder, 0o777);
    process.seteuid?.(65_534);
    try {
      await assert.rejects(open(`${folder}/app.sock:0660:4242`), { code: "ERR_PDM_LISTEN_GROUP", message: /EPERM/ });
    } finally {
      process.seteuid?.(0);
    }
    assert.deepEqual(readdirSync(folder), []);
  },
);

test(
  "a folder that one may not write is an error",
  { skip: !IS_ROOT && "needs root, to become another user" },
  async (t) => {
    const folder = makeFolder(t);
    process.seteuid?.(65_534);
    try {
      await assert.rejects(open(`${folder}/app.sock`), { code: "ERR_PDM_LISTEN_FOLDER", message: /EACCES/ });
    } finally {
      process.seteuid?.(0);
    }
  },
);

for (const step of ["listen", "chmodSync", "linkSync"]) {
  const name = `whoever puts a folder of their own in the place of the private one (before ${step}) gains nothing`;
  test(name, { skip: process.platform !== "linux" && "elsewhere a folder is only known by its name" }, async (t) => {
    const folder = makeFolder(t);
    const starter = await Starter.start(t, { decoyBefore: step === "listen" ? "before listen" : step });
    const { spec } = await starter.open(`${folder}/app.sock:0666`);
    assert.equal(await readAll(spec), `${starter.process.pid}\n`);
    const decoy = readdirSync(folder).find((entry) => /^\.pdm~\w{6}$/.test(entry)) ?? "";
    assert.equal(modeOf(`${folder}/${decoy}/${decoy.slice(-6)}`), 0o600, "the file in there is as it was");
    assert.deepEqual(readdirSync(`${folder}/${decoy}.moved`), [], "nothing is left in the real one");
  });
}

test(
  "a private folder that is another's by the time it is opened is refused",
  { skip: !IS_ROOT && "only root may give folders away" },
  async (t) => {
    const folder = makeFolder(t);
    const starter = await Starter.start(t, { decoyBefore: "made" });
    const reply = await starter.ask({ do: "open", spec: `${folder}/app.sock` });
    assert.ok(
      reply !== "killed" && "failed" in reply && reply.failed === "ERR_PDM_LISTEN_FOLDER",
      JSON.stringify(reply),
    );
  },
);
