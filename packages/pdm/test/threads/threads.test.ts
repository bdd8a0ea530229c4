import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Worker } from "node:worker_threads";
import { connect } from "../../src/client.js";
import type { Client, ReplEvent } from "../../src/client.js";
import { listen } from "../../src/index.js";
import type { Listener } from "../../src/index.js";
import { LineClient } from "../rpc/line-client.js";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-threads-"));
const auditFile = path.join(folder, "audit.jsonl");
let listener: Listener;
before(async () => {
  listener = await listen(path.join(folder, "threads.sock"), { auditFile, limits: { replBlockMs: 200 } });
});
after(async () => {
  await listener.close();
  rmSync(folder, { recursive: true });
});

async function startWorker(): Promise<Worker & AsyncDisposable> {
  const worker = new Worker(new URL("../fixtures/worker-thread.js", import.meta.url));
  await once(worker, "message");
  return Object.assign(worker, {
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  });
}

function enter(thread: number): Promise<Client> {
  return connect(listener.spec, { thread });
}

test("a worker thread that has loaded pdm is listed, and one that has not is left out", async () => {
  await using worker = await startWorker();
  await using other = await startOther();
  await using client = await connect(listener.spec);
  const threads = await client.listThreads();
  const numbers = new Set(threads.map(({ thread }) => thread));
  assert.ok(numbers.has(worker.threadId));
  assert.ok(!numbers.has(other.threadId));
  assert.deepEqual(threads[0], { thread: 0, name: "main", reason: "this connection is in it" });
  assert.equal(threads.find(({ thread }) => thread === worker.threadId)?.name, "worker-thread.js");
});

async function startOther(): Promise<Worker & AsyncDisposable> {
  const worker = new Worker("require('node:worker_threads').parentPort.on('message', () => {})", { eval: true });
  await once(worker, "online");
  return Object.assign(worker, {
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  });
}

test("a client in a worker thread sees its objects, and runs commands there", async () => {
  await using worker = await startWorker();
  await using client = await enter(worker.threadId);
  assert.equal(client.server?.process.thread, worker.threadId);
  await using answer = await client.find("worker.answer");
  assert.equal(await answer.read(), 42);
  const events: ReplEvent[] = [];
  const session = await client.openRepl({ onEvent: (event) => events.push(event) });
  const { text } = await session.evaluate("require('node:worker_threads').threadId");
  assert.equal(text, String(worker.threadId));
  await session.evaluate("console.log('from within')");
  await client.ping();
  assert.deepEqual(
    events.map((event) => event.kind === "output" && event.text),
    ["from within\n"],
  );
  assert.match(session.interruptReason ?? "", /worker thread/u);
});

test("much goes through in both directions, and in order", async () => {
  await using worker = await startWorker();
  await using client = await enter(worker.threadId);
  const session = await client.openRepl();
  const long = "x".repeat(900_000);
  for (let count = 0; count < 5; count += 1) {
    const { value } = await session.evaluate(`"${long}${count}"`, { format: "json" });
    assert.equal(value, `${long}${count}`);
  }
});

test("the end of a thread ends the connection, and says so", async () => {
  const worker = await startWorker();
  await using client = await enter(worker.threadId);
  const lost = client.closed;
  const thread = worker.threadId;
  await worker.terminate();
  assert.match((await lost)?.message ?? "", new RegExp(`thread ${thread} has ended`, "u"));
});

test("a thread that is entered ends when it has nothing else to do", async () => {
  const worker = await startWorker();
  await using client = await enter(worker.threadId);
  await client.ping();
  const ended = once(worker, "exit");
  worker.postMessage("rest");
  assert.deepEqual(await ended, [0]);
  await client.closed;
});

test("where there is no such thread, or it has not loaded pdm, that is said, and nothing else breaks", async () => {
  await using other = await startOther();
  await assert.rejects(enter(99_999), { code: "ERR_PDM_NO_SUCH_NAME" });
  await assert.rejects(enter(other.threadId), { code: "ERR_PDM_NO_SUCH_NAME" });
  await assert.rejects(enter(0), { code: "ERR_PDM_REFUSED" });
  using raw = await LineClient.open(listener.spec);
  assert.match(await raw.fail("thread.enter", { thread: 99_999 }), /^ERR_PDM_NO_SUCH_NAME/u);
  assert.deepEqual(await raw.get("ping"), {});
});

test("what is done in a thread is in the audit file of the socket", async () => {
  await using worker = await startWorker();
  await using client = await enter(worker.threadId);
  const session = await client.openRepl();
  await session.evaluate("'recorded from a thread'");
  const records = readFileSync(auditFile, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { input?: string; action: string; outcome: string; socket: string });
  const entered = records.find(({ input }) => input === `(enters thread ${worker.threadId})`);
  assert.equal(entered?.outcome, "ok");
  const run = records.find(({ input }) => input === "'recorded from a thread'");
  assert.deepEqual([run?.action, run?.outcome, run?.socket], ["repl", "ok", listener.spec]);
});

test("the rights of the socket hold in the thread", async () => {
  await using worker = await startWorker();
  await using viewers = await listen(path.join(folder, "viewers.sock"), { role: "viewer", rights: ["repl"] });
  await using client = await connect(viewers.spec, { thread: worker.threadId });
  assert.equal(client.server?.role, "viewer");
  await using answer = await client.find("worker.answer");
  assert.equal(await answer.read(), 42);
  await assert.rejects(answer.write(1), { code: "ERR_PDM_REFUSED" });
  await using nobody = await listen(path.join(folder, "nobody.sock"), { role: "admin" });
  await assert.rejects(connect(nobody.spec, { thread: worker.threadId }), { code: "ERR_PDM_REFUSED" });
});

test("a policy that is a function cannot come along, so no object is seen there", async () => {
  await using worker = await startWorker();
  await using ruled = await listen(path.join(folder, "ruled.sock"), {
    role: "admin",
    rights: ["repl"],
    policy: () => true,
  });
  await using client = await connect(ruled.spec, { thread: worker.threadId });
  assert.deepEqual(await client.list(), []);
  const session = await client.openRepl();
  assert.equal((await session.evaluate("1 + 1")).text, "2");
});

test("requests that follow at once are the thread's own", async () => {
  await using worker = await startWorker();
  using raw = await LineClient.open(listener.spec);
  const enterId = raw.send("thread.enter", { thread: worker.threadId });
  const readId = raw.send("read", { name: "worker.answer" });
  const entered = await raw.take(({ id }) => id === enterId);
  const read = await raw.take(({ id }) => id === readId);
  assert.deepEqual(entered.result, {});
  assert.deepEqual(read.result, { value: 42 });
});
