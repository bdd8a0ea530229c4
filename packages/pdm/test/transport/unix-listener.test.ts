import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, linkSync, lstatSync, readdirSync, unlinkSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import { join, relative } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { parseListenSpec } from "../../src/transport/listen-spec.js";
import { openListener } from "../../src/transport/listener.js";
import { NO_PYTHON, leaveDeadSocket, makeFolder, open, probe, readAll, Starter } from "./surroundings.js";

test("a listener is reached under its name, which is all that it leaves in the folder until it is closed", async (t) => {
  const folder = makeFolder(t);
  const listener = await open(`${folder}/app.sock`);
  assert.equal(listener.spec, `${folder}/app.sock`);
  assert.deepEqual(listener.address, { kind: "unix", path: `${folder}/app.sock` });
  assert.equal(await readAll(listener.spec), "hello\n");
  assert.deepEqual(readdirSync(folder), ["app.sock"]);
  listener.close();
  assert.deepEqual(readdirSync(folder), []);
  listener.close();
});

test("a relative path becomes absolute, so that a change of directory loses nothing", async (t) => {
  const folder = makeFolder(t);
  const path = relative(process.cwd(), `${folder}/app.sock`);
  const listener = await open(path.startsWith(".") ? path : `./${path}`);
  assert.equal(listener.spec, `${folder}/app.sock`);
  listener.close();
  assert.deepEqual(readdirSync(folder), []);
});

test("closing removes the name only while it is still ours", async (t) => {
  const folder = makeFolder(t);
  const path = `${folder}/app.sock`;
  const listener = await open(path);
  unlinkSync(path);
  const other = createServer().listen(path);
  await once(other, "listening");
  listener.close();
  assert.equal(await probe(path), undefined, "the other's socket is still there");
  other.close();
});

test("closing twice cannot remove a later socket, even one with the same inode number", async (t) => {
  const folder = makeFolder(t);
  const path = `${folder}/app.sock`;
  for (let round = 0; round < 20; round++) {
    const first = await open(path);
    first.close();
    const second = await open(path);
    first.close();
    assert.ok(existsSync(path));
    second.close();
  }
});

test("closing leaves the connections, and the name is free at once", async (t) => {
  const folder = makeFolder(t);
  const path = `${folder}/app.sock`;
  const accepted: Socket[] = [];
  const listener = await open(path, (socket) => accepted.push(socket));
  const client = connect({ path });
  client.write("x");
  await once(client, "connect");
  while (accepted.length === 0) await new Promise(setImmediate);
  listener.close();
  const next = await open(path);
  accepted[0]?.end("still here");
  const [answer] = (await once(client, "data")) as [Buffer];
  assert.equal(String(answer), "still here");
  client.destroy();
  next.close();
});

for (const [how, status] of [
  ["exit", 0],
  ["disconnect", 0],
  ["throw", 1],
] as const) {
  test(`the name is removed when the process ends by ${how === "disconnect" ? "having nothing left to do" : how}`, async (t) => {
    const folder = makeFolder(t);
    const starter = await Starter.start(t);
    await starter.open(`${folder}/app.sock`);
    assert.deepEqual(await starter.end({ do: how }), [status, null]);
    assert.deepEqual(readdirSync(folder), []);
  });
}

test("at the end of the process another's socket under the name stays", async (t) => {
  const folder = makeFolder(t);
  const path = `${folder}/app.sock`;
  const starter = await Starter.start(t);
  await starter.open(path);
  unlinkSync(path);
  await leaveDeadSocket(path);
  const { ino } = lstatSync(path);
  await starter.end({ do: "exit" });
  assert.equal(lstatSync(path).ino, ino);
});

test("connections that are open do not keep the process alive", async (t) => {
  const folder = makeFolder(t);
  const starter = await Starter.start(t);
  const { spec } = await starter.open(`${folder}/app.sock`);
  const client = connect({ path: spec, allowHalfOpen: true });
  client.on("error", () => undefined);
  await once(client, "data"); // half-open from here on
  assert.deepEqual(await starter.end({ do: "disconnect" }), [0, null]);
  client.destroy();
});

