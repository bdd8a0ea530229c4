import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect, Cut } from "../../src/client.js";
import { PYTHON3 } from "../fixtures/python.js";
import { startPythonServer } from "./python-server.js";
import { GREETING, greet } from "./rpc-play.js";
import { startScriptedServer } from "./scripted-server.js";

describe("the choice of the protocol", () => {
  for (const [what, answer] of [
    ["says that it does not know rpc", "-ERR Unknown protocol: rpc\n"],
    ["closes without a word, as the Python 3 edition does", ""],
  ] as const) {
    it(`falls back to perf on a second connection where the server ${what}`, async () => {
      await using server = await startScriptedServer();
      const connecting = connect(server.spec);
      const first = await server.accept();
      first.send("+PDM1\n");
      assert.equal(await first.line(), "rpc");
      first.socket.end(answer);
      const second = await server.accept();
      second.send("+PDM1\n");
      assert.equal(await second.line(), "perf");
      second.send("+PERF1\n");
      await using client = await connecting;
      assert.equal(client.protocol, "perf");
      assert.equal(client.server, undefined);
    });
  }

  it("does not fall back where the server takes no connection at all", async () => {
    await using server = await startScriptedServer();
    const failing = assert.rejects(connect(server.spec), { code: "ERR_PDM_HELLO_REFUSED", message: /too many/ });
    (await server.accept()).socket.end("-ERR too many connections\n");
    await failing;
  });

  it("is the caller's where the caller has one", async () => {
    await using server = await startScriptedServer();
    const failing = assert.rejects(connect(server.spec, { protocol: "rpc" }), {
      code: "ERR_PDM_HELLO_REFUSED",
      message: /Unknown protocol: rpc/,
    });
    const peer = await server.accept();
    peer.send("+PDM1\n");
    peer.socket.end(`-ERR Unknown protocol: ${await peer.line()}\n`);
    await failing;
    const protocol = "http" as "rpc";
    await assert.rejects(connect(server.spec, { protocol }), {
      code: "ERR_PDM_OPTION",
      message: /must be "rpc" or "perf"/,
    });
  });

  it("waits for the greeting, which has to come in time and to make sense", async () => {
    await using server = await startScriptedServer();
    const late = assert.rejects(connect(server.spec, { timeoutMs: 300 }), {
      code: "ERR_PDM_HELLO_TIMEOUT",
      message: /did not say what it is/,
    });
    const silent = await server.accept();
    silent.send("+PDM1\n");
    await silent.line();
    silent.send("+RPC1\n");
    await late;
    await silent.gone();
    const failing = assert.rejects(connect(server.spec), {
      code: "ERR_PDM_HELLO_NOT_PDM",
      message: /did not say what it is$/,
    });
    await greet(await server.accept(), { ...GREETING, rights: 5 });
    await failing;
  });

  it("ends with the signal's own reason, also while the greeting is waited for", async () => {
    await using server = await startScriptedServer();
    const controller = new AbortController();
    const failing = assert.rejects(connect(server.spec, { signal: controller.signal }), /changed my mind/);
    const peer = await server.accept();
    peer.send("+PDM1\n");
    await peer.line();
    peer.send("+RPC1\n");
    controller.abort(new Error("changed my mind"));
    await failing;
    await peer.gone();
  });

  it("says of each thing that perf cannot do that it is not offered", { skip: PYTHON3.skip }, async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    assert.equal(client.protocol, "perf");
    await using desk = await client.find("shop.desk");
    await using bell = await client.find("shop.bell");
    await using orders = await client.find("shop.statistics/orders");
    for (const asking of [
      client.list(),
      client.describe(),
      client.readMany("shop.*"),
      client.sample("shop.*", { everyMs: 100 }),
      client.fetch(new Cut({ by: "items", handle: 1 })),
      client.ping(),
      orders.write(5),
      orders.read({ path: ["a"] }),
      orders.read({ limits: { depth: 1 } }),
      desk.invoke("add", [1, 2], { limits: { depth: 1 } }),
      desk.describe(),
      bell.subscribe({ where: { number: 1 } }),
      bell.subscribe({ latestOnly: true }),
    ]) {
      await assert.rejects(asking, { code: "ERR_PDM_NOT_OFFERED" });
    }
    assert.equal(await desk.invoke("add", { a: 1, b: 2 }), 3);
    assert.equal(await orders.read(), 3);
    await assert.rejects(connect(server.spec, { reconnect: true }), { code: "ERR_PDM_OPTION", message: /needs rpc/ });
  });
});
