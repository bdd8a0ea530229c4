import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect, ConnectError, connectRepl, HelloError } from "../../src/client.js";
import { PYTHON3 } from "../fixtures/python.js";
import { startPythonServer } from "./python-server.js";
import { startScriptedServer } from "./scripted-server.js";

async function catchConnect(spec: string, options?: Parameters<typeof connect>[1]): Promise<Error> {
  try {
    (await connect(spec, { protocol: "perf", ...options })).close();
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  throw new assert.AssertionError({ message: "it connected" });
}

function countSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "PipeWrap").length;
}

describe("hello", () => {
  const refusals: readonly [promise: string, greeting: string, code: string, message: RegExp][] = [
    [
      "an SSH server is no PDM socket",
      "SSH-2.0-x\r\n",
      "NOT_PDM",
      /: this is not a PDM socket: it greeted with "SSH-2.0-x\\r"$/,
    ],
    ["another version of the greeting is refused", "+PDM2\n", "NOT_PDM", /"\+PDM2"/],
    [
      "what could drive a terminal is escaped",
      "\u009b2J\u007f\n",
      "NOT_PDM",
      // UTF-8, read byte by byte.
      /greeted with "Â\\u009b2J\\u007f"$/,
    ],
    ["an empty greeting is refused", "\n", "NOT_PDM", /greeted with ""/],
    ["an endless greeting is cut off", "x".repeat(1_025), "NOT_PDM", /over 1024 bytes/],
    [
      "a server that is full says so",
      "-ERR too many connections\n",
      "REFUSED",
      /the service refused: too many connections$/,
    ],
    ["what a server says cannot drive a terminal", "-ERR \x1b[2J\n", "REFUSED", /refused: \?\[2J$/],
  ];
  for (const [promise, greeting, code, message] of refusals) {
    it(promise, async () => {
      await using server = await startScriptedServer();
      const failing = catchConnect(server.spec);
      const peer = await server.accept();
      peer.send(greeting);
      const error = await failing;
      assert.ok(error instanceof HelloError);
      assert.equal(error.code, `ERR_PDM_HELLO_${code}`);
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(`${server.spec}: `));
      await peer.gone();
    });
  }

  it("takes any answer that begins with a plus sign, in bytes that come one by one", async () => {
    await using server = await startScriptedServer();
    const connecting = connect(server.spec, { protocol: "perf" });
    const peer = await server.accept();
    for (const byte of "+PDM1\n") {
      peer.send(byte);
      await new Promise(setImmediate);
    }
    assert.equal(await peer.line(), "perf");
    peer.send("+PERF1 and more\n");
    (await connecting).close();
    await peer.gone();
  });

  it("loses nothing that comes together with the answer", async () => {
    await using server = await startScriptedServer();
    const connecting = connectRepl(server.spec);
    const peer = await server.accept();
    peer.send("+PDM1\n");
    await peer.line();
    peer.send("+REPL\n-shutting down\n");
    const client = await connecting;
    const reason = await client.closed;
    assert.match(reason?.message ?? "", /ended it: "-shutting down"/);
  });

  it("names the sub-protocol when the server closes without an answer", async () => {
    await using server = await startScriptedServer();
    const failing = catchConnect(server.spec);
    const peer = await server.accept();
    peer.send("+PDM1\n");
    await peer.line();
    peer.socket.end();
    const error = await failing;
    assert.equal((error as HelloError).code, "ERR_PDM_HELLO_REFUSED");
    assert.match(error.message, /it does not offer perf/);
  });

  it("says that a server which closes at once may be no PDM socket", async () => {
    await using server = await startScriptedServer();
    const failing = catchConnect(server.spec);
    (await server.accept()).socket.end();
    assert.equal(((await failing) as HelloError).code, "ERR_PDM_HELLO_NOT_PDM");
  });

  for (const step of ["greeting", "answer"] as const) {
    it(`gives up a server that sends no ${step} in time, and closes`, async () => {
      await using server = await startScriptedServer();
      const failing = catchConnect(server.spec, { timeoutMs: 500 });
      const peer = await server.accept();
      if (step === "answer") peer.send("+PDM1\n");
      const error = await failing;
      assert.equal((error as HelloError).code, "ERR_PDM_HELLO_TIMEOUT");
      assert.match(
        error.message,
        step === "greeting" ? /was not greeted within 500 ms/ : /did not answer to perf within 500 ms/,
      );
      await peer.gone();
    });
  }

  it("ends with the signal's own reason, before connecting and during the hello", async () => {
    await using server = await startScriptedServer();
    const reason = new Error("changed my mind");
    assert.equal(await catchConnect(server.spec, { signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const failing = catchConnect(server.spec, { signal: controller.signal });
    const peer = await server.accept();
    controller.abort(reason);
    assert.equal(await failing, reason);
    await peer.gone();
  });

  it("leaves errors of the transport as they are", async () => {
    await using server = await startScriptedServer();
    const error = await catchConnect(`${server.spec}.gone`);
    assert.ok(error instanceof ConnectError);
    assert.match(error.message, /no such file/);
  });

  it("refuses times and limits that are none before it connects", async () => {
    await assert.rejects(connect("/nowhere", { timeoutMs: 0 }), { code: "ERR_PDM_OPTION" });
    await assert.rejects(connect("/nowhere", { timeout: 5 } as object), {
      code: "ERR_PDM_OPTION",
      message: /^connect has no option "timeout"; there are: signal, timeoutMs/u,
    });
    await assert.rejects(connect("/nowhere", { requestTimeoutMs: NaN }), { code: "ERR_PDM_OPTION" });
    await assert.rejects(connect("/nowhere", { limits: { frameBytes: 0 } }), { code: "ERR_PDM_LIMIT" });
    await assert.rejects(connectRepl("/nowhere", { limits: { pages: 1 } as object }), { code: "ERR_PDM_LIMIT" });
  });

  it("keeps the process alive while it is open, and lets it go when it is closed", { skip: PYTHON3.skip }, async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    const before = countSockets();
    client.close();
    assert.equal(await client.closed, undefined);
    assert.equal(countSockets(), before - 1);
  });

  it("connects over TCP as over a Unix socket", { skip: PYTHON3.skip }, async () => {
    await using server = await startPythonServer({ tcp: true });
    await using client = await connect(server.spec);
    await using orders = await client.find("shop.statistics/orders");
    assert.equal(await orders.read(), 3);
  });
});
