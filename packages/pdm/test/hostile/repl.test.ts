import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { RawSocket } from "../fixtures/raw-socket.js";
import { AttackedDaemon, LIMITS } from "./attacked-daemon.js";

let daemon: AttackedDaemon;
before(async () => {
  daemon = await AttackedDaemon.start();
});
after(() => daemon[Symbol.asyncDispose]());

test("of thousands of evaluations at once as many as may wait do, and others are served and answered meanwhile", async () => {
  using client = await daemon.attack();
  const { session } = client;
  client.line.send("repl.evaluate", { session, source: "await new Promise((r) => { globalThis.finish = r; })" });
  for (let count = 0; count < 2_000; count += 1) client.line.send("repl.evaluate", { session, source: "[1]" });
  const codes = new Map<string, number>();
  for (let count = 0; count < 1_984; count += 1) {
    const code = (await client.line.next()).error?.data.code ?? "none";
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  assert.deepEqual([...codes], [["ERR_PDM_LIMIT", 1_984]]);
  await daemon.assertServing();
  using other = await daemon.attack();
  await other.evaluate("finish('done')");
  const texts: unknown[] = [];
  for (let count = 0; count < 17; count += 1) texts.push((await client.line.next()).result?.["text"]);
  assert.deepEqual(texts, ["'done'", ...Array.from({ length: 16 }, () => "[ 1 ]")]);
});

test("thousands of evaluations that end at once leave others their turn", async () => {
  using client = await daemon.attack();
  const { session } = client;
  for (let count = 0; count < 3_000; count += 1) client.line.send("repl.evaluate", { session, source: "1 + 1" });
  await daemon.assertServing();
  for (let count = 0; count < 3_000; count += 1) assert.equal((await client.line.next()).result?.["text"], "2");
});

test("a client that opens sessions without end gets as many as there may be, and they make room once it is gone", async () => {
  {
    using client = await daemon.connect();
    for (let count = 0; count < 300; count += 1) client.send("repl.open", { interruptible: false });
    let opened = 0;
    for (let count = 0; count < 300; count += 1) {
      const { error } = await client.next();
      if (error === undefined) opened += 1;
      else assert.match(error.message, /16 sessions already \(replSessions\)/u);
    }
    assert.equal(opened, LIMITS.replSessions);
    using guest = await daemon.connect();
    assert.deepEqual(await guest.get("read", { name: "test.number" }), { value: 5 });
  }
  for (;;) {
    using guest = await daemon.connect();
    if ((await guest.ask("repl.open", { interruptible: false })).error === undefined) break;
  }
  await daemon.assertNothingLeft();
});

test("of values without end a session holds the last, and none once it has ended", async () => {
  {
    using client = await daemon.attack();
    await client.evaluate("globalThis.refs = []; const make = (x) => { refs.push(new WeakRef(x)); return x; }; 0");
    for (let count = 0; count < 100; count += 1) await client.evaluate("make(new Array(10_000).fill(7))");
    const { result } = await client.ask("repl.evaluate", { source: "Array.from({ length: 1_000 }, () => make({}))" });
    await client.ask("repl.members", { handle: result?.["handle"], limit: 1_000 });
    await client.evaluate("_ = null");
    await daemon.process.measureMemory();
    const alive = Number(await client.evaluate("refs.filter((ref) => ref.deref()?.length === 10_000).length"));
    assert.ok(alive <= LIMITS.replHandles, `${alive} are held`);
  }
  await daemon.assertNothingLeft();
  await daemon.process.measureMemory();
  assert.equal(await daemon.read("refs.filter((ref) => ref.deref() !== undefined).length"), "0");
  await daemon.read("delete globalThis.refs");
});

test("questions that nobody answers are limited, and end with the session", async () => {
  {
    using client = await daemon.attack();
    await client.evaluate("globalThis.refs = []; globalThis.refused = []; 0");
    await client.evaluate(
      "for (let i = 0; i < 1_000; i += 1) { const answer = ask('?'.repeat(1e5)); refs.push(new WeakRef(answer)); answer.catch(({ message }) => refused.push(message)); }",
    );
    assert.equal(
      await client.evaluate("[refused.length, ...new Set(refused)]"),
      "[ 984, '16 questions wait for an answer already' ]",
    );
    assert.deepEqual((await client.ask("repl.answer", { question: 1e9, text: "x" })).result, { answered: false });
    client.line.send("repl.evaluate", { session: client.session, source: "await ask('and?')" });
    await daemon.assertServing();
  }
  await daemon.assertNothingLeft();
  assert.equal(await daemon.read("refs.filter((ref) => ref.deref() !== undefined).length"), "0");
  // A rejection that nobody handles would end the service.
  assert.equal(await daemon.read("refused.length"), "984");
  await daemon.read("delete globalThis.refs && delete globalThis.refused");
});

test("nobody interrupts, completes, asks or looks in a session that the connection is not in", async () => {
  using victim = await daemon.attack();
  const pending = victim.ask("repl.evaluate", {
    source: "({ a: await new Promise((r) => { globalThis.finish = r; }) })",
    evaluation: 7,
  });
  using stranger = await daemon.connect();
  const { session } = victim;
  for (const [method, params] of [
    ["repl.interrupt", {}],
    ["repl.interrupt", { evaluation: 7 }],
    ["repl.evaluate", { source: "1" }],
    ["repl.complete", { source: "", cursor: 0 }],
    ["repl.answer", { question: 1, text: "" }],
    ["repl.follow", { streams: ["stdout"] }],
    ["repl.members", { handle: 1 }],
    ["repl.text", { handle: 1 }],
    ["repl.release", { handle: 1 }],
    ["repl.close", {}],
  ] as const) {
    assert.match(await stranger.fail(method, { session, ...params }), /^ERR_PDM_NO_SUCH_HANDLE/u, method);
  }
  // Nor does somebody who is in another session, by the evaluation's number.
  using other = await daemon.attack();
  assert.deepEqual((await other.ask("repl.interrupt", { evaluation: 7 })).result, { interrupted: false });
  assert.deepEqual((await other.line.ask("cancel", { id: 2 })).result, { cancelled: false });
  await other.evaluate("finish(1)");
  const { result } = await pending;
  assert.equal(result?.["text"], "{ a: 1 }");
  await other.ask("repl.close");
  await victim.ask("repl.close");
});

test("a client may leave at any byte of a conversation with the REPL", async () => {
  const request = (id: number, method: string, params: object = {}): string =>
    `${JSON.stringify({ jsonrpc: "2.0", id, method, params: { session: "left", ...params } })}\n`;
  const conversation = Buffer.from(
    [
      "rpc\n",
      request(1, "repl.open", { interruptible: true }),
      request(2, "repl.evaluate", { source: "$watch(globalThis, 'parseInt'); [1]" }),
      request(3, "repl.follow", { streams: ["stdout", "stderr", "log"] }),
      request(4, "repl.complete", { source: "process.", cursor: 8 }),
      request(5, "repl.evaluate", { source: "await ask('who?')" }),
      request(6, "repl.evaluate", { source: "await new Promise(() => {})" }),
      request(7, "repl.members", { handle: 1 }),
      request(8, "repl.interrupt"),
      request(9, "repl.close"),
    ].join(""),
  );
  for (let cut = 0; cut <= conversation.length; cut += 11) {
    const raw = await RawSocket.connect(daemon.process.spec);
    raw.write(conversation.subarray(0, cut));
    if (cut % 2 === 0) raw.socket.end();
    else raw.socket.destroy();
    if (cut % 10 === 0) await daemon.process.ask({ command: "connections" });
    raw[Symbol.dispose]();
  }
  await daemon.assertServing();
  await daemon.assertNothingLeft();
  using guest = await daemon.attack();
  assert.match(await guest.evaluate("String(parseInt)"), /native code/u);
});
