import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect, connectRepl, Cut, findCut, type RemoteStream } from "../../src/client.js";
import {
  attribute,
  directory,
  event,
  EventChannel,
  expose,
  listen,
  MethodTable,
  operation,
  ValueAttribute,
  type CallContext,
  type Listener,
  type ListenOptions,
} from "../../src/index.js";
import { createFolder } from "./folder.js";

function fail(): never {
  throw new TypeError("no good");
}

/** What the service below has; a test may look at it, and change it. */
class Shop {
  limit = 10;
  readonly placed = event({
    description: "An order was placed.",
    type: { type: "object", properties: { order: { type: "integer" } } },
  });
  lastContext: CallContext | undefined;
  uploaded = 0;
  readonly #streamed: () => AsyncIterable<unknown>;

  constructor(streamed: () => AsyncIterable<unknown> = noBytes) {
    this.#streamed = streamed;
  }

  /** Under that module. */
  expose(module: string): void {
    expose(module, {
      limit: attribute({
        description: "Orders at a time.",
        type: { type: "integer", minimum: 1 },
        read: () => this.limit,
        write: (value) => {
          this.limit = value;
        },
      }),
      fixed: attribute({ description: "Never changes.", type: { type: "string" }, read: () => "fixed" }),
      failing: attribute({ description: "Fails.", read: fail }),
      many: attribute({ description: "A long list.", read: () => Array.from({ length: 50 }, (_, index) => index) }),
      orders: directory({
        description: "What customers ordered.",
        entries: {
          cancel: operation({
            description: "Cancels an order.",
            effect: "destroy",
            params: { order: { type: "integer", minimum: 1 }, reason: { type: "string", default: "none" } },
            returns: { type: "string" },
            run: ({ order, reason }) => `${order}: ${reason}`,
          }),
          wait: operation({
            description: "Never answers.",
            effect: "read",
            run: (_args, context) => {
              this.lastContext = context;
              return new Promise<void>(() => undefined);
            },
          }),
        },
      }),
      placed: this.placed,
      export: operation({
        description: "Everything, piece by piece.",
        effect: "read",
        returns: { "x-value": "stream" },
        run: () => this.#streamed(),
      }),
      import: operation({
        description: "Counts what comes.",
        effect: "change",
        params: { data: { "x-value": "stream" } },
        returns: { type: "integer" },
        run: async ({ data }) => {
          for await (const piece of data as AsyncIterable<Uint8Array>) this.uploaded += piece.length;
          return this.uploaded;
        },
      }),
    });
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  // There are none.
}

/** A listening service, and its socket's folder. */
async function startService(options?: ListenOptions): Promise<AsyncDisposable & { listener: Listener; spec: string }> {
  const folder = createFolder();
  const listener = await listen(folder.path("own.sock"), options);
  return {
    listener,
    spec: listener.spec,
    async [Symbol.asyncDispose]() {
      await listener.close();
      folder.remove();
    },
  };
}

describe("the client and the server of this package", () => {
  for (const [protocol, verb] of [
    ["rpc", "threw"],
    ["perf", "raised"],
  ] as const) {
    it(`agree on values, failures and the REPL over ${protocol}`, async () => {
      using _exposure = expose("client-test", {
        number: new ValueAttribute(5, "Always five."),
        methods: new MethodTable({ fail }),
      });
      await using service = await startService();
      await using client = await connect(service.spec, { protocol });
      assert.equal(client.protocol, protocol);
      await using number = await client.find("client-test.number");
      assert.equal(await number.read(), 5);
      assert.equal((await number.describe())?.description, "Always five.");
      await using methods = await client.find("client-test.methods");
      await assert.rejects(methods.invoke("fail"), {
        code: "ERR_PDM_REMOTE",
        message: new RegExp(`${verb} TypeError: no good$`),
      });
      await assert.rejects(methods.invoke("absent"), { code: "ERR_PDM_NO_SUCH_METHOD" });
      await assert.rejects(methods.read(), { code: "ERR_PDM_NO_SUCH_INTERFACE" });
      for (const name of ["client-test.absent", "absent.number", "pdm.perf.sysres/absent"]) {
        await assert.rejects(client.find(name), { code: "ERR_PDM_NO_SUCH_NAME" });
      }
      await using sysres = await client.find("pdm.perf.sysres");
      assert.ok((await sysres.list()).includes("maxrss"));
      await using maxrss = await sysres.lookup("maxrss");
      assert.equal(typeof (await maxrss.read()), "number");
      await using repl = await connectRepl(service.spec);
      assert.deepEqual((await repl.run("6 * 7")).output, ["42"]);
    });

    it(`lose events of a slow reader over ${protocol}, and account for each`, async () => {
      const ticks = new EventChannel();
      using _exposure = expose("client-events", { ticks });
      await using service = await startService({ limits: { queuedOutputBytes: 100_000 } });
      await using client = await connect(service.spec, { protocol });
      await using source = await client.find("client-events.ticks");
      const stream = await source.subscribe({ maxQueuedEvents: 10 });
      const count = 20_000;
      for (let number = 0; number <= count; number += 1) ticks.notify({ number });
      let accounted = 0;
      for await (const { fields, lost } of stream) {
        accounted += lost;
        assert.equal(fields["number"], accounted);
        accounted += 1;
        if (accounted > count) break;
      }
      assert.ok(stream.lost > 0);
    });
  }

  it("agree on who is connected", async () => {
    await using service = await startService({ build: "v1.2.3" });
    await using client = await connect(service.spec, { claim: { program: "till" } });
    assert.equal(client.server?.process.pid, process.pid);
    assert.equal(client.server.process.build, "v1.2.3");
    assert.equal(client.server.role, "admin");
    await client.ping();
    await using session = await client.find(`pdm.sessions/${client.server.session}`);
    const record = (await session.read()) as { claimed: unknown };
    assert.match(JSON.stringify(record), /"program":"till"/);
  });

  it("agree on writing", async () => {
    const shop = new Shop();
    shop.expose("own-write");
    await using service = await startService();
    await using client = await connect(service.spec);
    await using limit = await client.find("own-write.limit");
    assert.equal(await limit.write(20), 10);
    assert.equal(await limit.write(30, { expected: 20 }), 20);
    await assert.rejects(limit.write(40, { expected: 20 }), { code: "ERR_PDM_CONFLICT" });
    await assert.rejects(limit.write(0), { code: "ERR_PDM_INVALID_ARGUMENT" });
    assert.equal(shop.limit, 30);
    await using fixed = await client.find("own-write.fixed");
    await assert.rejects(fixed.write("x"), { code: "ERR_PDM_READ_ONLY" });
    await using viewing = await startService({ role: "viewer" });
    await using viewer = await connect(viewing.spec);
    await using seen = await viewer.find("own-write.limit");
    await assert.rejects(seen.write(1), { code: "ERR_PDM_REFUSED" });
  });

  it("agree on calls, whose arguments have names", async () => {
    new Shop().expose("own-call");
    await using service = await startService();
    await using client = await connect(service.spec);
    await using cancel = await client.find("own-call.orders/cancel");
    assert.equal(await cancel.call([17]), "17: none");
    assert.equal(await cancel.call({ reason: "late", order: 3 }), "3: late");
    assert.equal(await cancel.invoke("call", [], { kwargs: { order: 4 } }), "4: none");
    await using orders = await client.find("own-call.orders");
    assert.equal(await orders.invoke("cancel", [5, "x"]), "5: x");
    assert.equal(await orders.invoke("cancel", [5], { kwargs: { reason: "y" } }), "5: y");
    await assert.rejects(cancel.call(17 as unknown as [number]), {
      code: "ERR_PDM_OPTION",
      message: /call\(\[17\]\)/u,
    });
    await assert.rejects(cancel.call([0]), { code: "ERR_PDM_INVALID_ARGUMENT", argument: "order" });
    await assert.rejects(cancel.call({ ordr: 1 }), { code: "ERR_PDM_INVALID_ARGUMENT" });
  });

  it("agree on giving up: the operation's signal aborts", async () => {
    const shop = new Shop();
    shop.expose("own-abort");
    await using service = await startService();
    await using client = await connect(service.spec);
    await using waiting = await client.find("own-abort.orders/wait");
    await assert.rejects(waiting.call([], { timeoutMs: 20 }), { code: "ERR_PDM_DEADLINE" });
    const controller = new AbortController();
    shop.lastContext = undefined;
    const calling = assert.rejects(waiting.call([], { signal: controller.signal }), /enough/);
    while (shop.lastContext === undefined) await new Promise(setImmediate);
    const { signal } = shop.lastContext as CallContext;
    controller.abort(new Error("enough"));
    await calling;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });

  it("agree on what there is", async () => {
    new Shop().expose("own-list");
    await using service = await startService({ limits: { pageObjects: 2 } });
    await using client = await connect(service.spec);
    const listed = await client.list("own-list.**");
    assert.deepEqual(listed.map(({ name }) => name.replace("own-list.", "")).toSorted(), [
      "export",
      "failing",
      "fixed",
      "import",
      "limit",
      "many",
      "orders",
      "orders/cancel",
      "orders/wait",
      "placed",
    ]);
    assert.deepEqual(
      listed.find(({ name }) => name === "own-list.limit"),
      {
        name: "own-list.limit",
        interfaces: ["attr"],
        description: "Orders at a time.",
      },
    );
    const names = async (...query: Parameters<typeof client.list>): Promise<string[]> =>
      (await client.list(...query)).map(({ name }) => name);
    assert.deepEqual(await names("own-list.*", { value: { type: "integer" } }), ["own-list.limit"]);
    assert.deepEqual(await names(["own-list.*"], { text: "NEVER CH" }), ["own-list.fixed"]);
    assert.deepEqual(await names("own-list.*", { where: { writable: true } }), ["own-list.limit"]);
    const described = await client.describe("own-list.orders");
    assert.deepEqual(
      described.objects.map(({ name }) => name),
      ["own-list.orders", "own-list.orders/cancel", "own-list.orders/wait"],
    );
    const [, cancel] = described.objects;
    assert.equal(cancel?.operations?.["call"]?.effect, "destroy");
    assert.deepEqual(
      cancel.operations["call"].parameters?.map(({ name, required }) => [name, required]),
      [
        ["order", true],
        ["reason", false],
      ],
    );
    assert.equal(await client.describe("own-list.orders"), described);
    assert.equal((await client.describe("own-list.orders", { depth: 0 })).objects.length, 1);
    await assert.rejects(client.describe("own-list.absent"), { code: "ERR_PDM_NO_SUCH_NAME" });
  });

  it("agree on many attributes at once, and on a part of one", async () => {
    new Shop().expose("own-many");
    await using service = await startService();
    await using client = await connect(service.spec);
    const items = await client.readMany(["own-many.limit", "own-many.failing", "own-many.absent"]);
    assert.deepEqual(
      items.map(({ value, error }) => error?.code ?? value),
      [10, "ERR_PDM_READ_FAILED", "ERR_PDM_NO_SUCH_NAME"],
    );
    await using many = await client.find("own-many.many");
    assert.equal(await many.read({ path: [7] }), 7);
    const part = (await many.read({ limits: { items: 3 } })) as number[];
    assert.deepEqual([...part], [0, 1, 2]);
    const cut = findCut(part);
    assert.ok(cut instanceof Cut);
    assert.equal(cut.left, 47);
    assert.deepEqual(
      await client.fetch(cut),
      Array.from({ length: 47 }, (_, index) => index + 3),
    );
  });

  it("agree on events, and on what their fields must be", async () => {
    const shop = new Shop();
    shop.expose("own-events");
    await using service = await startService();
    await using client = await connect(service.spec);
    await using placed = await client.find("own-events.placed");
    const stream = await placed.subscribe({ where: { order: { minimum: 5 } } });
    for (let order = 1; order <= 6; order += 1) shop.placed.notify({ order });
    const { value: first } = await stream.next();
    const { value: second } = await stream.next();
    assert.deepEqual([first?.fields["order"], second?.fields["order"]], [5, 6]);
    assert.deepEqual([first?.sequence, second?.sequence], [5, 6]);
    assert.equal(first?.lost, 0);
    await using samples = await client.sample("own-events.limit", { everyMs: 60_000 });
    assert.deepEqual((await samples.next()).value?.items, [{ name: "own-events.limit", value: 10 }]);
  });

  it("agree on streams in both directions, of any length", async () => {
    const pieces = 200;
    const piece = Buffer.alloc(40_000, "pdm");
    async function* produce(): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < pieces; count += 1) yield piece;
    }
    const shop = new Shop(produce);
    shop.expose("own-streams");
    await using service = await startService();
    await using client = await connect(service.spec);
    await using exporting = await client.find("own-streams.export");
    let bytes = 0;
    for await (const part of (await exporting.call()) as RemoteStream) bytes += (part as Uint8Array).length;
    assert.equal(bytes, pieces * piece.length);
    await using importing = await client.find("own-streams.import");
    assert.equal(await importing.call({ data: produce() }), pieces * piece.length);
    const again = (await exporting.call()) as RemoteStream;
    assert.equal(await importing.call([again]), 2 * pieces * piece.length);
  });
});
