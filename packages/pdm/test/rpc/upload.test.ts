import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { MethodTable } from "../../src/index.js";
import type { LineClient } from "./line-client.js";
import { RpcServer } from "./rpc-server.js";

type Source = AsyncIterable<unknown>;

let heard: unknown[] = [];
let readNext: (() => Promise<unknown>) | undefined;

const METHODS = {
  collect: async (source: Source) => {
    const pieces: unknown[] = [];
    for await (const piece of source) {
      heard.push(piece);
      pieces.push(piece);
    }
    return pieces;
  },
  size: async (source: Source) => {
    let bytes = 0;
    for await (const piece of Readable.from(source)) bytes += (piece as Uint8Array).length;
    return bytes;
  },
  first: async (source: Source) => {
    for await (const piece of source) return piece;
    return undefined;
  },
  ignore: () => "read nothing",
  hold: (source: Source) => {
    const iterator = source[Symbol.asyncIterator]();
    readNext = () => iterator.next();
    return new Promise(() => undefined);
  },
  echo: (source: Source) =>
    (async function* echo() {
      for await (const piece of source) yield { piece };
    })(),
  both: async (one: Source, other: Source) => [await METHODS.collect(one), await METHODS.collect(other)],
};

const WINDOW = 10_000;
let server: RpcServer;
let client: LineClient;
before(async () => {
  server = await RpcServer.start(
    { methods: new MethodTable(METHODS) },
    { limits: { streamWindowBytes: WINDOW, streams: 4 } },
  );
});
after(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  heard = [];
  readNext = undefined;
  client = await server.connect();
});
afterEach(async () => {
  client[Symbol.dispose]();
  // Nothing of it happens in the next test.
  while (server.listener.connectionCount > 0) await new Promise(setImmediate);
});

const call = (operation: string, ...args: unknown[]): number =>
  client.send("invoke", { name: "shop.methods", operation, args });
const resultOf = async (id: number): Promise<unknown> => {
  const { result, error } = await client.take((message) => message.id === id);
  return error === undefined ? result?.["value"] : `${error.data.code}: ${error.message}`;
};
const credit = async (): Promise<Readonly<Record<string, unknown>>> => await client.notified("stream.credit");

test("what the client sends is what the operation reads, in order, to the end", async () => {
  const id = call("collect", { $stream: 7 });
  assert.deepEqual(await credit(), { stream: 7, bytes: WINDOW });
  for (const data of [1, { $date: null }, null, "text"]) client.notify("stream.data", { stream: 7, data });
  client.notify("stream.end", { stream: 7 });
  assert.deepEqual(await resultOf(id), [1, { $date: null }, null, "text"]);
});

test("bytes go through a stream of Node's, and more is granted as they are read", async () => {
  const id = call("size", { $stream: 1 });
  const line = `{"jsonrpc":"2.0","method":"stream.data","params":{"stream":1,"data":{"$bytes":"${Buffer.alloc(750).toString("base64")}"}}}`;
  let granted = 0;
  let sent = 0;
  for (let piece = 0; piece < 100; piece++) {
    while (granted - sent <= 0) granted += Number((await credit())["bytes"]);
    client.raw.write(`${line}\n`);
    sent += line.length;
    assert.ok(granted - sent <= WINDOW, "more than the window is granted");
  }
  client.notify("stream.end", { stream: 1 });
  assert.equal(await resultOf(id), 75_000);
});

test("nothing is granted before the operation reads", async () => {
  const id = call("hold", { $stream: 1 });
  const ping = client.send("ping");
  assert.equal((await client.next()).id, ping);
  const read = readNext?.();
  assert.deepEqual(await credit(), { stream: 1, bytes: WINDOW });
  const failed = assert.rejects(async () => await read, /nobody waits for the call/u);
  await client.get("cancel", { id });
  await failed;
});

test("a client that sends more than was granted is refused, and the operation reads what came and then fails", async () => {
  const id = call("collect", { $stream: 1 });
  await credit();
  client.raw.write(
    `{"jsonrpc":"2.0","method":"stream.data","params":{"stream":1,"data":"${"x".repeat(WINDOW)}"}}\n` +
      '{"jsonrpc":"2.0","id":"over","method":"stream.data","params":{"stream":1,"data":"y"}}\n',
  );
  const over = await client.take((message) => message.id === "over");
  assert.match(over.error?.message ?? "", /stream 1 was sent more than was granted/u);
  assert.match(String(await resultOf(id)), /^ERR_PDM_LIMIT: .*more than was granted/u);
  assert.deepEqual(heard, ["x".repeat(WINDOW)]);
});

test("what is sent before anything was granted is too much", async () => {
  const id = call("hold", { $stream: 1 });
  assert.match(await client.fail("stream.data", { stream: 1, data: 1 }), /^ERR_PDM_LIMIT/u);
  await client.get("cancel", { id });
});

