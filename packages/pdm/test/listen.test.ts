import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { listen } from "../src/index.js";
import { RawSocket } from "./fixtures/raw-socket.js";
import { runModule } from "./fixtures/run-module.js";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-listen-"));
after(() => rmSync(folder, { recursive: true }));

let sockets = 0;
function newPath(): string {
  sockets += 1;
  return path.join(folder, `${sockets}.sock`);
}

test("a service is manageable after one line, by its owner alone", async () => {
  const spec = newPath();
  await using listener = await listen(spec);
  assert.equal(listener.spec, spec);
  assert.equal(statSync(spec).mode & 0o777, 0o600);
  using raw = await RawSocket.connect(spec);
  assert.equal(await raw.readLine(), "+PDM1");
});

test("closing removes the socket and ends the connections, whatever they are doing", async () => {
  const spec = newPath();
  const listener = await listen(spec, { limits: { closeGraceMs: 50 } });
  using silent = await RawSocket.connect(spec);
  using pending = await RawSocket.open(spec, "repl");
  pending.write("await new Promise(() => undefined)\n\n");
  using replied = await RawSocket.open(spec, "repl");
  replied.write("1 + 1\n\n");
  assert.equal(await replied.readLine(), " 2");
  await Promise.all([listener.close(), listener.close()]);
  assert.equal(existsSync(spec), false);
  assert.equal(await silent.readToEnd(), "+PDM1\n");
  assert.equal(await pending.readToEnd(), "");
  assert.equal(await replied.readToEnd(), "+OK\n");
  assert.equal(listener.connectionCount, 0);
});

test("a port is chosen where 0 is asked for, and the listener says which", async () => {
  await using listener = await listen("127.0.0.1:0");
  assert.match(listener.spec, /^127\.0\.0\.1:[1-9]\d*$/u);
});

test("neither the listener nor an open connection keeps the process alive, and its exit removes the socket", async () => {
  const spec = newPath();
  const finished = await runModule(`
    const { listen } = await import(index);
    const net = await import("node:net");
    const listener = await listen(${JSON.stringify(spec)});
    const client = net.connect(listener.spec).unref();
    await new Promise((resolve) => { client.ref(); client.once("data", resolve); });
    client.unref();
    console.log("connected", listener.connectionCount);
  `);
  assert.deepEqual(finished, { status: 0, stdout: "connected 1\n", stderr: "" });
  assert.equal(existsSync(spec), false);
});

test("a failure that nobody looks at is a warning, and the service goes on", async () => {
  const finished = await runModule(`
    const { listen } = await import(index);
    listen("/no/such/folder/x.sock");
    setTimeout(() => console.log("still here"), 50);
  `);
  assert.equal(finished.status, 0);
  assert.equal(finished.stdout, "still here\n");
  assert.match(finished.stderr, /PDM_LISTEN_FAILED.*\/no\/such\/folder/u);
});

test("the package can be required, and listens, from CommonJS too", async () => {
  const spec = newPath();
  const finished = await runModule(`
    const { createRequire } = await import("node:module");
    const { fileURLToPath } = await import("node:url");
    const { listen } = createRequire(import.meta.url)(fileURLToPath(index));
    listen(${JSON.stringify(spec)}).then((listener) => console.log(listener.spec));
  `);
  assert.equal(finished.stdout, `${spec}\n`, finished.stderr);
});

const REFUSED: readonly (readonly [what: string, spec: string | undefined, limits: object, code: string])[] = [
  ["a word that is no spec", "socket", {}, "ERR_PDM_LISTEN_SPEC"],
  ["an address that others can reach", "0.0.0.0:1234", {}, "ERR_PDM_LISTEN_NOT_LOOPBACK"],
  ["a limit that does not exist", undefined, { frames: 1 }, "ERR_PDM_LIMIT"],
  ["a limit that is no whole number", undefined, { frameBytes: 1.5 }, "ERR_PDM_LIMIT"],
];
for (const [what, spec, limits, code] of REFUSED) {
  test(`${what} is refused`, async () => {
    await assert.rejects(listen(spec, { limits }), { code });
  });
}

test("a socket that somebody listens on, and a file that is no socket, stay as they are", async () => {
  const live = newPath();
  const server = createServer().listen(live);
  await new Promise((resolve) => {
    server.once("listening", resolve);
  });
  await assert.rejects(listen(live), { code: "ERR_PDM_LISTEN_IN_USE" });
  const file = newPath();
  writeFileSync(file, "precious");
  await assert.rejects(listen(file), { code: "ERR_PDM_LISTEN_NOT_SOCKET" });
  assert.ok(existsSync(live) && existsSync(file));
  server.close();
});
