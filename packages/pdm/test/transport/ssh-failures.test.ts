import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { ConnectError, parseConnectSpec } from "../../src/transport/connect-spec.js";
import { openSocket } from "../../src/transport/open-socket.js";
import type { OpenSocketOptions } from "../../src/transport/open-socket.js";
import { NO_SSH, SshServer, writeProgram } from "../fixtures/ssh-server.js";

describe("no connection over ssh", { skip: NO_SSH }, () => {
  let server: SshServer;
  before(async () => {
    server = await SshServer.start();
  });
  afterEach(() => server.waitForNoTrace());
  after(() => server[Symbol.asyncDispose]());

  const failures: ReadonlyArray<readonly [what: string, spec: string, reason: RegExp]> = [
    [
      "a host without a name server's entry",
      "no-such-host.invalid:/x",
      /^ssh: Could not resolve hostname no-such-host/,
    ],
    [
      "a host where no ssh server listens",
      "nowhere:/x",
      /^ssh: connect to host 127\.0\.0\.1 port \d+: Connection refused$/,
    ],
    [
      "a host whose key is not known",
      "stranger:/x",
      /: Host key verification failed\.$|; Host key verification failed\.$/,
    ],
    ["a key that the server refuses", "keyless:/x", /Permission denied \(publickey\)\.$/],
    [
      "a path with no socket",
      "bare:/no/such.sock",
      /^nothing answers at \/no\/such\.sock there: is the service running/,
    ],
    [
      "a server without forwarding and helper",
      "bare:/no/such.sock",
      /\(its helper program failed: .*No module named .*pdm.*\)$/,
    ],
    [
      "a path with no socket, by the helper program",
      "closed:/no/such.sock",
      /^cannot connect to \/no\/such\.sock there: No such file or directory$/,
    ],
  ];
  for (const [what, spec, reason] of failures) {
    test(`for ${what} says why, in ssh's words`, async () => {
      const error = await catchOpening(spec);
      assert.equal(error.code, "ERR_PDM_CONNECT");
      assert.ok(error.message.startsWith(`${spec}: `), error.message);
      assert.match(error.message.slice(spec.length + 2), reason);
    });
  }

  test("for a service that closes without a word says that it may be no PDM socket", async (t) => {
    const service = await startService(t.after.bind(t), server, (socket) => socket.end());
    const error = await catchOpening(`open:${service}`);
    assert.match(error.message, /: ssh ended before .* said anything: is it a PDM socket\?$/);
  });

  test("without a program ssh says what to install", async () => {
    const folder = server.makeFolder();
    for (const name of ["sh", "mkdir", "rm", "rmdir"]) symlinkSync(`/bin/${name}`, path.join(folder, name));
    await withPath(folder, async () => {
      for (const spec of ["open:/x", "open:x/y"]) {
        assert.match(
          (await catchOpening(spec)).message,
          /: there is no program ssh on the PATH; install OpenSSH's client$/,
        );
      }
    });
  });

  test("without a folder for temporary files is said in words", async () => {
    const { TMPDIR } = process.env;
    process.env["TMPDIR"] = "/no/such/folder";
    try {
      assert.match(
        (await catchOpening("open:/x")).message,
        /^open:\/x: mkdir: .*\/no\/such\/folder.*No such file or directory$/,
      );
    } finally {
      process.env["TMPDIR"] = TMPDIR;
    }
  });

  test("without even a shell is an error like any other", async () => {
    await withPath(server.makeFolder(), async () => {
      const error = await catchOpening("open:/x");
      assert.match(error.message, /^open:\/x: ssh cannot be started: spawn sh ENOENT/);
      assert.equal((error.cause as NodeJS.ErrnoException).code, "ENOENT");
    });
  });

  test("shows the end of what ssh said, however much it was, without what drives a terminal", async () => {
    const folder = server.makeFolder();
    const evil = String.raw`head -c 3000000 /dev/zero | tr '\0' 'x' >&2; printf '\n\033[2J\302\2332J\342\200\256evil\r\nlast\n' >&2; exit 255`;
    writeProgram(path.join(folder, "ssh"), evil);
    await withPath(`${folder}:${process.env["PATH"]}`, async () => {
      const { message } = await catchOpening("open:/x");
      assert.match(message, /^open:\/x: x{300}; \?\[2J\?2J\?evil; last$/);
    });
  });

  test("for a path that is no socket's for its length is said before ssh is started", async () => {
    const error = await catchOpening(`open:/${"x".repeat(107)}`);
    assert.equal(error.code, "ERR_PDM_CONNECT_SPEC");
    assert.match(error.message, /the path is 1 bytes too long/);
  });

  test("in time says what was waited for: the login, or the service", async (t) => {
    const service = await startService(t.after.bind(t), server, () => undefined);
    const waits = [
      ["silent:/x", 300, /: no connection within 300 ms: ssh has not logged in$/],
      [`open:${service}`, 2_000, /: no connection within 2000 ms: ssh has logged in, but nothing came from /],
    ] as const;
    for (const [spec, timeoutMs, message] of waits) {
      const error = await catchOpening(spec, { timeoutMs });
      assert.equal(error.code, "ERR_PDM_CONNECT_TIMEOUT");
      assert.match(error.message, message);
      await server.waitForNoTrace();
    }
  });

  test("after an abort rejects with its reason, during the login and while waiting for the service", async (t) => {
    const { promise: connected, resolve: onConnection } = createSignal();
    const service = await startService(t.after.bind(t), server, onConnection);
    const reason = new Error("changed my mind");
    const abort = new AbortController();
    const openings = ["silent:/x", `open:${service}`].map((spec) =>
      openSocket(parseConnectSpec(spec), { signal: abort.signal }),
    );
    await connected;
    assert.notDeepEqual(server.listTraces(), []);
    abort.abort(reason);
    for (const opening of openings) await assert.rejects(opening, reason);
    await server.waitForNoTrace();
    const aborted = openSocket(parseConnectSpec("open:/x"), { signal: abort.signal });
    await assert.rejects(aborted, reason);
    assert.deepEqual(server.listTraces(), [], "nothing was started");
  });

  test("leaves nothing behind where ssh made its socket and then hangs", async () => {
    const folder = server.makeFolder();
    writeProgram(
      path.join(folder, "ssh"),
      `for word; do case $word in /*:/*) : >"\${word%%:*}";; esac; done; exec sleep 60`,
    );
    await withPath(`${folder}:${process.env["PATH"]}`, async () => {
      assert.match((await catchOpening("open:/x", { timeoutMs: 300 })).message, /: ssh has not logged in$/);
    });
  });

  test("leaves nothing behind when the client dies during the login", async () => {
    const source = `
      const { connect } = await import(${JSON.stringify(new URL("../../src/client.js", import.meta.url).href)});
      setTimeout(() => console.log("connecting"), 0);
      await connect("silent:/x");`;
    for (const signal of ["SIGKILL", "SIGINT", "SIGHUP", "SIGTERM"] as const) {
      const client = spawn(process.execPath, ["--input-type=module", "-e", source], {
        stdio: ["ignore", "pipe", "inherit"],
        detached: true,
      });
      await once(client.stdout, "data");
      assert.notDeepEqual(server.listTraces(), []);
      // To all its processes at once, as a terminal does it; but SIGKILL, which nothing could tidy up after, to itself alone.
      const pid = client.pid ?? assert.fail();
      process.kill(signal === "SIGKILL" ? pid : -pid, signal);
      assert.deepEqual(await once(client, "exit"), [null, signal]);
      await server.waitForNoTrace();
    }
  });
});

async function catchOpening(spec: string, options: OpenSocketOptions = {}): Promise<ConnectError> {
  try {
    (await openSocket(parseConnectSpec(spec), options)).destroy();
  } catch (error) {
    assert.ok(error instanceof ConnectError);
    return error;
  }
  throw new assert.AssertionError({ message: "it connected" });
}

async function startService(
  atEnd: (act: () => void) => void,
  server: SshServer,
  onSocket: (socket: Socket) => void,
): Promise<string> {
  const service = path.join(server.makeFolder(), "app.sock");
  const listener: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  listener.listen(service);
  await once(listener, "listening");
  atEnd(() => listener.close());
  return service;
}

function createSignal(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((fulfil) => (resolve = fulfil));
  return { promise, resolve };
}

async function withPath(value: string, act: () => Promise<void>): Promise<void> {
  const { PATH } = process.env;
  process.env["PATH"] = value;
  try {
    await act();
  } finally {
    process.env["PATH"] = PATH;
  }
}
