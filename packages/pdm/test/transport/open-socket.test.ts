import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { ConnectError, parseConnectSpec } from "../../src/transport/connect-spec.js";
import { openSocket } from "../../src/transport/open-socket.js";
import type { OpenSocketOptions } from "../../src/transport/open-socket.js";
import { leaveDeadSocket, makeFolder, Starter } from "./surroundings.js";

async function open(spec: string, options?: OpenSocketOptions): Promise<Socket> {
  const socket = await openSocket(parseConnectSpec(spec), options);
  assert.ok(socket instanceof Socket);
  return socket;
}

const LISTENED_TO = ["error", "connect", "timeout", "close"] as const;

test("the socket comes connected, with none of our listeners, whatever the address", async (t) => {
  const path = `${makeFolder(t)}/app.sock`;
  for (const where of [{ path }, { host: "127.0.0.1", port: 0 }]) {
    const server = createServer((socket) => socket.end("hello")).listen(where);
    await once(server, "listening");
    const address = server.address() as string | AddressInfo;
    const specs =
      typeof address === "string"
        ? [address]
        : [`${address.port}`, `localhost:${address.port}`, `127.0.0.1:${address.port}`];
    for (const spec of specs) {
      const abort = new AbortController();
      const socket = await open(spec, { signal: abort.signal, timeoutMs: 10_000 });
      assert.equal(socket.readyState, "open");
      for (const event of LISTENED_TO) assert.equal(socket.listenerCount(event), 0, event);
      abort.abort();
      assert.equal(socket.destroyed, false, "the signal has no more to say");
      assert.equal(String(await once(socket, "data")), "hello");
      socket.destroy();
    }
    server.close();
  }
});

const failures: ReadonlyArray<readonly [what: string, make: (path: string) => unknown, reason: RegExp]> = [
  ["nothing", () => undefined, /: no such file: is the service running\?$/],
  ["a dead socket", leaveDeadSocket, /: connection refused: nothing listens there any more \(a dead socket\)$/],
  ["a file", (path) => writeFileSync(path, ""), /: not a socket, but another kind of file$/],
  ["a folder", (path) => mkdirSync(path), /: not a socket, but another kind of file$/],
];
for (const [what, make, reason] of failures) {
  test(`connecting to ${what} says so in words`, async (t) => {
    const path = `${makeFolder(t)}/app.sock`;
    await make(path);
    await assert.rejects(open(path), (error) => {
      assert.ok(error instanceof ConnectError && error.cause instanceof Error);
      assert.equal(error.code, "ERR_PDM_CONNECT");
      assert.ok(error.message.startsWith(path));
      assert.match(error.message, reason);
      return true;
    });
  });
}

test("a file where a folder should be, and a port where nobody listens, are said in words", async (t) => {
  const folder = makeFolder(t);
  writeFileSync(`${folder}/file`, "");
  await assert.rejects(open(`${folder}/file/app.sock`), {
    code: "ERR_PDM_CONNECT",
    message: /a part of the path is not a folder$/,
  });
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  for (const spec of [`127.0.0.1:${port}`, `localhost:${port}`]) {
    await assert.rejects(open(spec), {
      code: "ERR_PDM_CONNECT",
      message: `${spec}: connection refused: nothing listens there; is the service running?`,
    });
  }
});

test(
  "a socket without the right to it is permission denied",
  { skip: process.geteuid?.() !== 0 && "needs root, to become another user" },
  async (t) => {
    const path = `${makeFolder(t)}/app.sock`;
    const starter = await Starter.start(t);
    await starter.open(path);
    process.seteuid?.(65_534);
    try {
      await assert.rejects(open(path), {
        code: "ERR_PDM_CONNECT",
        message: /: permission denied: connect as the user/,
      });
    } finally {
      process.seteuid?.(0);
    }
  },
);

test("a path over 107 bytes is refused rather than cut", async () => {
  const path = `/tmp/${"x".repeat(200)}`;
  await assert.rejects(open(path), {
    name: "ConnectError",
    code: "ERR_PDM_CONNECT_SPEC",
    message: /is 98 bytes too long/,
  });
});

test("a signal that is aborted already rejects with its reason, and connects to nothing", async (t) => {
  const path = `${makeFolder(t)}/app.sock`;
  const reason = new Error("changed my mind");
  await assert.rejects(open(path, { signal: AbortSignal.abort(reason) }), reason);
});

test("a signal aborted while connecting rejects with its reason", async () => {
  const abort = new AbortController();
  const opening = open("192.0.2.1:9", { signal: abort.signal, timeoutMs: 60_000 }); // an address that is never anybody's
  abort.abort("no more");
  await assert.rejects(opening, (error) => error === "no more");
});

test("an endless or huge timeout is no timeout", async (t) => {
  const path = `${makeFolder(t)}/app.sock`;
  const server = createServer().listen(path);
  await once(server, "listening");
  for (const timeoutMs of [Infinity, 2 ** 40]) (await open(path, { timeoutMs })).destroy();
  server.close();
});

test(
  "a connection that nobody takes up in time is a timeout",
  { skip: process.platform !== "linux" && "relies on how a full backlog is handled" },
  async (t) => {
    const starter = await Starter.start(t);
    const { spec } = await starter.open("localhost:0");
    starter.process.kill("SIGSTOP"); // from here on connections only fill its backlog
    const held: Socket[] = [];
    const fill = async (): Promise<never> => {
      for (;;) held.push(await open(spec, { timeoutMs: 50 }));
    };
    await assert.rejects(fill, {
      name: "ConnectError",
      code: "ERR_PDM_CONNECT_TIMEOUT",
      message: `${spec}: no connection within 50 ms`,
    });
    for (const socket of held) socket.on("error", () => undefined).destroy();
  },
);

test("a spec for listening that is no file's name says whose part the mode is", async (t) => {
  const path = `${makeFolder(t)}/app.sock`;
  for (const end of ["600", "0660", "0660:adm"]) {
    await assert.rejects(open(`${path}:${end}`), (error: Error) => {
      assert.ok(error.message.endsWith(`MODE and GROUP belong to listen(); connect to ${path}`), error.message);
      return true;
    });
  }
});
