import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { ConnectionLostError, RemoteError, type RemoteObject, type RemoteStream } from "../../src/client.js";
import { startRpcPlay, type RpcPlay } from "./rpc-play.js";

const WINDOW_BYTES = 10_000;

/** A play, and the stream that an operation in it has returned under the number 5. */
async function startStream(): Promise<RpcPlay & { object: RemoteObject; stream: RemoteStream }> {
  const play = await startRpcPlay({ limits: { streamWindowBytes: WINDOW_BYTES, streams: 2 } });
  const object = await play.find();
  const calling = object.call();
  await play.rpc.answer("invoke", { value: { $stream: 5 } });
  return { ...play, object, stream: (await calling) as RemoteStream };
}

function encodeData(data: unknown): string {
  return `${JSON.stringify({ jsonrpc: "2.0", method: "stream.data", params: { stream: 5, data } })}\n`;
}

describe("a stream from the server", () => {
  it("is granted bytes when it is read, and as many more as were read", async () => {
    await using play = await startStream();
    const { rpc, stream } = play;
    const reading = stream.next();
    assert.deepEqual((await rpc.expect("stream.credit")).params, { stream: 5, bytes: WINDOW_BYTES });
    const line = encodeData({ $bytes: Buffer.alloc(3_000, 7).toString("base64") });
    rpc.peer.send(line.repeat(2));
    for (const piece of [await reading, await stream.next()]) {
      assert.deepEqual(piece, { done: false, value: new Uint8Array(3_000).fill(7) });
    }
    assert.deepEqual((await rpc.expect("stream.credit")).params, { stream: 5, bytes: 2 * line.length });
    rpc.notify("stream.data", { stream: 5, data: "the last" });
    rpc.notify("stream.end", { stream: 5 });
    assert.deepEqual(await stream.next(), { done: false, value: "the last" });
    assert.deepEqual(await stream.next(), { done: true, value: undefined });
    assert.deepEqual(await stream.next(), { done: true, value: undefined });
  });

  it("is cancelled by leaving the loop that reads it, whatever still comes", async () => {
    await using play = await startStream();
    const { rpc, stream, object } = play;
    rpc.notify("stream.data", { stream: 9, data: "for nobody" });
    const looping = (async () => {
      for await (const piece of stream) return piece;
      return undefined;
    })();
    await rpc.expect("stream.credit");
    rpc.notify("stream.data", { stream: 5, data: 1 });
    assert.equal(await looping, 1);
    assert.deepEqual((await rpc.expect("stream.cancel")).params, { stream: 5 });
    rpc.notify("stream.data", { stream: 5, data: 2 });
    rpc.notify("stream.end", { stream: 5 });
    stream.cancel();
    const reading = object.read();
    await rpc.answer("read", { value: 3 });
    assert.equal(await reading, 3);
  });

  it("fails with what the operation threw, after what came before", async () => {
    await using play = await startStream();
    const { rpc, stream } = play;
    const reading = stream.next();
    rpc.notify("stream.data", { stream: 5, data: 1 });
    const data = { code: "ERR_PDM_FAILED", error: { name: "RangeError", message: "too far" } };
    rpc.notify("stream.error", { stream: 5, error: { code: -32_006, message: "x", data } });
    assert.equal((await reading).value, 1);
    await assert.rejects(stream.next(), (error) => {
      assert.ok(error instanceof RemoteError);
      assert.equal(error.message, "the stream threw RangeError: too far");
      return true;
    });
    assert.equal((await stream.next()).done, true);
  });

  it("that sends more than it was granted costs the server the connection", async () => {
    await using play = await startStream();
    const { rpc, stream, client } = play;
    const reading = stream.next();
    for (let count = 0; count < 20; count += 1) rpc.notify("stream.data", { stream: 5, data: "x".repeat(1_000) });
    await reading;
    assert.match((await client.closed)?.message ?? "", /more of a stream than it was granted/);
    // What was granted can still be read.
    const readRest = async (): Promise<void> => {
      for await (const piece of stream) assert.equal(piece, "x".repeat(1_000));
    };
    await assert.rejects(readRest(), ConnectionLostError);
  });

  it("is not opened for a request that was given up", async () => {
    await using play = await startStream();
    const { rpc, object } = play;
    const controller = new AbortController();
    const calling = object.call([], { signal: controller.signal });
    const { id } = await rpc.expect("invoke");
    controller.abort(new Error("enough"));
    await assert.rejects(calling, /enough/);
    await rpc.expect("cancel");
    rpc.reply(id, { value: [{ $stream: 6 }] });
    assert.deepEqual((await rpc.expect("stream.cancel")).params, { stream: 6 });
  });

  it("over the number of streams, or under a number in use, fails its request", async () => {
    await using play = await startStream();
    const { rpc, object } = play;
    for (const [value, message] of [
      [{ $stream: 5 }, /two streams the number 5/],
      [[{ $stream: 6 }, { $stream: 7 }], /limits\.streams/],
    ] as const) {
      const calling = object.call();
      await rpc.answer("invoke", { value });
      await assert.rejects(calling, message);
    }
    // What the two results opened besides is let go of.
    assert.deepEqual((await rpc.expect("stream.cancel")).params, { stream: 7 });
    assert.deepEqual((await rpc.expect("stream.cancel")).params, { stream: 6 });
  });

  it("that nobody reads is dropped with the connection", async () => {
    await using play = await startStream();
    play.client.close();
    await assert.rejects(play.stream.next(), ConnectionLostError);
    play.stream.cancel();
  });
});

