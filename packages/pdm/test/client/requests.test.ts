import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  connect,
  ConnectionLostError,
  ProtocolError,
  Tuple,
  type Client,
  type ConnectOptions,
  type RemoteObject,
} from "../../src/client.js";
import { PYTHON3 } from "../fixtures/python.js";
import { startPythonServer } from "./python-server.js";
import { encodeMessage, startScriptedServer, type Peer, type ScriptedServer } from "./scripted-server.js";

/** A client and the server that a test plays, with one attribute bound as id 1. */
async function startPlay(
  options?: ConnectOptions,
): Promise<AsyncDisposable & { client: Client; peer: Peer; object: RemoteObject }> {
  const server: ScriptedServer = await startScriptedServer("+PERF1");
  const [client, peer] = await Promise.all([connect(server.spec, { protocol: "perf", ...options }), server.accept()]);
  const finding = client.find("shop.thing", { timeoutMs: 60_000 });
  assert.deepEqual(await peer.request(), ["bind", 1, "shop", "thing"]);
  peer.message("+", ["attr", "dir", "invoke", "event"]);
  const object = await finding;
  return {
    client,
    peer,
    object,
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** How often this process has written so far. */
function countWrites(): number | undefined {
  try {
    return Number(/^syscw: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}

describe("requests", () => {
  it("are answered in order, however many are made at once", async () => {
    await using play = await startPlay();
    const { peer, object } = play;
    const reading = Promise.all(Array.from({ length: 100 }, () => object.read()));
    for (let count = 0; count < 100; count += 1) assert.deepEqual(await peer.request(), ["readattr", 1]);
    peer.send(Buffer.concat(Array.from({ length: 100 }, (_, index) => encodeMessage("+", index))));
    assert.deepEqual(
      await reading,
      Array.from({ length: 100 }, (_, index) => index),
    );
  });

  it("arrive in order and whole when those of one turn are large", async () => {
    await using play = await startPlay();
    const sizes = [70_000, 10, 200_000];
    const calling = sizes.map((size) => play.object.invoke("take", ["x".repeat(size)]));
    for (const size of sizes) {
      const [, , , [text]] = (await play.peer.request()) as [string, number, string, [string]];
      assert.equal(text.length, size);
      play.peer.message("+", size);
    }
    assert.deepEqual(await Promise.all(calling), sizes);
  });

  it(
    "leave in one write when they are made in one turn",
    { skip: countWrites() === undefined && "no /proc/self/io here" },
    async () => {
      await using play = await startPlay();
      const before = countWrites();
      const reading = Promise.allSettled(Array.from({ length: 1_000 }, () => play.object.read()));
      await new Promise(setImmediate);
      // Node itself writes now and then.
      assert.ok(Number(countWrites()) - Number(before) < 100);
      play.client.close();
      await reading;
    },
  );

  it("are read from replies cut at any byte", async () => {
    await using play = await startPlay();
    const reading = Promise.all([play.object.read(), play.object.read()]);
    for (const byte of Buffer.concat([encodeMessage("+", "a"), encodeMessage("*", 9, 1), encodeMessage("+", "b")])) {
      play.peer.send(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    assert.deepEqual(await reading, ["a", "b"]);
  });

  it("that time out leave the later ones their own replies", async () => {
    await using play = await startPlay({ requestTimeoutMs: 60_000 });
    const { peer, object } = play;
    const late = object.read({ timeoutMs: 10 });
    const patient = object.read();
    await assert.rejects(late, { code: "ERR_PDM_REQUEST_TIMEOUT", message: /to readattr of shop\.thing within 10 ms/ });
    peer.message("+", "late");
    peer.message("+", "in time");
    assert.equal(await patient, "in time");
  });

  it("use the client's own time where they say nothing", async () => {
    await using play = await startPlay({ requestTimeoutMs: 10 });
    await assert.rejects(play.object.invoke("wait"), {
      code: "ERR_PDM_REQUEST_TIMEOUT",
      message: /wait of shop\.thing within 10 ms/,
    });
  });

  it("that call a method take options without arguments by name", async () => {
    await using play = await startPlay({ requestTimeoutMs: 60_000 });
    await assert.rejects(play.object.invoke("wait", [], { timeoutMs: 10 }), { code: "ERR_PDM_REQUEST_TIMEOUT" });
    assert.deepEqual((await play.peer.request())?.at(-1), new Map());
  });

  it("that are aborted reject with the signal's reason and leave no listener behind", async () => {
    await using play = await startPlay();
    const { peer, object } = play;
    const controller = new AbortController();
    const reason = new Error("enough");
    const reads = Array.from({ length: 50 }, () => object.read({ signal: controller.signal }));
    const patient = object.read();
    assert.equal(getEventListeners(controller.signal, "abort").length, 1, "Node warns of the eleventh listener");
    controller.abort(reason);
    for (const outcome of await Promise.allSettled(reads)) assert.deepEqual(outcome, { status: "rejected", reason });
    for (let count = 0; count < 50; count += 1) peer.message("-", "whatever");
    peer.message("+", "mine");
    assert.equal(await patient, "mine");
    const next = new AbortController();
    const reading = object.read({ signal: next.signal });
    peer.message("+", "done");
    assert.equal(await reading, "done");
    assert.equal(getEventListeners(next.signal, "abort").length, 0);
  });

  it("with a signal that has aborted already are not sent", async () => {
    await using play = await startPlay();
    const { peer, object } = play;
    const signal = AbortSignal.abort(new Error("too late"));
    for (const request of [
      object.read({ signal }),
      object.lookup("x", { signal }),
      object.subscribe({ signal }),
      play.client.find("shop.other", { signal }),
      play.client.lookup("shop", "other", { signal }),
    ]) {
      await assert.rejects(request, /too late/);
    }
    const next = object.list();
    assert.deepEqual(await peer.request(), ["ls", 1]);
    peer.message("+", ["a"]);
    assert.deepEqual(await next, ["a"]);
  });

  it("that cannot be encoded fail alone, with nothing sent", async () => {
    await using play = await startPlay({ limits: { frameBytes: 1_000 } });
    const { peer, object } = play;
    await assert.rejects(object.invoke("take", [() => 1]), { code: "ERR_PDM_PICKLE_UNSUPPORTED" });
    await assert.rejects(object.invoke("take", ["x".repeat(1_000)]), {
      code: "ERR_PDM_PROTOCOL",
      message: /limits\.frameBytes/,
    });
    const reading = object.read();
    assert.deepEqual(await peer.request(), ["readattr", 1]);
    peer.message("+", 1);
    assert.equal(await reading, 1);
  });

  it("fail at once where too many wait for the server", async () => {
    await using play = await startPlay({ limits: { pendingRequests: 2 } });
    const { peer, object } = play;
    const waiting = [object.read(), object.read()];
    await assert.rejects(object.read(), { code: "ERR_PDM_TOO_MANY_REQUESTS", message: /limits\.pendingRequests/ });
    peer.message("+", 1);
    peer.message("+", 2);
    assert.deepEqual(await Promise.all(waiting), [1, 2]);
  });

  it("fail at once where the server does not read", async () => {
    await using play = await startPlay({ limits: { queuedOutputBytes: 1_000_000 } });
    const { peer, object } = play;
    peer.socket.pause();
    const large = "x".repeat(2_000_000);
    const first = object.invoke("take", [large]);
    await assert.rejects(object.invoke("take", [large]), {
      code: "ERR_PDM_TOO_MANY_REQUESTS",
      message: /does not read/,
    });
    play.client.close();
    await assert.rejects(first, ConnectionLostError);
  });

  it("that were answered with an error name the caller in the stack", async () => {
    await using play = await startPlay();
    async function askTheThing(): Promise<unknown> {
      return await play.object.read();
    }
    const failing = askTheThing();
    play.peer.message("-", "broken");
    await assert.rejects(failing, (error: Error) => /askTheThing/.test(error.stack ?? ""));
  });

  it("wait for one another only on the server", { skip: PYTHON3.skip }, async () => {
    await using server = await startPythonServer();
    await using slow = await connect(server.spec);
    await using quick = await connect(server.spec);
    const [desk, other] = await Promise.all([slow.find("shop.desk"), quick.find("shop.desk")]);
    const waiting = desk.invoke("wait_for", ["door"]);
    const after = desk.invoke("add", [1, 1]);
    assert.equal(await other.invoke("add", [2, 2]), 4);
    await other.invoke("open_gate", ["door"]);
    assert.equal(await waiting, true);
    assert.equal(await after, 2);
  });
});

describe("lists of names", () => {
  for (const [what, listed, expected] of [
    ["byte strings of Python 2", Tuple.of<unknown>("a", Buffer.from("caf\u00e9")), ["a", "caf\u00e9"]],
    ["no list", new Map(), /no list of names/],
    ["a number", ["a", 1], /no string/],
  ] as const) {
    it(`may hold ${what}: ${expected instanceof RegExp ? "refused" : "read"}`, async () => {
      await using play = await startPlay();
      const listing = play.object.list();
      play.peer.message("+", listed);
      if (!(expected instanceof RegExp)) assert.deepEqual(await listing, expected);
      else await assert.rejects(listing, { code: "ERR_PDM_PROTOCOL", message: expected });
    });
  }
});

describe("a connection", () => {
  const badInput: readonly [what: string, bytes: Buffer, message: RegExp][] = [
    ["a negative length", Buffer.of(255, 255, 255, 255), /negative length/],
    ["a length over the limit", Buffer.of(127, 255, 255, 255), /over the limit of 67108864 \(frameBytes\)/],
    ["an empty frame", Buffer.alloc(4), /cannot be read/],
    ["no pickle", Buffer.of(0, 0, 0, 1, 0), /cannot be read/],
    [
      "a forbidden pickle",
      Buffer.from("\0\0\0\x04\x80\x02\x82\x01", "latin1"),
      /cannot be read: .*FORBIDDEN|cannot be read: .*extension/,
    ],
    ["what is no message", encodeMessage("?", 1), /neither a reply nor an event/],
    ["a message without a mark", encodeMessage(), /neither a reply nor an event/],
  ];
  for (const [what, bytes, message] of badInput) {
    it(`that carries ${what} is closed, and every request hears why`, async () => {
      await using play = await startPlay();
      const reading = [play.object.read(), play.object.list()];
      play.peer.send(bytes);
      for (const outcome of await Promise.allSettled(reading)) {
        assert.ok(outcome.status === "rejected" && outcome.reason instanceof ConnectionLostError);
        assert.match(outcome.reason.message, message);
        assert.ok(outcome.reason.cause instanceof Error);
      }
      assert.match((await play.client.closed)?.message ?? "", message);
      await play.peer.gone();
    });
  }

  it("is closed where a pickle goes over the client's own limit", async () => {
    await using play = await startPlay({ limits: { stringBytes: 10 } });
    const reading = play.object.read();
    play.peer.message("+", "x".repeat(11));
    await assert.rejects(reading, { code: "ERR_PDM_CONNECTION_LOST", message: /limits\.stringBytes is 10/ });
  });

  it("is closed by a bind whose answer is no list of interfaces", async () => {
    await using play = await startPlay();
    const finding = play.client.find("shop.other");
    play.peer.message("+", "attr");
    await assert.rejects(finding, { code: "ERR_PDM_CONNECTION_LOST", message: /no list of interfaces/ });
  });

  it("hands on the reason that the server gives before it closes", async () => {
    await using play = await startPlay();
    play.peer.message("-", "the machine goes down");
    const reason = await play.client.closed;
    assert.match(reason?.message ?? "", /the other side ended it: 'the machine goes down'/);
    assert.ok(reason?.cause instanceof ProtocolError);
  });

  it("is closed by a reply that nobody asked for", async () => {
    await using play = await startPlay();
    play.peer.message("+", 1);
    assert.match((await play.client.closed)?.message ?? "", /no request asked for/);
  });

  it("that is lost in the middle of a reply rejects what waits, once and at once", async () => {
    const reply = encodeMessage("+", "value");
    for (let cut = 0; cut < reply.length; cut += 1) {
      await using play = await startPlay();
      const reading = play.object.read();
      await play.peer.request();
      play.peer.socket.end(reply.subarray(0, cut));
      await assert.rejects(reading, ConnectionLostError);
      assert.equal((await play.client.closed)?.code, "ERR_PDM_CONNECTION_LOST");
      await assert.rejects(play.object.read(), ConnectionLostError);
      await assert.rejects(play.client.find("shop.thing"), ConnectionLostError);
      await assert.rejects(play.object.subscribe(), ConnectionLostError);
      await play.object.close();
    }
  });

  it("that was closed here rejects what waits, and says by whom", async () => {
    await using play = await startPlay();
    const reading = play.object.read();
    play.client.close();
    play.client.close();
    await assert.rejects(reading, { code: "ERR_PDM_CONNECTION_LOST", message: /it was closed here$/ });
    assert.equal(await play.client.closed, undefined);
  });

  it("survives a server that is killed", { skip: PYTHON3.skip }, async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    await using desk = await client.find("shop.desk");
    const waiting = assert.rejects(desk.invoke("wait_for", ["never"]), ConnectionLostError);
    await server.kill();
    await waiting;
  });
});
