import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect, type Client } from "../../src/client.js";
import { PYTHON3 } from "../fixtures/python.js";
import { startPythonServer } from "./python-server.js";
import { startScriptedServer, type Peer } from "./scripted-server.js";

async function startPlay(): Promise<AsyncDisposable & { client: Client; peer: Peer }> {
  const server = await startScriptedServer("+PERF1");
  const [client, peer] = await Promise.all([connect(server.spec, { protocol: "perf" }), server.accept()]);
  return {
    client,
    peer,
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe("handles of find", () => {
  it("share one binding, also when they are asked for at once, and release it with the last", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const finding = [client.find("a.b"), client.find("a.b")] as const;
    assert.deepEqual(await peer.request(), ["bind", 1, "a", "b"]);
    peer.message("+", ["attr"]);
    const [one, two] = await Promise.all(finding);
    const three = await client.find("a.b");
    await one.close();
    await one.close();
    await two[Symbol.asyncDispose]();
    const reading = three.read();
    assert.deepEqual(await peer.request(), ["readattr", 1]);
    peer.message("+", 5);
    assert.equal(await reading, 5);
    await three.close();
    assert.deepEqual(await peer.request(), ["unbind", 1]);
    const again = client.find("a.b");
    assert.deepEqual(await peer.request(), ["bind", 2, "a", "b"]);
    peer.message("+");
    peer.message("+", ["attr"]);
    await again;
  });

  it("look entries up through directories that they then let go of", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const finding = Promise.all([client.find("m.d/x/one"), client.find("m.d/x/two")]);
    assert.deepEqual(await peer.request(), ["bind", 3, "m", "d"]);
    peer.message("+", ["dir"]);
    assert.deepEqual(await peer.request(), ["lookup", 2, 3, "x"]);
    assert.deepEqual(await peer.request(), ["unbind", 3]);
    peer.message("+", ["dir"]);
    peer.message("+");
    assert.deepEqual(await peer.request(), ["lookup", 1, 2, "one"]);
    assert.deepEqual(await peer.request(), ["lookup", 4, 2, "two"]);
    assert.deepEqual(await peer.request(), ["unbind", 2]);
    peer.message("+", ["attr"]);
    peer.message("+", ["event"]);
    peer.message("+");
    const [one, two] = await finding;
    assert.deepEqual([one.interfaces, two.interfaces], [["attr"], ["event"]]);
  });

  it("are not cached when they failed", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const failing = [client.find("a.b"), client.find("a.b")];
    await peer.request();
    peer.message("-", "not yet");
    for (const outcome of await Promise.allSettled(failing)) assert.equal(outcome.status, "rejected");
    const finding = client.find("a.b");
    assert.deepEqual(await peer.request(), ["bind", 2, "a", "b"]);
    peer.message("+", []);
    await finding;
  });

  it("go to those who still want them when others gave up", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const hasty = client.find("a.b", { timeoutMs: 5 });
    const patient = client.find("a.b");
    await assert.rejects(hasty, { code: "ERR_PDM_REQUEST_TIMEOUT", message: /bind of a\.b/ });
    assert.deepEqual(await peer.request(), ["bind", 1, "a", "b"]);
    peer.message("+", ["attr"]);
    const object = await patient;
    await object.close();
    assert.deepEqual(await peer.request(), ["unbind", 1]);
  });

  it("that come when nobody wants them any more are unbound, and one that is wanted again meanwhile is kept", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    for (const name of ["a.gone", "a.back"]) await assert.rejects(client.find(name, { timeoutMs: 5 }), /within 5 ms/);
    await assert.rejects(client.lookup("a", "own", { timeoutMs: 5 }), /within 5 ms/);
    const back = client.find("a.back");
    for (const name of ["gone", "back", "own"]) {
      assert.equal((await peer.request())?.[3], name);
      peer.message("+", []);
    }
    assert.deepEqual(await peer.request(), ["unbind", 1]);
    assert.deepEqual(await peer.request(), ["unbind", 3]);
    await (await back).close();
    assert.deepEqual(await peer.request(), ["unbind", 2]);
  });

  it("refuse names of another form before anything is sent", async () => {
    await using play = await startPlay();
    for (const name of ["", "shop", "shop.", ".shop", "shop/x.y", "a.b/", "a.b//c", `a.b${"/x".repeat(101)}`]) {
      await assert.rejects(play.client.find(name), { code: "ERR_PDM_OBJECT_NAME" }, name);
    }
    for (const name of [5, undefined, null]) {
      const find: Promise<unknown> = Reflect.apply((given: string) => play.client.find(given), undefined, [name]);
      await assert.rejects(find, { code: "ERR_PDM_OBJECT_NAME", message: /give a string/ });
    }
    const finding = play.client.find("a.b.c/d.e");
    assert.deepEqual(await play.peer.request(), ["bind", 2, "a.b", "c"]);
    play.client.close();
    await assert.rejects(finding, { code: "ERR_PDM_CONNECTION_LOST" });
  });
});

describe("handles", () => {
  it("of lookup are each bound anew", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const looking = Promise.all([client.lookup("a", "b"), client.lookup("a", "b")]);
    for (const id of [1, 2]) {
      assert.deepEqual(await peer.request(), ["bind", id, "a", "b"]);
      peer.message("+", ["dir"]);
    }
    const [one] = await looking;
    const entry = one.lookup("with/slash");
    await one.close();
    assert.deepEqual(await peer.request(), ["lookup", 3, 1, "with/slash"]);
    assert.deepEqual(await peer.request(), ["unbind", 1]);
    peer.message("+", ["attr"]);
    assert.deepEqual((await entry).interfaces, ["attr"]);
  });

  it("that were closed refuse every request", { skip: PYTHON3.skip }, async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    const everything = await client.find("shop.everything");
    await using kept = await client.find("shop.everything");
    await everything.close();
    const requests: readonly (() => Promise<unknown>)[] = [
      () => everything.read(),
      () => everything.describe(),
      () => everything.list(),
      () => everything.lookup("self"),
      () => everything.invoke("ring"),
      () => everything.subscribe(),
    ];
    for (const request of requests)
      await assert.rejects(request(), { code: "ERR_PDM_HANDLE_CLOSED", message: /shop\.everything/ });
    assert.deepEqual(await kept.list(), ["self"]);
  });

  it("leave nothing bound on the server that nobody holds", { skip: PYTHON3.skip }, async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    await using journal = await client.find("shop.journal");
    {
      await using value = await client.find("shop.statistics/deep/deeper/value");
      await using self = await (await client.find("shop.everything")).lookup("self");
      assert.deepEqual([await value.read(), await self.read()], [42, 0]);
      await assert.rejects(client.find("shop.statistics/nothing"));
    }
    const requests = (await journal.read()) as unknown[][];
    const bound = new Set<unknown>();
    for (const [kind, id, directory] of requests) {
      if (kind === "lookup") assert.ok(bound.has(directory));
      if (kind === "bind" || kind === "lookup") bound.add(id);
      if (kind === "unbind") assert.ok(bound.delete(id));
    }
    // The journal, the one handle that was not closed above, and the id of the failed lookup, which never was bound.
    assert.equal(bound.size, 3);
  });
});