test("a sender that fails fails the operation's reading, with its reason", async () => {
  for (const [error, reason] of [
    [{ message: "file is gone" }, "file is gone"],
    [undefined, "its sender gave no reason"],
    [{ message: 5 }, "its sender gave no reason"],
  ] as const) {
    const id = call("collect", { $stream: 1 });
    await credit();
    client.notify("stream.data", { stream: 1, data: 1 });
    client.notify("stream.error", { stream: 1, error });
    assert.equal(await resultOf(id), `ERR_PDM_CANCELLED: the stream failed: ${reason}`);
  }
});

test("a piece that is no value fails the stream, and names the place", async () => {
  const id = call("collect", { $stream: 1 });
  await credit();
  assert.match(
    await client.fail("stream.data", { stream: 1, data: [{ $x: 1 }] }),
    /^ERR_PDM_INVALID_ARGUMENT: data: .*"\$x"/u,
  );
  assert.match(String(await resultOf(id)), /"\$x"/u);
});

for (const [operation, result] of [
  ["ignore", "read nothing"],
  ["first", 5],
] as const) {
  test(`an operation that reads not to the end lets the client know: ${operation}`, async () => {
    const id = call(operation, { $stream: 3 });
    if (operation === "first") {
      await credit();
      client.notify("stream.data", { stream: 3, data: 5 });
    }
    assert.deepEqual(await client.notified("stream.cancel"), { stream: 3 });
    assert.equal(await resultOf(id), result);
    // What was on its way is nobody's, and the number is free.
    assert.deepEqual(await client.get("stream.data", { stream: 3, data: 6 }), {});
    const again = call("ignore", { $stream: 3 });
    assert.equal(await resultOf(again), "read nothing");
  });
}

test("a stream goes up and comes down, as far as both sides grant", async () => {
  const id = client.send("invoke", { name: "shop.methods", operation: "echo", args: [{ $stream: 1 }], credit: 1e6 });
  const { $stream: stream } = (await resultOf(id)) as { $stream: number };
  assert.deepEqual(await credit(), { stream: 1, bytes: WINDOW });
  for (const data of ["a", "b"]) {
    client.notify("stream.data", { stream: 1, data });
    assert.deepEqual(await client.notified("stream.data"), { stream, data: { piece: data } });
  }
  client.notify("stream.end", { stream: 1 });
  assert.deepEqual(await client.notified("stream.end"), { stream });
});

test("when what is made of a stream is cancelled, so is the stream", async () => {
  const id = client.send("invoke", { name: "shop.methods", operation: "echo", args: [{ $stream: 1 }], credit: 1e6 });
  const { $stream: stream } = (await resultOf(id)) as { $stream: number };
  await credit();
  client.notify("stream.cancel", { stream });
  assert.deepEqual(await client.notified("stream.cancel"), { stream: 1 });
});

test("several streams go to one operation, and one number to one stream", async () => {
  const id = call("both", { $stream: 1 }, { $stream: 2 });
  assert.equal((await credit())["stream"], 1);
  client.notify("stream.end", { stream: 1 });
  assert.equal((await credit())["stream"], 2);
  client.notify("stream.data", { stream: 2, data: 5 });
  client.notify("stream.end", { stream: 2 });
  assert.deepEqual(await resultOf(id), [[], [5]]);
  const twice = call("both", { $stream: 1 }, { $stream: 1 });
  assert.match(String(await resultOf(twice)), /^ERR_PDM_INVALID_ARGUMENT: .*stream 1 is in use/u);
  // The call that was refused keeps none.
  assert.equal(await resultOf(call("ignore", { $stream: 1 })), "read nothing");
});

test("one stream too many refuses the call, which keeps none of them", async () => {
  const five = [1, 2, 3, 4, 5].map(($stream) => ({ $stream }));
  for (let count = 0; count < 3; count++) {
    assert.match(String(await resultOf(call("ignore", ...five))), /^ERR_PDM_LIMIT: .*\(streams\)/u);
  }
});

test("a stream's number is a whole number, and a stream is an argument or a part of one", async () => {
  for (const $stream of [-1, 0.5, "1", null]) {
    assert.match(
      String(await resultOf(call("ignore", { $stream }))),
      /^ERR_PDM_INVALID_ARGUMENT: args\[0\]: .*\$stream/u,
    );
  }
  const id = call("ignore", { nested: [{ $stream: 9 }] });
  assert.equal(await resultOf(id), "read nothing");
});

test("an operation that still reads when the client is gone fails then", async () => {
  // Something that keeps this process alive.
  using _other = await server.connect();
  call("hold", { $stream: 1 });
  await client.get("ping");
  const read = readNext?.();
  await credit();
  client[Symbol.dispose]();
  await assert.rejects(async () => await read, /client|nobody waits|gone/u);
});