describe("a stream to the server", () => {
  it("is sent as far as the server grants, and asked for no more", async () => {
    await using play = await startRpcPlay();
    const { rpc } = play;
    const object = await play.find();
    let asked = 0;
    async function* produce(): AsyncGenerator<number> {
      for (; asked < 3; asked += 1) yield asked;
    }
    const calling = object.call({ orders: produce() });
    const { id, params } = await rpc.expect("invoke");
    const { $stream: number } = (params["args"] as { orders: { $stream: number } }).orders;
    assert.equal(asked, 0);
    const expected = (data: number): object => ({ stream: number, data });
    rpc.notify("stream.credit", { stream: number, bytes: 1 });
    assert.deepEqual((await rpc.expect("stream.data")).params, expected(0));
    const reading = object.read();
    await rpc.answer("read", { value: 1 });
    assert.equal(await reading, 1);
    assert.equal(asked, 0);
    rpc.notify("stream.credit", { stream: number, bytes: 1_000 });
    for (const data of [1, 2]) assert.deepEqual((await rpc.expect("stream.data")).params, expected(data));
    assert.deepEqual((await rpc.expect("stream.end")).params, { stream: number });
    rpc.reply(id, { value: "done" });
    assert.equal(await calling, "done");
  });

  it("of bytes is cut into pieces", async () => {
    await using play = await startRpcPlay();
    const { rpc } = play;
    const object = await play.find();
    const bytes = Buffer.alloc(200_000, "pdm");
    const calling = object.call([Readable.from([bytes])]);
    const { id, params } = await rpc.expect("invoke");
    const [{ $stream: number }] = params["args"] as [{ $stream: number }];
    rpc.notify("stream.credit", { stream: number, bytes: 1e300 });
    const received: Buffer[] = [];
    for (let message = await rpc.next(); message?.method === "stream.data"; message = await rpc.next()) {
      const { $bytes: text } = message.params["data"] as { $bytes: string };
      assert.ok(text.length <= 65_536);
      received.push(Buffer.from(text, "base64"));
    }
    assert.deepEqual(Buffer.concat(received), bytes);
    rpc.reply(id, { value: null });
    await calling;
  });

  it("that fails says so, and one that the server lets go of is let go of here", async () => {
    await using play = await startRpcPlay();
    const { rpc } = play;
    const object = await play.find();
    const endings: string[] = [];
    async function* produce(fails: boolean): AsyncGenerator<string> {
      try {
        yield "one";
        if (fails) throw new Error("no more paper");
        yield "two";
      } finally {
        endings.push(fails ? "failed" : "returned");
      }
    }
    const calling = object.call([produce(true), produce(false)]);
    const { id, params } = await rpc.expect("invoke");
    const [failing, other] = (params["args"] as { $stream: number }[]).map(({ $stream }) => $stream);
    rpc.notify("stream.credit", { stream: failing, bytes: 10_000 });
    await rpc.expect("stream.data");
    assert.deepEqual((await rpc.expect("stream.error")).params, {
      stream: failing,
      error: { message: "no more paper" },
    });
    rpc.notify("stream.credit", { stream: other, bytes: 1 });
    await rpc.expect("stream.data");
    rpc.notify("stream.cancel", { stream: other });
    rpc.reply(id, { value: null });
    await calling;
    assert.deepEqual(endings, ["failed", "returned"]);
  });

  it("is let go of when its request fails, is not sent, or loses its connection", async () => {
    await using play = await startRpcPlay({ limits: { pendingRequests: 1, streams: 2 } });
    const { rpc } = play;
    const object = await play.find();
    const sources = Array.from({ length: 5 }, () => Readable.from(["never read"]));
    const [refused, unsent, deep, many, lost] = sources as [Readable, Readable, Readable, Readable, Readable];
    const failing = object.call([refused]);
    const { id } = await rpc.expect("invoke");
    await assert.rejects(object.call([unsent]), { code: "ERR_PDM_TOO_MANY_REQUESTS" });
    rpc.fail(id, "ERR_PDM_REFUSED");
    await assert.rejects(failing, { code: "ERR_PDM_REFUSED" });
    const fault = {
      get fault(): never {
        throw new Error("unreadable");
      },
    };
    await assert.rejects(object.call([deep, fault]), /unreadable/);
    await assert.rejects(object.call([many, Readable.from([]), Readable.from([])]), {
      code: "ERR_PDM_TOO_MANY_REQUESTS",
    });
    const losing = object.call([lost]);
    play.client.close();
    await assert.rejects(losing, ConnectionLostError);
    for (const source of sources) assert.equal(source.destroyed, true);
  });
});
