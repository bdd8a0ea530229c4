import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, lstatSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import { test } from "node:test";
import { IS_ROOT, NO_PYTHON, leaveDeadSocket, makeFolder, open, readAll, Starter } from "./surroundings.js";

const others: ReadonlyArray<readonly [kind: string, make: (path: string) => void]> = [
  ["a file", (path) => writeFileSync(path, "precious")],
  ["a folder", (path) => mkdirSync(path)],
  ["a dangling symbolic link", (path) => symlinkSync("nowhere", path)],
  ["a symbolic link to a folder", (path) => symlinkSync("/", path)],
];
for (const [kind, make] of others) {
  test(`${kind} under the name is an error and stays`, async (t) => {
    const folder = makeFolder(t);
    make(`${folder}/app.sock`);
    const before = lstatSync(`${folder}/app.sock`).ino;
    await assert.rejects(open(`${folder}/app.sock`), { name: "ListenError", code: "ERR_PDM_LISTEN_NOT_SOCKET" });
    assert.equal(lstatSync(`${folder}/app.sock`).ino, before);
    assert.deepEqual(readdirSync(folder), ["app.sock"]);
  });
}

test("a symbolic link to a dead socket is no socket either", async (t) => {
  const folder = makeFolder(t);
  await leaveDeadSocket(`${folder}/dead`);
  symlinkSync("dead", `${folder}/app.sock`);
  await assert.rejects(open(`${folder}/app.sock`), { code: "ERR_PDM_LISTEN_NOT_SOCKET" });
  assert.deepEqual(readdirSync(folder).toSorted(), ["app.sock", "dead"]);
});

test("a live socket keeps its name", async (t) => {
  const folder = makeFolder(t);
  const first = await open(`${folder}/app.sock`, (socket) => socket.end("first"));
  await assert.rejects(open(`${folder}/app.sock`), { name: "ListenError", code: "ERR_PDM_LISTEN_IN_USE" });
  assert.deepEqual(readdirSync(folder), ["app.sock"]);
  assert.equal(await readAll(first.spec), "first");
  first.close();
});

test(
  "a live socket whose backlog is full keeps its name",
  { skip: process.platform !== "linux" && "elsewhere it looks dead" },
  async (t) => {
    const folder = makeFolder(t);
    const path = `${folder}/app.sock`;
    const starter = await Starter.start(t);
    await starter.open(path);
    starter.process.kill("SIGSTOP");
    const waiting: Socket[] = [];
    t.after(() => {
      for (const socket of waiting) socket.destroy();
    });
    for (let full = false; !full;) {
      const socket = connect({ path });
      waiting.push(socket);
      full = await new Promise((resolve) =>
        socket.on("connect", () => resolve(false)).on("error", () => resolve(true)),
      );
    }
    const before = lstatSync(path).ino;
    await assert.rejects(open(path), { code: "ERR_PDM_LISTEN_IN_USE", message: /EAGAIN/ });
    assert.equal(lstatSync(path).ino, before);
    starter.process.kill("SIGCONT");
  },
);

test("a live socket of another type keeps its name", { skip: NO_PYTHON }, async (t) => {
  const path = `${makeFolder(t)}/app.sock`;
  for (const type of ["DGRAM", "SEQPACKET"]) {
    const python = `
s = socket.socket(socket.AF_UNIX, socket.SOCK_${type}); s.bind(os.environ["SOCKET"]); s.set_inheritable(True)
if "${type}" == "SEQPACKET": s.listen(1)`;
    const starter = await Starter.start(t, {}, { python, env: { SOCKET: path } });
    await assert.rejects(open(path), { code: "ERR_PDM_LISTEN_IN_USE", message: /EPROTOTYPE/ });
    await starter.kill();
    const listener = await open(path);
    listener.close();
  }
});

test(
  "a socket that may not be connected to is not taken for dead",
  { skip: !IS_ROOT && "needs root, to become another user" },
  async (t) => {
    const folder = makeFolder(t);
    chmodSync(folder, 0o777);
    await leaveDeadSocket(`${folder}/app.sock`);
    chmodSync(`${folder}/app.sock`, 0o600);
    process.seteuid?.(65_534);
    try {
      await assert.rejects(open(`${folder}/app.sock`), { code: "ERR_PDM_LISTEN_IN_USE", message: /EACCES/ });
    } finally {
      process.seteuid?.(0);
    }
    assert.deepEqual(readdirSync(folder), ["app.sock"]);
  },
);

