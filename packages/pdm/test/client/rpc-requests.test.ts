import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  classNameOf,
  ConnectionLostError,
  Cut,
  findCut,
  ProtocolError,
  ReadFailedError,
  RemoteError,
  type Client,
  type RemoteObject,
} from "../../src/client.js";
import { GREETING, startRpcPlay } from "./rpc-play.js";

/** How often this process has written so far. */
function countWrites(): number | undefined {
  try {
    return Number(/^syscw: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}

describe("a client over rpc", () => {
  it("knows what the server said of itself", async () => {
    await using play = await startRpcPlay();
    assert.equal(play.client.protocol, "rpc");
    const { rpc: _version, ...said } = GREETING;
    assert.deepEqual({ ...play.client.server, limits: { ...play.client.server?.limits } }, said);
  });

  it("takes a greeting that has less, or more", async () => {
    await using play = await startRpcPlay({}, { rpc: 1, process: { pid: 1 }, future: { x: 1 } });
    assert.equal(play.client.server?.process.pid, 1);
    assert.deepEqual(play.client.server?.capabilities, []);
  });

  it("says who it is with the first request, in the same write, and not where it should not", async () => {
    await using play = await startRpcPlay({ claim: { program: "till" } });
    const pinging = play.client.ping();
    const { params } = await play.rpc.expect("hello");
    const { user, ...claim } = params["client"] as Record<string, unknown>;
    assert.deepEqual(claim, { program: "till", pid: process.pid });
    assert.ok(user === undefined || typeof user === "string");
    await play.rpc.answer("ping", {});
    await pinging;

    await using silent = await startRpcPlay({ claim: false });
    const silently = silent.client.ping();
    await silent.rpc.answer("ping", {});
    await silently;
  });

  it("asks for an object by its name, and holds nothing there", async () => {
    await using play = await startRpcPlay();
    const finding = play.client.find("shop.a/b");
    const { id, params } = await play.rpc.expect("describe");
    assert.deepEqual(params, { name: "shop.a/b", depth: 0 });
    play.rpc.reply(id, { hash: "h", objects: [{ name: "shop.a/b", interfaces: ["attr"] }] });
    const object = await finding;
    assert.deepEqual(object.interfaces, ["attr"]);
    await object.close();
    await assert.rejects(object.read(), { code: "ERR_PDM_HANDLE_CLOSED" });
    const pinging = play.client.ping();
    await play.rpc.answer("ping", {});
    await pinging;
  });

  it("looks entries up and lists them by their names", async () => {
    await using play = await startRpcPlay();
    const { client, rpc } = play;
    const directory = await play.find("shop.d");
    const looking = directory.lookup("e");
    assert.deepEqual(await rpc.answer("describe", { hash: "h", objects: [{ name: "shop.d/e", interfaces: [] }] }), {
      name: "shop.d/e",
      depth: 0,
    });
    await looking;
    const listing = directory.list();
    const page = { items: [{ name: "shop.d/b", interfaces: [] }], cursor: "shop.d/a" };
    assert.deepEqual(await rpc.answer("list", page), { names: ["shop.d/*"] });
    assert.deepEqual(await rpc.answer("list", { items: [{ name: "shop.d/a", interfaces: [] }] }), {
      names: ["shop.d/*"],
      cursor: "shop.d/a",
    });
    assert.deepEqual(await listing, ["b", "a"]);

    const odd = await play.find("shop.d/x*");
    const oddListing = odd.list();
    const objects = [
      { name: "shop.d/x*", interfaces: ["dir"] },
      { name: "shop.d/x*/one", interfaces: [] },
    ];
    assert.deepEqual(await rpc.answer("describe", { hash: "h", objects }), { name: "shop.d/x*", depth: 1 });
    assert.deepEqual(await oddListing, ["one"]);

    const looked = client.lookup("shop", "other");
    await rpc.answer("describe", { hash: "h", objects: [{ name: "shop.other", interfaces: [] }] });
    await looked;
  });

  it("reads, writes and calls", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const { rpc } = play;
    const ask = async (
      asking: Promise<unknown>,
      method: string,
      expected: object,
      result: object,
      value: unknown,
    ): Promise<void> => {
      assert.deepEqual(await rpc.answer(method, result), { name: "shop.thing", ...expected });
      assert.deepEqual(await asking, value);
    };
    await ask(object.read(), "read", {}, { value: { $bigint: "12" } }, 12n);
    await ask(
      object.read({ path: ["a", 0], limits: { items: 3 } }),
      "read",
      { path: ["a", 0], limits: { items: 3 } },
      { value: 1 },
      1,
    );
    await ask(object.write(new Date(0)), "write", { value: { $date: "1970-01-01T00:00:00.000Z" } }, { before: 5 }, 5);
    await ask(
      object.write(2, { expected: undefined }),
      "write",
      { value: 2, expected: { $undefined: true } },
      {},
      undefined,
    );
    await ask(object.call(), "invoke", {}, { value: null }, null);
    await ask(object.call([1, "x"]), "invoke", { args: [1, "x"] }, { value: null }, null);
    await ask(object.call({ order: 1n }), "invoke", { args: { order: { $bigint: "1" } } }, { value: 1 }, 1);
    await ask(object.invoke("cancel", [3]), "invoke", { operation: "cancel", args: [3] }, { value: 1 }, 1);
    await ask(
      object.invoke("cancel", [3], { kwargs: { a: 1n } }),
      "invoke",
      { operation: "cancel", args: [3], named: { a: { $bigint: "1" } } },
      {},
      undefined,
    );
    const refused = object.describe();
    await rpc.answer("describe", {
      hash: "h",
      objects: [
        {
          name: "shop.thing",
          interfaces: ["attr"],
          description: "A thing.",
          attribute: { type: { default: { $bigint: "1" } } },
        },
      ],
    });
    const description = await refused;
    assert.equal(description?.description, "A thing.");
    assert.deepEqual(description?.attribute?.type, { default: 1n });
    assert.equal(description?.fields["name"], "shop.thing");
  });

  it("gets what was cut, and the rest of it", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const reading = object.read();
    await play.rpc.answer("read", {
      value: { $class: "Shop", list: [1, { $cut: { by: "items", left: 2, handle: 9 } }] },
    });
    const value = (await reading) as { list: number[] };
    assert.equal(classNameOf(value), "Shop");
    const cut = findCut(value.list);
    assert.ok(cut instanceof Cut);
    const fetching = play.client.fetch(cut, { limits: { items: 5 } });
    assert.deepEqual(await play.rpc.answer("fetch", { value: [2, 3] }), { handle: 9, limits: { items: 5 } });
    assert.deepEqual(await fetching, [2, 3]);
    await assert.rejects(play.client.fetch(new Cut({ by: "items" })), { code: "ERR_PDM_OPTION" });
  });

  it("describes pages once, and asks by their hashes whether they have changed", async () => {
    await using play = await startRpcPlay();
    const { client, rpc } = play;
    const object = (name: string): object => ({ name, interfaces: [] });
    const describing = client.describe("shop.d", { depth: 2 });
    const asked = { name: "shop.d", depth: 2 };
    assert.deepEqual(await rpc.answer("describe", { hash: "1", objects: [object("a.a")], cursor: "a.b" }), asked);
    const second = { hash: "2", objects: [object("a.b")] };
    assert.deepEqual(await rpc.answer("describe", second), { ...asked, cursor: "a.b" });
    const first = await describing;
    assert.deepEqual(
      first.objects.map(({ name }) => name),
      ["a.a", "a.b"],
    );
    const again = client.describe("shop.d", { depth: 2 });
    assert.deepEqual(await rpc.answer("describe", { hash: "1", unchanged: true }), { ...asked, hash: "1" });
    assert.deepEqual(await rpc.answer("describe", { hash: "2", unchanged: true }), {
      ...asked,
      cursor: "a.b",
      hash: "2",
    });
    assert.equal(await again, first);
    const changed = client.describe("shop.d", { depth: 2 });
    await rpc.answer("describe", { hash: "1", unchanged: true });
    await rpc.answer("describe", { hash: "3", objects: [object("a.c")] });
    assert.deepEqual(
      (await changed).objects.map(({ name }) => name),
      ["a.a", "a.c"],
    );
    const whole = client.describe();
    assert.deepEqual(await rpc.answer("describe", { hash: "4", objects: [] }), {});
    await whole;
  });

  it("reads many, each with an outcome of its own", async () => {
    await using play = await startRpcPlay();
    const reading = play.client.readMany(["a.*", "b.c"]);
    const error = {
      code: -32_006,
      message: "no",
      data: { code: "ERR_PDM_FAILED", error: { name: "E", message: "m" } },
    };
    const items = [
      { name: "a.x", value: { $number: "NaN" } },
      { name: "b.c", error },
    ];
    assert.deepEqual(await play.rpc.answer("readMany", { items }), { names: ["a.*", "b.c"] });
    const [one, other] = await reading;
    assert.deepEqual(one, { name: "a.x", value: NaN });
    assert.ok(other?.error instanceof ReadFailedError);
    assert.equal(other.error.message, "b.c could not be read (E: m)");
  });

  it(
    "leaves requests of one turn in one write",
    { skip: countWrites() === undefined && "no /proc/self/io here" },
    async () => {
      await using play = await startRpcPlay();
      const object = await play.find();
      const before = countWrites();
      const reading = Promise.allSettled(Array.from({ length: 1_000 }, () => object.read()));
      await new Promise(setImmediate);
      // Node itself writes now and then.
      assert.ok(Number(countWrites()) - Number(before) < 100);
      play.client.close();
      await reading;
    },
  );

  it("gives each reply to whoever asked, in whatever order they come", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const reading = [object.read(), object.read(), object.read()];
    const ids: number[] = [];
    for (const _ of reading) ids.push((await play.rpc.expect("read")).id);
    for (const [index, id] of [...ids.entries()].toReversed()) play.rpc.reply(id, { value: index });
    assert.deepEqual(await Promise.all(reading), [0, 1, 2]);
  });

  it("names the caller in the stack of an error", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    async function askTheThing(): Promise<unknown> {
      return await object.read();
    }
    const failing = askTheThing();
    play.rpc.fail((await play.rpc.expect("read")).id, "ERR_PDM_REFUSED");
    await assert.rejects(failing, (error: Error) => /askTheThing/.test(error.stack ?? ""));
  });
});

