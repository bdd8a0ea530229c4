import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { operation } from "../../src/index.js";
import type { LineClient, Message } from "./line-client.js";
import { RpcServer } from "./rpc-server.js";

/** What has become of the sources. */
let log: string[] = [];
let waiting: (() => void) | undefined;

async function* count(to: number, onEnd: string): AsyncGenerator {
  log.push("begun");
  try {
    for (let n = 1; n <= to; n++) {
      yield { n, text: "x".repeat(100) };
    }
  } finally {
    log.push(onEnd);
  }
}

const SOURCES: Readonly<Record<string, () => unknown>> = {
  generator: () => count(1_000, "ended"),
  readable: () => Readable.from(count(1_000, "ended")),
  later: () => Promise.resolve(count(3, "ended")),
  bytes: () => Readable.from([Buffer.alloc(100_000, 1), Buffer.alloc(10, 2)]),
  web: () => new Blob(["x".repeat(200_000)]).stream(),
  file: () => createReadStream(fileURLToPath(import.meta.url)),
  forms: () => Readable.from([1n, new Date(0), undefined, new Map([[1, 2]])].map((value) => [value])),
  empty: () => Readable.from([]),
  endless: () => count(Infinity, "returned"),
  endlessReadable: () => {
    const readable = new Readable({ read: () => void readable.push("tick") });
    readable.once("close", () => log.push("destroyed"));
    return readable;
  },
  stuck: () =>
    (async function* stuck() {
      yield 1;
      await new Promise<void>((resolve) => {
        waiting = resolve;
      });
      yield 2;
    })(),
  failing: () =>
    (async function* failing() {
      yield 1;
      throw Object.assign(new RangeError("no more paper"), { code: "E_PAPER" });
    })(),
  unsendable: () =>
    Readable.from([
      {
        get x(): never {
          throw new Error("not this");
        },
      },
    ]),
  early: () => {
    const readable = new Readable({ read: () => undefined });
    readable.destroy(new Error("too early"));
    return readable;
  },
  tooLate: async () => {
    await new Promise<void>((resolve) => {
      waiting = resolve;
    });
    return SOURCES["endlessReadable"]?.();
  },
  revoked: () => ({
    [Symbol.asyncIterator]: () => ({
      next: () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        throw proxy;
      },
    }),
  }),
  large: () => "x".repeat(4_000_000),
  odd: () => ({
    [Symbol.asyncIterator]: () => {
      throw new Error("no iterator");
    },
  }),
};

let server: RpcServer;
let client: LineClient;
before(async () => {
  server = await RpcServer.start(
    Object.fromEntries(
      Object.entries(SOURCES).map(([name, run]) => [name, operation({ description: name, effect: "read", run })]),
    ),
    { limits: { streams: 3, streamIdleMs: 150 } },
  );
});
after(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  log = [];
  client = await server.connect();
});
afterEach(async () => {
  client[Symbol.dispose]();
  // Nothing of it happens in the next test.
  while (server.listener.connectionCount > 0) await new Promise(setImmediate);
});

const isOf = (stream: number, message: Message): boolean =>
  message.method?.startsWith("stream.") === true && message.params?.["stream"] === stream;

/** The stream of that source. */
async function open(name: string, credit?: number): Promise<number> {
  const { value } = await client.get("invoke", { name: `shop.${name}`, ...(credit !== undefined && { credit }) });
  return (value as { $stream: number }).$stream;
}

/** Everything that a stream sends, with enough credit from the start; its data, and how it ended. */
async function readAll(stream: number): Promise<{ data: unknown[]; end: Message }> {
  client.notify("stream.credit", { stream, bytes: 1e9 });
  const data: unknown[] = [];
  for (;;) {
    const message = await client.take((candidate) => isOf(stream, candidate));
    if (message.method !== "stream.data") return { data, end: message };
    data.push(message.params?.["data"]);
  }
}

const joinBytes = (data: readonly unknown[]): Buffer =>
  Buffer.concat(data.map((piece) => Buffer.from((piece as { $bytes: string }).$bytes, "base64")));

