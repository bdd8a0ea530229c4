import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Duplex, Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { after, afterEach, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import { connect } from "../../src/client.js";
import { parseConnectSpec } from "../../src/transport/connect-spec.js";
import { openSocket } from "../../src/transport/open-socket.js";
import { DaemonProcess } from "../fixtures/daemon-process.js";
import { runModule } from "../fixtures/run-module.js";
import { NO_SSH, SshServer, writeProgram } from "../fixtures/ssh-server.js";
import { runProgram } from "../terminal/program-run.js";

/** The hosts of the two ways: forwarding, and the helper program. */
const WAYS = [
  ["open", "by forwarding"],
  ["closed", "by the helper program"],
] as const;

describe("over ssh", { skip: NO_SSH }, () => {
  let server: SshServer;
  let daemon: DaemonProcess;
  before(async () => {
    daemon = await DaemonProcess.start();
    server = await SshServer.start();
  });
  afterEach(() => server.waitForNoTrace());
  after(async () => {
    await daemon[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  for (const [host, way] of WAYS) {
    test(`a service's objects are reached ${way}, which leaves no temporary file even while it is connected`, async () => {
      await using client = await connect(`${host}:${daemon.spec}`);
      await using pid = await client.find("pdm.perf.sysinfo/pid");
      assert.equal(await pid.read(), daemon.process.pid);
      assert.deepEqual(readdirSync(server.temporary), []);
    });

    test(`the program pdm-repl runs commands there ${way}`, async () => {
      assert.deepEqual(await runProgram([`${host}:${daemon.spec}`, "-e", "process.pid"]), {
        status: 0,
        signal: null,
        stdout: `${daemon.process.pid}\n`,
        stderr: "",
      });
    });

    test(`a path is taken as it is ${way}, whatever ssh or a shell would see in it`, async (t) => {
      const service = await startService(t, server, `a b:c%h%%\\:\\\\\${HOME}$HOME'"!~*[x]{y}é\n-.sock`);
      const socket = await openSocket(parseConnectSpec(`${host}:${service}`));
      assert.equal(String(await once(socket, "data")), "+PDM1\n");
      await close(socket);
    });

    test(`a megabyte passes both ways ${way}`, async (t) => {
      const service = await startService(t, server, "app.sock");
      const socket = await openSocket(parseConnectSpec(`${host}:${service}`));
      const sent = Buffer.alloc(1_048_576, "0123456789abcdef\n");
      socket.cork();
      socket.write(sent.subarray(0, 100));
      socket.write(sent.subarray(100));
      socket.uncork();
      const chunks: Buffer[] = [];
      let receivedBytes = -"+PDM1\n".length;
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        receivedBytes += chunk.length;
        if (receivedBytes >= sent.length) break;
      }
      assert.ok(Buffer.concat(chunks).equals(Buffer.concat([Buffer.from("+PDM1\n"), sent])));
    });

    test(`what a slow reader has not taken waits at the service, not here, ${way}`, async (t) => {
      const service = await startService(t, server, "app.sock");
      const socket = await openSocket(parseConnectSpec(`${host}:${service}`));
      socket.write("flood\n");
      let waitingBytes = 0;
      for (let chunks = 0; chunks < 40; chunks++) {
        await once(socket, "readable");
        waitingBytes = Math.max(waitingBytes, socket.readableLength);
        await delay(5);
        socket.read(1_024);
      }
      assert.ok(waitingBytes < 500_000, `${waitingBytes} bytes waited here`);
      await close(socket);
    });

    test(`the end of the service is the end of the connection ${way}`, async (t) => {
      const service = await startService(t, server, "app.sock");
      const socket = await openSocket(parseConnectSpec(`${host}:${service}`));
      socket.resume().write("bye\n");
      await once(socket, "end");
      await close(socket);
    });

    test(`a client killed by SIGKILL leaves no ssh behind that connects ${way}`, async () => {
      const client = await startClient(`${host}:${daemon.spec}`);
      assert.notDeepEqual(server.listTraces(), []);
      client.process.kill("SIGKILL");
      await once(client.process, "exit");
      await server.waitForNoTrace();
    });

    test(`Ctrl-C in the terminal is the client's to answer, it does not end the connection ${way}`, async () => {
      const client = await startClient(`${host}:${daemon.spec}`);
      process.kill(-(client.process.pid ?? assert.fail()), "SIGINT");
      assert.equal((await client.lines.next()).value, `interrupted, and read ${daemon.process.pid}`);
      client.process.stdin.end();
      assert.deepEqual(await once(client.process, "exit"), [0, null], "it ends when its connection is closed");
    });
  }

  test("no setting of the user's takes the connection away, or keeps it for later", async () => {
    for (const host of ["nasty", "nasty-closed"]) {
      await using client = await connect(`${host}:${daemon.spec}`);
      await using pid = await client.find("pdm.perf.sysinfo/pid");
      assert.equal(await pid.read(), daemon.process.pid);
    }
    assert.equal(existsSync(path.join(server.folder, "mux")), false, "no connection was made to be shared");
  });

  test("a path without a slash before it starts at the home folder there", async (t) => {
    const service = await startService(t, server, "app.sock");
    const socket = await openSocket(parseConnectSpec(`closed:../../../../../../..${service}`));
    assert.equal(String(await once(socket, "data")), "+PDM1\n");
    await close(socket);
  });

  test("an ssh that is too old for some of our options is started again without them", async () => {
    const folder = server.makeFolder();
    for (const option of ["ForkAfterAuthentication", "RemoteCommand"]) {
      const complaint = `command-line: line 0: Bad configuration option: ${option.toLowerCase()}`;
      const script = `case "$*" in *${option}=*) echo ${complaint} >&2; exit 255;; esac`;
      writeProgram(`${folder}/ssh`, `${script}\nexec ${path.join(server.folder, "bin", "ssh")} "$@"`);
      await withPath(folder, async () => {
        const socket = await openSocket(parseConnectSpec(`open:${daemon.spec}`));
        await close(socket);
      });
    }
  });

  test("a folder for temporary files with too long a name does not matter", async (t) => {
    const long = path.join(server.temporary, "x".repeat(100));
    mkdirSync(long);
    const { TMPDIR } = process.env;
    process.env["TMPDIR"] = long;
    t.after(() => (process.env["TMPDIR"] = TMPDIR));
    const socket = await openSocket(parseConnectSpec(`open:${daemon.spec}`));
    await close(socket);
    rmdirSync(long);
  });

  test("a client that does not connect over ssh does not load what starts programs", async () => {
    const source = `
      const { connect } = await import(new URL("client.js", index));
      const client = await connect(${JSON.stringify(daemon.spec)});
      client.close();
      console.log(process.moduleLoadList.includes("NativeModule child_process"));`;
    assert.deepEqual(await runModule(source), { status: 0, stdout: "false\n", stderr: "" });
  });
});

/** A service that greets and sends back what it gets; at `bye` it ends the connection, at `flood` it sends 8 MiB. */
async function startService(t: TestContext, server: SshServer, name: string): Promise<string> {
  const service = path.join(server.makeFolder(), name);
  const listener: Server = createServer((socket: Socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      const text = chunk.toString("latin1", 0, 10);
      if (text === "bye\n") socket.end();
      else socket.write(text === "flood\n" ? Buffer.alloc(8_388_608) : chunk);
    });
    socket.write("+PDM1\n");
  });
  listener.listen(service);
  await once(listener, "listening");
  t.after(() => listener.close());
  return service;
}

async function close(socket: Duplex): Promise<void> {
  socket.on("error", () => undefined);
  if (!socket.closed) {
    socket.destroy();
    await once(socket, "close");
  }
}

async function withPath(folder: string, act: () => Promise<void>): Promise<void> {
  const { PATH } = process.env;
  process.env["PATH"] = `${folder}:${PATH}`;
  try {
    await act();
  } finally {
    process.env["PATH"] = PATH;
  }
}

interface ClientProcess {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  readonly lines: AsyncIterator<string>;
}

/** A connected client in a process group of its own, as one started from a shell has; it closes at the end of its input. */
async function startClient(spec: string): Promise<ClientProcess> {
  const source = `
    const { connect } = await import(${JSON.stringify(new URL("../../src/client.js", import.meta.url).href)});
    const client = await connect(${JSON.stringify(spec)});
    const pid = await client.find("pdm.perf.sysinfo/pid");
    process.on("SIGINT", async () => console.log("interrupted, and read " + (await pid.read())));
    process.stdin.on("end", () => client.close()).resume();
    console.log("connected");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, "connected");
  return { process: child, lines };
}