describe("errors over rpc", () => {
  const cases: readonly [
    code: string,
    ask: (object: RemoteObject, client: Client) => Promise<unknown>,
    expected: object,
  ][] = [
    [
      "ERR_PDM_NO_SUCH_NAME",
      (object) => object.read(),
      { code: "ERR_PDM_NO_SUCH_NAME", message: "no such name: shop.thing (no)" },
    ],
    ["ERR_PDM_NO_SUCH_INTERFACE", (object) => object.read(), { code: "ERR_PDM_NO_SUCH_INTERFACE" }],
    [
      "ERR_PDM_UNKNOWN_METHOD",
      (object) => object.invoke("fly"),
      { code: "ERR_PDM_NO_SUCH_METHOD", message: "no such method: fly of shop.thing (no)" },
    ],
    [
      "ERR_PDM_REFUSED",
      (object) => object.write(1),
      { code: "ERR_PDM_REFUSED", message: "write of shop.thing refused: no" },
    ],
    ["ERR_PDM_INVALID_ARGUMENT", (object) => object.call([1]), { code: "ERR_PDM_INVALID_ARGUMENT", argument: "order" }],
    ["ERR_PDM_DEADLINE", (object) => object.read(), { code: "ERR_PDM_DEADLINE", message: /timed out on the server/ }],
    ["ERR_PDM_CONFLICT", (object) => object.write(1), { code: "ERR_PDM_CONFLICT" }],
    ["ERR_PDM_READ_ONLY", (object) => object.write(1), { code: "ERR_PDM_READ_ONLY" }],
    ["ERR_PDM_LIMIT", (object) => object.read(), { code: "ERR_PDM_LIMIT" }],
    [
      "ERR_PDM_NO_SUCH_HANDLE",
      (_object, client) => client.fetch(new Cut({ by: "items", handle: 1 })),
      { code: "ERR_PDM_NO_SUCH_HANDLE" },
    ],
    [
      "ERR_PDM_NO_SUCH_REQUEST",
      (_object, client) => client.ping(),
      { code: "ERR_PDM_NOT_OFFERED", message: /has no ping/ },
    ],
    [
      "ERR_PDM_FAILED",
      (object) => object.read(),
      { code: "ERR_PDM_READ_FAILED", message: "shop.thing could not be read (TypeError: bad\\u001b)" },
    ],
    [
      "ERR_PDM_FAILED",
      (object) => object.invoke("fly"),
      { code: "ERR_PDM_REMOTE", message: "fly of shop.thing threw TypeError: bad\\u001b" },
    ],
    ["ERR_PDM_FUTURE", (object) => object.read(), { code: "ERR_PDM_REMOTE", message: "read of shop.thing failed: no" }],
  ];
  for (const [code, ask, expected] of cases) {
    it(`${code} is ${JSON.stringify(expected)}`, async () => {
      await using play = await startRpcPlay();
      const failing = ask(await play.find(), play.client);
      const message = await play.rpc.next();
      const error = { name: "TypeError", message: "bad\u001b", code: "E_BAD" };
      play.rpc.fail(message?.id ?? -1, code, { argument: "order", error });
      await assert.rejects(failing, expected);
      if (code !== "ERR_PDM_FAILED") return;
      const thrown = await failing.catch((reason: unknown) => reason);
      assert.ok(thrown instanceof RemoteError);
      assert.deepEqual(thrown.thrown, error);
    });
  }

  it("without the form of one fail the request all the same", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    for (const error of [5, null, { message: 5, data: [] }]) {
      const failing = object.read();
      play.rpc.send({ id: (await play.rpc.expect("read")).id, error });
      await assert.rejects(failing, { code: "ERR_PDM_REMOTE" });
    }
  });
});