for (const name of ["generator", "readable", "later"]) {
  test(`all objects of a source come in order, and then the end: ${name}`, async () => {
    const { data, end } = await readAll(await open(name));
    assert.equal(end.method, "stream.end");
    assert.deepEqual(
      data.map((piece) => (piece as { n: number }).n),
      Array.from({ length: name === "later" ? 3 : 1_000 }, (_, index) => index + 1),
    );
    assert.deepEqual(log, ["begun", "ended"]);
  });
}

for (const [name, bytes] of [
  ["bytes", Buffer.concat([Buffer.alloc(100_000, 1), Buffer.alloc(10, 2)])],
  ["web", Buffer.from("x".repeat(200_000))],
] as const) {
  test(`bytes come whole, whatever the pieces: ${name}`, async () => {
    const { data } = await readAll(await open(name));
    assert.ok(joinBytes(data).equals(bytes));
    assert.ok(data.length > 2, "large pieces are split");
  });
}

test("a file comes whole", async () => {
  const { data, end } = await readAll(await open("file"));
  assert.equal(end.method, "stream.end");
  assert.match(String(joinBytes(data)), /createReadStream/u);
});

test("pieces are values like any other, and there may be none", async () => {
  const { data } = await readAll(await open("forms"));
  assert.deepEqual(data, [
    [{ $bigint: "1" }],
    [{ $date: "1970-01-01T00:00:00.000Z" }],
    [{ $undefined: true }],
    [{ $map: [[1, 2]] }],
  ]);
  assert.deepEqual((await readAll(await open("empty"))).data, []);
});

test("without credit nothing is sent, and the source is not even begun", async () => {
  const stream = await open("generator");
  const id = client.send("ping");
  assert.equal((await client.next()).id, id);
  assert.deepEqual(log, []);
  client.notify("stream.credit", { stream, bytes: 1 });
  assert.equal((await client.next()).method, "stream.data");
  assert.deepEqual(log, ["begun"]);
});

test("no more comes than was granted and the rest of one line, and the next grant makes good for it", async () => {
  const stream = await open("endless", 1_000);
  let granted = 1_000;
  let received = 0;
  for (const more of [1, 500, 50, 3_000]) {
    while (received < granted) {
      const line = (await client.raw.readLine()) ?? "";
      assert.match(line, /"stream\.data"/u);
      assert.ok(received < granted);
      received += Buffer.byteLength(line) + 1;
    }
    const id = client.send("ping");
    assert.equal((await client.next()).id, id, "more than was granted");
    client.notify("stream.credit", { stream, bytes: more });
    granted += more;
  }
});

for (const [what, params] of [
  ["nothing", { bytes: 0 }],
  ["less than nothing", { bytes: -5 }],
  ["a part of a byte", { bytes: 0.5 }],
  ["more than any stream has", { bytes: 2 ** 41 }],
  ["without saying how much", {}],
] as const) {
  test(`a grant of ${what} is refused, and grants nothing`, async () => {
    const stream = await open("generator");
    assert.match(await client.fail("stream.credit", { stream, ...params }), /^ERR_PDM_INVALID_ARGUMENT: bytes/u);
    const id = client.send("ping");
    assert.equal((await client.next()).id, id);
    assert.deepEqual(log, []);
  });
}

test("credits and cancels of streams that are not there, or no more, do nothing", async () => {
  const stream = await open("empty");
  await readAll(stream);
  for (const number of [stream, 0, 999, 1e15]) {
    assert.deepEqual(await client.get("stream.credit", { stream: number, bytes: 5 }), {});
    assert.deepEqual(await client.get("stream.cancel", { stream: number }), {});
  }
});

for (const [name, ending] of [
  ["endless", "returned"],
  ["endlessReadable", "destroyed"],
] as const) {
  for (const [how, leave] of [
    ["is cancelled", (stream: number) => client.notify("stream.cancel", { stream })],
    ["has nobody left to read it", () => client[Symbol.dispose]()],
  ] as const) {
    test(`a source that never ends is let go of when its stream ${how}: ${name}`, async () => {
      const stream = await open(name, 300);
      await client.take((message) => isOf(stream, message));
      leave(stream);
      while (!log.includes(ending)) await new Promise(setImmediate);
    });
  }
}