test("a missing folder is an error that says how to make it; it is not made", async (t) => {
  const folder = makeFolder(t);
  await assert.rejects(open(`${folder}/not/there/app.sock`), {
    code: "ERR_PDM_LISTEN_FOLDER",
    message: `${folder}/not/there does not exist; create it first, for example: mkdir -p -m 0700 ${folder}/not/there`,
  });
  writeFileSync(`${folder}/file`, "");
  await assert.rejects(open(`${folder}/file/app.sock`), { code: "ERR_PDM_LISTEN_FOLDER", message: /is not a folder/ });
  assert.deepEqual(readdirSync(folder), ["file"]);
});

test("a path of 107 bytes will do, one of 108 is refused, and so is one whose temporary name has 108", async (t) => {
  const folder = makeFolder(t);
  const nameFor = (bytes: number): string => `${folder}/${"n".repeat(bytes - folder.length - 1)}`;
  const limit = process.platform === "linux" ? 107 : 103;
  const listener = await open(nameFor(limit));
  assert.equal(await readAll(listener.spec), "hello\n");
  listener.close();
  await assert.rejects(open(nameFor(limit + 1)), {
    code: "ERR_PDM_LISTEN_PATH_TOO_LONG",
    message: /is 1 bytes too long/,
  });
  await assert.rejects(open(`${folder}/${"ä".repeat(60)}`), { code: "ERR_PDM_LISTEN_PATH_TOO_LONG" });

  const temporary = "/.pdm~XXXXXX/XXXXXX".length;
  const deep = `${folder}/${"d".repeat(limit - temporary - folder.length - 1)}`;
  mkdirSync(deep);
  mkdirSync(`${deep}d`);
  (await open(`${deep}/s`)).close();
  await assert.rejects(open(`${deep}d/s`), { code: "ERR_PDM_LISTEN_PATH_TOO_LONG", message: /temporary name/ });
  assert.deepEqual(readdirSync(`${deep}d`), []);
});

test("what killed starters left is removed when it is old, dead and ours, and nothing else is", async (t) => {
  const folder = makeFolder(t);
  const leave = async (name: string, socket: "dead" | "live" | "none", old: boolean): Promise<void> => {
    mkdirSync(`${folder}/${name}`, { mode: 0o700 });
    const path = `${folder}/${name}/${name.slice(-6)}`;
    if (socket === "dead") await leaveDeadSocket(path);
    if (socket === "live") {
      const server = createServer().listen(path).unref();
      await once(server, "listening");
      t.after(() => server.close());
    }
    if (old) utimesSync(`${folder}/${name}`, 0, 0);
  };
  await leave(".pdm~aaaaaa", "dead", true);
  await leave(".pdm~bbbbbb", "none", true);
  await leave(".pdm~cccccc", "live", true);
  await leave(".pdm~dddddd", "dead", false);
  await leave(".pdm~eeeeee", "none", false);
  await leave("x.pdm~ffffff", "dead", true);
  await leave(".pdm~ggg", "none", true);
  await leave(".pdm~lock", "none", false);
  mkdirSync(`${folder}/.pdm~hhhhhh`);
  writeFileSync(`${folder}/.pdm~hhhhhh/hhhhhh`, "a file");
  utimesSync(`${folder}/.pdm~hhhhhh`, 0, 0);
  symlinkSync(".pdm~dddddd", `${folder}/.pdm~iiiiii`);

  (await open(`${folder}/app.sock`)).close();
  assert.deepEqual(readdirSync(folder).toSorted(), [
    ".pdm~cccccc",
    ".pdm~dddddd",
    ".pdm~eeeeee",
    ".pdm~ggg",
    ".pdm~hhhhhh",
    ".pdm~iiiiii",
    "x.pdm~ffffff",
  ]);
});

test("one start removes no more than 16 leftovers", async (t) => {
  const folder = makeFolder(t);
  for (let index = 0; index < 40; index++) {
    mkdirSync(`${folder}/.pdm~0000${index + 10}`, { mode: 0o700 });
    utimesSync(`${folder}/.pdm~0000${index + 10}`, 0, 0);
  }
  for (const left of [24, 8, 0]) {
    (await open(`${folder}/app.sock`)).close();
    assert.equal(readdirSync(folder).length, left);
  }
});
