import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";
import { listen } from "../../src/index.js";
import type { AuditRecord, ListenOptions, Listener } from "../../src/index.js";
import { LineClient } from "./line-client.js";
import { TAKING_RIGHTS } from "./taking-rights.js";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-repl-audit-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

/** A socket with a file of its own for its records. */
class AuditedSocket implements AsyncDisposable {
  readonly listener: Listener;
  readonly #file: string;

  private constructor(listener: Listener, file: string) {
    this.listener = listener;
    this.#file = file;
  }

  static async open(options: ListenOptions = {}): Promise<AuditedSocket> {
    files += 1;
    const auditFile = path.join(folder, `${files}.jsonl`);
    return new AuditedSocket(await listen(path.join(folder, `${files}.sock`), { auditFile, ...options }), auditFile);
  }

  connect(): Promise<LineClient> {
    return LineClient.open(this.listener.spec);
  }

  /** The file. */
  get text(): string {
    return readFileSync(this.#file, "utf8");
  }

  /** What was done so far, connecting not counted. */
  get records(): readonly AuditRecord[] {
    const records = this.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as AuditRecord);
    return records.filter(({ action }) => action !== "connect" && action !== "disconnect");
  }

  /** The last record once there are so many. */
  async last(count: number): Promise<AuditRecord | undefined> {
    while (this.records.length < count) await new Promise((resolve) => void setTimeout(resolve, 2));
    assert.equal(this.records.length, count, this.text);
    return this.records.at(-1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listener.close();
  }
}

/** A command, how it ended, and what is said of that. */
const COMMANDS: readonly (readonly [source: string, outcome: string, error: RegExp | undefined])[] = [
  ["1 + 1", "ok", undefined],
  ["let a = await 5", "ok", undefined],
  ["nothing.there", "threw", /^Uncaught ReferenceError: nothing is not defined$/u],
  ["let let", "threw", /^Uncaught SyntaxError/u],
  ["for (;;);", "threw", /^Uncaught DeadlineExceeded/u],
];

test("each command is one record: as it was typed, by whom, with how it ended", async () => {
  await using socket = await AuditedSocket.open();
  using client = await socket.connect();
  await client.get("hello", { client: { user: "ada", program: "test", pid: 5 } });
  const { session } = await client.get("repl.open", { session: "typed", interruptible: false });
  for (const [index, [source, outcome, error]] of COMMANDS.entries()) {
    await client.get("repl.evaluate", { session, source, deadlineMs: source.startsWith("for") ? 50 : 60_000 });
    const record = await socket.last(index + 2);
    assert.deepEqual(
      [record?.action, record?.input, record?.outcome, record?.effect, record?.target, record?.protocol],
      ["repl", source, outcome, "repl", "repl", "rpc"],
    );
    assert.deepEqual([record?.claimed?.user, record?.role, record?.socket], ["ada", "admin", socket.listener.spec]);
    if (error === undefined) assert.equal(record?.error, undefined);
    else assert.match(record?.error ?? "", error);
  }
});

test("a command that was interrupted, cancelled or lost its client says so in its record", async () => {
  await using socket = await AuditedSocket.open();
  const client = await socket.connect();
  const { session } = await client.get("repl.open", { session: "ended", interruptible: false });
  const source = "await new Promise(() => {})";
  const first = client.send("repl.evaluate", { session, source });
  await client.get("repl.interrupt", { session });
  await client.take(({ id }) => id === first);
  await socket.last(3);
  const [, interrupt, interrupted] = socket.records;
  assert.deepEqual([interrupt?.action, interrupt?.input], ["repl", "(interrupts session ended)"]);
  assert.match(`${interrupted?.input} ${interrupted?.error}`, /^await .* Uncaught Interrupted/u);

  const id = client.send("repl.evaluate", { session, source });
  await client.get("cancel", { id });
  const cancelled = await socket.last(4);
  assert.deepEqual([cancelled?.input, cancelled?.outcome], [source, "cancelled"]);

  client.send("repl.evaluate", { session, source });
  await client.get("ping");
  client[Symbol.dispose]();
  const lost = await socket.last(5);
  assert.deepEqual([lost?.input, lost?.outcome, lost?.error], [source, "cancelled", "nobody waits for repl any more"]);
});

test("an interrupt over the second socket shows in the record of the loop that it stopped", async () => {
  await using socket = await AuditedSocket.open();
  using client = await socket.connect();
  const { interrupt } = await client.get("repl.open", { session: "looped" });
  const { spec, secret } = interrupt as { spec: string; secret: string };
  // The loop blocks this thread.
  const asking = new Worker(
    `const { connect } = require("node:net");
    const request = ${JSON.stringify(`${JSON.stringify({ id: 1, method: "interrupt", params: { secret } })}\n`)};
    const socket = connect(${JSON.stringify(spec)}, () => socket.write("urgent\\n" + request));
    socket.on("data", (data) => {
      if (String(data).includes("true")) socket.end();
      else if (!socket.writableEnded) socket.write(request);
    });`,
    { eval: true },
  );
  const ended = once(asking, "exit");
  const { cause } = await client.get("repl.evaluate", { session: "looped", source: "for (;;);", deadlineMs: 60_000 });
  await ended;
  assert.equal(cause, "interrupt");
  const record = await socket.last(2);
  assert.match(`${record?.outcome} ${record?.error}`, /^threw Uncaught Interrupted/u);
  assert.ok(!socket.text.includes(secret));
});

test("going into a session is one record, which says whether others are there; leaving it and listing are none", async () => {
  await using socket = await AuditedSocket.open();
  using one = await socket.connect();
  using two = await socket.connect();
  const open = { session: "shared", interruptible: false };
  await one.get("repl.open", open);
  await two.get("repl.open", open);
  await two.get("repl.evaluate", { session: "shared", source: "2" });
  await one.get("repl.evaluate", { session: "shared", source: "1" });
  assert.match(await one.fail("repl.open", open), /is in the session shared already/u);
  await one.get("repl.list");
  await one.get("repl.close", { session: "shared" });
  const [first, second] = [one, two].map(({ hello }) => hello.params?.["session"]);
  assert.deepEqual(
    socket.records.map(({ session, input, outcome }) => [session, input, outcome]),
    [
      [first, "(opens session shared)", "ok"],
      [second, "(goes into session shared, where 1 others are)", "ok"],
      [second, "2", "ok"],
      [first, "1", "ok"],
      [first, "(opens a session)", "threw"],
    ],
  );
});

test("each look is one record, with what was looked at", async () => {
  await using socket = await AuditedSocket.open({ role: "viewer", rights: ["inspect"] });
  using client = await socket.connect();
  for (const expression of ["process.pid", "globalThis.x = 1", "nothing"]) await client.get("inspect", { expression });
  assert.deepEqual(
    socket.records.map(({ action, input, outcome, effect }) => [action, input, outcome, effect]),
    [
      ["inspect", "process.pid", "ok", "inspect"],
      ["inspect", "globalThis.x = 1", "ok", "inspect"],
      ["inspect", "nothing", "ok", "inspect"],
    ],
  );
});

test("completions, members, texts and answers are no records, and no record holds a secret, a value or an answer", async () => {
  await using socket = await AuditedSocket.open();
  using client = await socket.connect();
  const { interrupt } = await client.get("repl.open", { session: "secret" });
  const session = "secret";
  const evaluate = (source: string, params: object = {}): ReturnType<LineClient["get"]> =>
    client.get("repl.evaluate", { session, source, ...params });
  // Made of two parts, so that what was typed does not hold it.
  const { handle } = await evaluate("globalThis.hunter = { pass: 'hunt' + 'er2' }");
  await evaluate("hunter.pass", { format: "json" });
  await evaluate("console.log(hunter.pass); echo(hunter); tap(hunter)");
  const asking = client.send("repl.evaluate", { session, source: "await ask('password?')" });
  await client.take(({ params }) => (params?.["event"] as { kind?: string } | undefined)?.kind === "question");
  await client.get("repl.answer", { session, question: 1, text: "hunter2" });
  await client.take(({ id }) => id === asking);
  await client.get("repl.complete", { session, source: "hunter.pa", cursor: 9 });
  await client.get("repl.members", { session, handle });
  await client.get("repl.text", { session, handle });
  await client.get("repl.follow", { session, streams: ["log"] });
  await client.get("repl.help");
  await client.get("repl.release", { session, handle });
  await evaluate("delete globalThis.hunter");
  await client.get("repl.close", { session });
  assert.deepEqual(
    socket.records.map(({ action }) => action),
    Array.from({ length: 6 }, () => "repl"),
  );
  assert.ok(!socket.text.includes("hunter2"), socket.text);
  const { secret } = interrupt as { secret: string };
  assert.ok(secret.length === 64 && !socket.text.includes(secret));
});

test("a command that had no room is recorded as failed, and what is too long is cut", async () => {
  await using socket = await AuditedSocket.open({ limits: { replQueue: 1 } });
  using client = await socket.connect();
  const { session } = await client.get("repl.open", { session: "full", interruptible: false });
  client.send("repl.evaluate", { session, source: "await new Promise(() => {})" });
  client.send("repl.evaluate", { session, source: "1" });
  assert.match(await client.fail("repl.evaluate", { session, source: `'${"x".repeat(100_000)}'` }), /replQueue/u);
  const record = await socket.last(2);
  assert.match(record?.error ?? "", /1 commands wait in this session already/u);
  assert.ok((record?.input?.length ?? 0) < 2_100);
  await client.get("repl.close", { session });
});

for (const [method, { right, params }] of Object.entries(TAKING_RIGHTS)) {
  test(`a refusal of ${method} is one record, which names the right`, async () => {
    await using socket = await AuditedSocket.open({ role: "admin", rights: [] });
    using client = await socket.connect();
    await client.fail(method, params);
    assert.deepEqual(
      socket.records.map(({ action, effect, outcome, input }) => [action, effect, outcome, input]),
      [["refuse", right, "refused", undefined]],
    );
  });
}