describe("time over rpc", () => {
  it("is told to the server, which is waited for a little longer", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const failing = object.read({ timeoutMs: 20 });
    const { id, params } = await play.rpc.expect("read");
    assert.deepEqual(params, { name: "shop.thing", timeoutMs: 20 });
    await assert.rejects(failing, { code: "ERR_PDM_REQUEST_TIMEOUT", message: /to read of shop\.thing within 220 ms/ });
    assert.deepEqual(await play.rpc.expect("cancel"), { id: -1, params: { id } });
    play.rpc.fail(id, "ERR_PDM_CANCELLED");
    const reading = object.read();
    await play.rpc.answer("read", { value: 1 });
    assert.equal(await reading, 1);
  });

  it("is at most what the server takes", async () => {
    await using play = await startRpcPlay({ requestTimeoutMs: Infinity });
    const pinging = play.client.ping();
    assert.deepEqual(await play.rpc.answer("ping", {}), { timeoutMs: 600_000 });
    await pinging;
  });

  it("that is over before the server has heard of the request need not be told", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    await assert.rejects(object.read({ signal: AbortSignal.abort(new Error("never")) }), /never/);
    await assert.rejects(object.call([1], { signal: AbortSignal.abort(new Error("never")) }), /never/);
    await assert.rejects(object.read({ timeoutMs: -1 }), { code: "ERR_PDM_OPTION" });
    const pinging = play.client.ping();
    await play.rpc.answer("ping", {});
    await pinging;
  });

  it("that an abort ends is told to the server, whose late reply is nobody's", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const controller = new AbortController();
    const failing = object.read({ signal: controller.signal });
    const { id } = await play.rpc.expect("read");
    controller.abort(new Error("enough"));
    await assert.rejects(failing, /enough/);
    assert.deepEqual((await play.rpc.expect("cancel")).params, { id });
    play.rpc.reply(id, { value: 1 });
    const reading = object.read();
    await play.rpc.answer("read", { value: 2 });
    assert.equal(await reading, 2);
  });
});