test("a stream that gets no credit for long ends, and so does its source, begun or not", async () => {
  for (const credit of [undefined, 1]) {
    const stream = await open("endlessReadable", credit);
    const end = await client.take((message) => message.method === "stream.error" && isOf(stream, message));
    assert.match(JSON.stringify(end.params?.["error"]), /nothing was taken of the stream for 150 ms \(streamIdleMs\)/u);
    while (!log.includes("destroyed")) await new Promise(setImmediate);
    log = [];
  }
});

for (const [name, data, error] of [
  [
    "failing",
    [1],
    { code: "ERR_PDM_FAILED", error: { name: "RangeError", message: "no more paper", code: "E_PAPER" } },
  ],
  ["unsendable", [], { code: "ERR_PDM_FAILED", error: { name: "Error", message: "not this" } }],
  ["early", [], { code: "ERR_PDM_FAILED", error: { name: "Error", message: "too early" } }],
] as const) {
  test(`a source that fails ends its stream with the error, and nothing else: ${name}`, async () => {
    const stream = await open(name);
    // Whatever it does by itself before it is read.
    await new Promise(setImmediate);
    const read = await readAll(stream);
    assert.deepEqual([read.data, read.end.method], [data, "stream.error"]);
    assert.deepEqual((read.end.params?.["error"] as { data: object } | undefined)?.data, error);
    assert.deepEqual(await client.get("ping"), {});
  });
}

test("what cannot even be iterated fails the call", async () => {
  assert.match(await client.fail("invoke", { name: "shop.odd" }), /^ERR_PDM_FAILED: .*no iterator/u);
});

test("a stream that waits for its source keeps nobody else waiting, and may be cancelled", async () => {
  const stream = await open("stuck", 1e6);
  await client.take((message) => isOf(stream, message));
  assert.deepEqual(await client.get("ping"), {});
  client.notify("stream.cancel", { stream });
  await client.get("ping");
  waiting?.();
  const id = client.send("ping");
  assert.equal((await client.next()).id, id);
});

test("one stream too many is refused, and its source let go of", async () => {
  for (let count = 0; count < 3; count++) await open("generator");
  assert.match(
    await client.fail("invoke", { name: "shop.endlessReadable" }),
    /^ERR_PDM_LIMIT: .*3 streams.*\(streams\)/u,
  );
  while (!log.includes("destroyed")) await new Promise(setImmediate);
});

test("a client that ends its side gets what it granted, and then the end", async () => {
  client.send("invoke", { name: "shop.generator", credit: 1e9 });
  client.raw.socket.end();
  const lines = (await client.raw.readToEnd()).trimEnd().split("\n");
  assert.equal(lines.length, 1_002);
  assert.match(lines.at(-1) ?? "", /"stream\.end"/u);
});

test("a client that ends its side, and has granted less than there is, gets that much and the end", async () => {
  client.send("invoke", { name: "shop.endless", credit: 1_000 });
  client.raw.socket.end();
  const lines = (await client.raw.readToEnd()).trimEnd().split("\n");
  assert.ok(lines.length > 3 && lines.length < 20);
  while (!log.includes("returned")) await new Promise(setImmediate);
});

test("one stream too many that cannot even be let go of is refused all the same", async () => {
  for (let count = 0; count < 3; count++) await open("generator");
  assert.match(await client.fail("invoke", { name: "shop.odd" }), /^ERR_PDM_LIMIT: .*\(streams\)/u);
  assert.deepEqual(await client.get("ping"), {});
});

test("a stream that comes when its call has been cancelled is let go of", async () => {
  const id = client.send("invoke", { name: "shop.tooLate" });
  await client.get("ping");
  assert.deepEqual(await client.get("cancel", { id }), { cancelled: true });
  waiting?.();
  while (!log.includes("destroyed")) await new Promise(setImmediate);
});

test("what a source fails with reaches the client, whatever it is", async () => {
  const stream = await open("revoked", 1e6);
  const { params } = await client.take((message) => isOf(stream, message));
  assert.match(JSON.stringify(params?.["error"]), /"what was thrown cannot be shown"/u);
});

test("a client that ends its side and reads slowly gets what it granted of a stream that begins later", async () => {
  client.send("invoke", { name: "shop.large" });
  client.send("invoke", { name: "shop.generator", credit: 1e6 });
  client.raw.socket.end();
  const lines = (await client.raw.readToEnd()).trimEnd().split("\n");
  assert.match(lines.at(-1) ?? "", /"stream\.end"/u);
});