test("what SIGKILL leaves is replaced by the next, with nothing else left", async (t) => {
  const folder = makeFolder(t);
  const starter = await Starter.start(t);
  const { spec } = await starter.open(`${folder}/app.sock`);
  await starter.kill();
  assert.equal(await probe(spec), "ECONNREFUSED");
  const listener = await open(spec);
  assert.equal(await readAll(spec), "hello\n");
  assert.deepEqual(readdirSync(folder), ["app.sock"]);
  listener.close();
});

test("many listeners in one process share one exit listener, which goes with the last", async (t) => {
  const folder = makeFolder(t);
  const before = process.listenerCount("exit");
  const listeners = await Promise.all(Array.from({ length: 20 }, (_, index) => open(`${folder}/${index}.sock`)));
  assert.equal(process.listenerCount("exit"), before + 1);
  for (const listener of listeners) listener.close();
  assert.equal(process.listenerCount("exit"), before);
  assert.deepEqual(readdirSync(folder), []);
});

test("a worker thread listens itself, and its name goes when the thread ends", async (t) => {
  const folder = makeFolder(t);
  const worker = new Worker(
    `import { parentPort } from "node:worker_threads";
     import { openListener } from ${JSON.stringify(import.meta.resolve("../../src/transport/listener.js"))};
     const { spec } = await openListener(
       { kind: "unix", path: ${JSON.stringify(join(folder, "app.sock"))}, mode: 0o600, group: undefined },
       { onSocket: (socket) => socket.resume().on("close", () => process.exit()).end("from the thread"), onError: console.error });
     parentPort.postMessage(spec);
     setInterval(() => undefined, 60_000);`,
    { eval: true },
  );
  const [spec] = (await once(worker, "message")) as [string];
  const exited = once(worker, "exit");
  assert.equal(await readAll(spec), "from the thread");
  await exited;
  assert.deepEqual(readdirSync(folder), []);
});

test("what onSocket throws destroys that connection, is reported, and harms nothing else", async (t) => {
  const folder = makeFolder(t);
  const errors: Error[] = [];
  const listener = await openListener(parseListenSpec(`${folder}/app.sock`), {
    onSocket: () => {
      throw new Error("no");
    },
    onError: (error) => errors.push(error),
  });
  assert.equal(await readAll(listener.spec), "");
  assert.equal(await readAll(listener.spec), "");
  assert.deepEqual(
    errors.map((error) => error.message),
    ["no", "no"],
  );
  listener.close();
});

test(
  "a process without a free descriptor lives on, and is reached again when it has some",
  { skip: NO_PYTHON },
  async (t) => {
    const path = `${makeFolder(t)}/app.sock`;
    const python = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))";
    const starter = await Starter.start(t, {}, { python });
    await starter.open(path);
    // The service ends each connection; it is only gone when the client ends it too.
    const held = Array.from({ length: 100 }, () => connect({ path, allowHalfOpen: true }));
    await Promise.all(held.map((socket) => once(socket.on("error", () => undefined).resume(), "end")));
    assert.ok(
      held.some((socket) => socket.bytesRead === 0),
      "some were turned away",
    );
    await Promise.all(held.map((socket) => once(socket.destroy(), "close")));
    let answer = "";
    while (answer === "") answer = await readAll(path).catch(() => "");
    assert.equal(answer, `${starter.process.pid}\n`);
  },
);

test("hard links to the socket stay when it is closed, since they are not the listener's", async (t) => {
  const folder = makeFolder(t);
  const listener = await open(`${folder}/app.sock`);
  linkSync(listener.spec, `${folder}/second`);
  listener.close();
  assert.deepEqual(readdirSync(folder), ["second"]);
});