describe("limits over rpc", () => {
  it("fail a request that is too large, for this side or for the server, with nothing sent", async () => {
    await using play = await startRpcPlay({ limits: { frameBytes: 1_000 } });
    const object = await play.find();
    await assert.rejects(object.invoke("x".repeat(1_000)), { code: "ERR_PDM_PROTOCOL", message: /limits\.frameBytes/ });
    await assert.rejects(object.call(["x".repeat(1_000)]), { code: "ERR_PDM_VALUE" });
    await using small = await startRpcPlay({}, { ...GREETING, limits: { frameBytes: 500 } });
    const other = await small.find();
    await assert.rejects(other.call(["x".repeat(500)]), {
      code: "ERR_PDM_PROTOCOL",
      message: /frameBytes of the server/,
    });
    const reading = other.read();
    await small.rpc.answer("read", { value: 1 });
    assert.equal(await reading, 1);
  });

  it("fail what nests too deep instead of sending a part of it", async () => {
    await using play = await startRpcPlay({ limits: { valueDepth: 3 } });
    const object = await play.find();
    await assert.rejects(object.write([[[[1]]]]), { code: "ERR_PDM_VALUE" });
  });

  it("fail a request at once where too many wait", async () => {
    await using play = await startRpcPlay({ limits: { pendingRequests: 2 } });
    const object = await play.find();
    const waiting = [object.read(), object.read()];
    await assert.rejects(object.read(), { code: "ERR_PDM_TOO_MANY_REQUESTS", message: /limits\.pendingRequests/ });
    for (const _ of waiting) await play.rpc.answer("read", { value: 1 });
    await Promise.all(waiting);
  });

  it("end a list that has no end", async () => {
    await using play = await startRpcPlay({ limits: { listedObjects: 3 } });
    const listing = assert.rejects(play.client.list(), { code: "ERR_PDM_PROTOCOL", message: /limits\.listedObjects/ });
    for (let page = 0; page < 4; page += 1) await play.rpc.answer("list", { items: [], cursor: "x" });
    await listing;
  });
});

describe("a connection over rpc", () => {
  const badInput: readonly [what: string, bytes: string | Buffer, message: RegExp][] = [
    ["no JSON", "{\u001b\n", /no JSON text: [ -~]+$/],
    ["invalid UTF-8", Buffer.from('{"a":"\xff"}\n', "latin1"), /not UTF-8/],
    ["a list", "[]\n", /neither a reply nor a notification/],
    ["nothing", "\n", /no JSON text/],
    ["a reply that nobody asked for", '{"id":99,"result":{}}\n', /no request asked for/],
    ["a reply to an id that is none", '{"id":"1","result":{}}\n', /no request asked for/],
    [
      "a request that it could not read",
      '{"id":null,"error":{"message":"a\\u001b"}}\n',
      /could not read a request: a\\u001b/,
    ],
    ["an endless line", "x".repeat(100_001), /over 100000 bytes \(limits\.frameBytes\)/],
    ["too many lists", `[${"[],".repeat(2_000)}1]\n`, /over 1000 lists and objects \(limits\.valueNodes\)/],
    ["a farewell", '{"method":"bye","params":{"reason":"going down"}}\n', /the other side ended it: going down/],
  ];
  for (const [what, bytes, message] of badInput) {
    it(`that carries ${what} is closed, and every request hears why`, async () => {
      await using play = await startRpcPlay({ limits: { frameBytes: 100_000, valueNodes: 1_000 } });
      const object = await play.find();
      const reading = [object.read(), object.list()];
      await play.rpc.next();
      play.rpc.peer.send(bytes);
      for (const outcome of await Promise.allSettled(reading)) {
        assert.ok(outcome.status === "rejected" && outcome.reason instanceof ConnectionLostError, what);
        assert.match(outcome.reason.message, message);
        assert.ok(outcome.reason.cause instanceof ProtocolError);
      }
      assert.match((await play.client.closed)?.message ?? "", message);
      await play.rpc.peer.gone();
    });
  }

  it("fails one request alone with a result that cannot be read", async () => {
    await using play = await startRpcPlay({ limits: { valueDepth: 50 } });
    const object = await play.find();
    const deep = `${"[".repeat(100_000)}1${"]".repeat(100_000)}`;
    for (const form of ['{"$future":1}', '{"$ref":"/x"}', deep]) {
      const reading = object.read();
      const { id } = await play.rpc.expect("read");
      play.rpc.peer.send(`{"jsonrpc":"2.0","id":${id},"result":{"value":${form}}}\n`);
      await assert.rejects(reading, {
        code: "ERR_PDM_PROTOCOL",
        message: /result of read of shop\.thing cannot be read/,
      });
    }
    const listing = play.client.list();
    await play.rpc.answer("list", { items: 5 });
    await assert.rejects(listing, { code: "ERR_PDM_PROTOCOL" });
  });

  it("takes names such as __proto__ for what they are", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const reading = object.read();
    const { id } = await play.rpc.expect("read");
    play.rpc.peer.send(
      `{"jsonrpc":"2.0","__proto__":{"method":"bye"},"id":${id},"result":{"value":{"__proto__":{"polluted":1},"constructor":2}}}\n`,
    );
    const value = (await reading) as object;
    assert.ok(Object.hasOwn(value, "__proto__"));
    assert.equal((value as { polluted?: unknown }).polluted, undefined);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it("ignores messages that it does not know, and what comes for nobody", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const reading = object.read();
    const { id } = await play.rpc.expect("read");
    for (const [method, params] of [
      ["future", {}],
      ["event", { subscription: 5 }],
      ["lost", 5],
      ["sample", null],
      ["stream.data", { stream: 8, data: 1 }],
      ["stream.end", {}],
      ["stream.error", { stream: "x" }],
      ["stream.credit", { stream: 1, bytes: 1e300 }],
      ["stream.cancel", {}],
      ["hello", { role: "admin" }],
    ] as const) {
      play.rpc.notify(method, params);
    }
    play.rpc.reply(id, { value: 1 });
    assert.equal(await reading, 1);
    assert.equal(play.client.server?.role, "operator");
  });

  it("is read from text cut at any byte", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const reading = object.read();
    const { id } = await play.rpc.expect("read");
    for (const byte of Buffer.from(`{"id":${id},"result":{"value":"caf\u00e9 \u{1f375}"}}\n`)) {
      play.rpc.peer.send(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    assert.equal(await reading, "caf\u00e9 \u{1f375}");
  });

  it("that is lost rejects what waits, and what comes later", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const reading = object.read();
    await play.rpc.next();
    play.rpc.peer.socket.end('{"jsonrpc":');
    await assert.rejects(reading, ConnectionLostError);
    await assert.rejects(object.read(), {
      code: "ERR_PDM_CONNECTION_LOST",
      message: /lost: the other side closed it$/,
    });
    await assert.rejects(play.client.find("a.b"), ConnectionLostError);
    assert.equal((await play.client.closed)?.code, "ERR_PDM_CONNECTION_LOST");
  });

  it("that was closed here says so", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const reading = object.read();
    play.client.close();
    await assert.rejects(reading, { code: "ERR_PDM_CONNECTION_LOST", message: /it was closed here$/ });
    assert.equal(await play.client.closed, undefined);
    await assert.rejects(object.read(), { code: "ERR_PDM_CONNECTION_LOST", message: /it was closed here$/ });
  });
});
