import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { connect } from "../../src/client.js";
import type { Client, ReplEvent, ReplSession } from "../../src/client.js";
import { listen } from "../../src/index.js";
import type { Listener } from "../../src/index.js";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-rpc-repl-"));
let listener: Listener;
before(async () => {
  listener = await listen(path.join(folder, "repl.sock"), {
    limits: { requestTimeoutMs: 2_000, replHandles: 4, replQueue: 2, replSessions: 3, replIdleMs: 60_000 },
  });
});
after(async () => {
  await listener.close();
  rmSync(folder, { recursive: true });
});

/** A client in a session, and what happened there. */
class Play implements AsyncDisposable {
  readonly client: Client;
  readonly session: ReplSession;
  readonly events: ReplEvent[];
  readonly #wakes: (() => void)[];

  private constructor(client: Client, session: ReplSession, events: ReplEvent[], wakes: (() => void)[]) {
    this.client = client;
    this.session = session;
    this.events = events;
    this.#wakes = wakes;
  }

  static async open(name?: string): Promise<Play> {
    const client = await connect(listener.spec, { claim: false });
    const events: ReplEvent[] = [];
    const wakes: (() => void)[] = [];
    const session = await client.openRepl({
      session: name,
      onEvent: (event) => {
        events.push(event);
        for (const wake of wakes.splice(0)) wake();
      },
    });
    return new Play(client, session, events, wakes);
  }

  /** The next event of that kind, taken from those that came. */
  async next(kind: ReplEvent["kind"]): Promise<ReplEvent> {
    for (;;) {
      const index = this.events.findIndex((event) => event.kind === kind);
      if (index !== -1) return this.events.splice(index, 1)[0] as ReplEvent;
      await new Promise<void>((resolve) => this.#wakes.push(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.close().catch(() => undefined);
    await this.client[Symbol.asyncDispose]();
  }
}

test("what is typed runs in the service, and its variables stay", async () => {
  await using play = await Play.open();
  const { session } = play;
  assert.equal(session.isNew, true);
  assert.equal(session.others, 0);
  assert.deepEqual(await session.evaluate("1 + 1"), { kind: "value", text: "2" });
  assert.deepEqual(await session.evaluate("let x = 40"), { kind: "done", text: "" });
  assert.deepEqual(await session.evaluate("x + 2"), { kind: "value", text: "42" });
  assert.equal((await session.evaluate("process.pid")).text, String(process.pid));
  const failed = await session.evaluate("x.y.z");
  assert.equal(failed.kind, "threw");
  assert.match(failed.text, /^Uncaught TypeError/u);
});

test("a command may wait for longer than a request does", async () => {
  await using play = await Play.open();
  const outcome = await play.session.evaluate("await new Promise((r) => setTimeout(r, 2_200, 'late'))");
  assert.equal(outcome.text, "'late'");
});

test("the value itself comes along where it is wished", async () => {
  await using play = await Play.open();
  const { value } = await play.session.evaluate("new Map([[1n, [NaN]]])", { format: "json" });
  assert.deepEqual(value, new Map([[1n, [NaN]]]));
});

test("a value can be looked into, step by step, and let go of", async () => {
  await using play = await Play.open();
  const { session } = play;
  const { handle } = await session.evaluate("({ inner: { deep: 1 } })");
  assert.ok(handle !== undefined);
  const outer = await session.members(handle);
  const inner = outer.members.find(({ name }) => name === ".inner");
  assert.ok(inner?.handle !== undefined);
  assert.equal((await session.members(inner.handle)).members.find(({ name }) => name === ".deep")?.text, "1");
  session.release(handle);
  await assert.rejects(session.members(handle), { code: "ERR_PDM_NO_SUCH_HANDLE" });
});

test("of the values that a session holds, the ones used longest ago go first", async () => {
  await using play = await Play.open();
  const { session } = play;
  const handles: number[] = [];
  for (let count = 0; count < 5; count += 1) handles.push((await session.evaluate(`({ n: ${count} })`)).handle ?? 0);
  await assert.rejects(session.text(handles[0] ?? 0), { code: "ERR_PDM_NO_SUCH_HANDLE" });
  assert.equal((await session.text(handles[4] ?? 0)).text, "{ n: 4 }");
});

test("a value can be looked into however many members it has, and each handle on the page leads further", async () => {
  await using play = await Play.open();
  const { session } = play;
  const { handle = 0 } = await session.evaluate("Array.from({ length: 10 }, (_, n) => ({ n }))");
  for (const from of [0, 5]) {
    const { members } = await session.members(handle, { from, limit: 5 });
    const leading = members.flatMap(({ handle: inner, text }) => (inner === undefined ? [] : [{ inner, text }]));
    assert.equal(leading.length, 2);
    for (const { inner, text } of leading) assert.equal((await session.text(inner)).text, text);
  }
});

test("a page of many values leaves those alive that were held before", async () => {
  await using play = await Play.open();
  const { session } = play;
  const { handle: first = 0 } = await session.evaluate("({ n: 0 })");
  const { handle: second = 0 } = await session.evaluate("Array.from({ length: 10 }, (_, n) => ({ n }))");
  await session.members(second);
  assert.equal((await session.text(first)).text, "{ n: 0 }");
});

test("a long text comes in pieces that make the whole", async () => {
  await using play = await Play.open();
  const { session } = play;
  const { handle = 0 } = await session.evaluate("({ long: 'x'.repeat(200_000) })");
  const { members } = await session.members(handle);
  assert.equal(members[0]?.kind, "property");
  const { handle: text = 0 } = await session.evaluate("[Array.from({ length: 100 }, () => 'y'.repeat(1_000))]");
  let whole = "";
  for (let from: number | undefined = 0; from !== undefined;) {
    const piece = await session.text(text, from);
    whole += piece.text;
    from = piece.next;
  }
  assert.ok(whole.length > 65_536);
  assert.match(whole, /y'.*\]\s*\]$/su);
});

test("the whole text of a value has the elements that its result left out", async () => {
  await using play = await Play.open();
  const { session } = play;
  const { text, handle = 0, isCut } = await session.evaluate("Array.from({ length: 3_000 }, (_, index) => index)");
  assert.equal(isCut, true);
  assert.match(text, / 99,\n {2}\.\.\. 2900 more items\n\]$/);
  assert.match((await session.text(handle)).text, / 2998, +2999\n\]$/);
});

test("what a command prints comes whole before its result, also more lines than a client may have events waiting", async () => {
  await using play = await Play.open();
  await play.session.evaluate("for (let i = 0; i < 20_000; i += 1) console.log(`line ${i}`); 'done'");
  await new Promise((resolve) => process.nextTick(resolve));
  const printed = play.events.flatMap((event) => (event.kind === "output" ? [event.text] : [])).join("");
  assert.equal(printed, Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join(""));
});

test("two clients share a session: each sees what the other types, prints and gets", async () => {
  await using one = await Play.open("shared");
  await using two = await Play.open("shared");
  assert.deepEqual([one.session.isNew, two.session.isNew, two.session.others], [true, false, 1]);
  const joined = await one.next("joined");
  assert.equal(joined.kind === "joined" && joined.others, 1);
  await one.session.evaluate("let secret = { a: 7 }; console.log('hello')");
  assert.equal((await two.session.evaluate("secret.a")).text, "7");
  const input = await two.next("input");
  assert.equal(input.kind === "input" && input.source, "let secret = { a: 7 }; console.log('hello')");
  const output = await two.next("output");
  assert.equal(output.kind === "output" && output.text, "hello\n");
  const result = await two.next("result");
  assert.equal(result.kind === "result" && result.outcome.kind, "done");
  const answer = await one.next("result");
  assert.equal(answer.kind === "result" && answer.outcome.text, "7");
});

test("a session is kept when its client is lost, and taken up again by its name", async () => {
  const name = "kept";
  const lost = await Play.open(name);
  await lost.session.evaluate("let kept = 'still here'");
  void lost.session
    .evaluate("await new Promise((r) => (globalThis.finishKept = r)), 'finished'")
    .catch(() => undefined);
  await lost.client.ping();
  await lost.client[Symbol.asyncDispose]();
  await using other = await Play.open();
  for (;;) {
    const listed = (await other.client.listReplSessions()).find((session) => session.name === name);
    if (listed?.clients.length === 0) {
      assert.ok((listed.endsInMs ?? 0) > 0);
      assert.equal(listed.isBusy, true);
      break;
    }
  }
  await using again = await Play.open(name);
  assert.equal(again.session.isNew, false);
  (globalThis as { finishKept?: () => void }).finishKept?.();
  // What it had begun goes on, and its result comes to who is there.
  const result = await again.next("result");
  assert.equal(result.kind === "result" && result.outcome.text, "'finished'");
  assert.equal((await again.session.evaluate("kept")).text, "'still here'");
});

test("a session ends when its last client closes it, and is kept where the client leaves it", async () => {
  const left = await Play.open("left");
  await left.session.leave();
  assert.equal(await left.session.closed, undefined);
  await using again = await Play.open("left");
  assert.equal(again.session.isNew, false);
  await again.session.close();
  await assert.rejects(again.session.evaluate("1"), { code: "ERR_PDM_NO_SUCH_HANDLE" });
  await using anew = await Play.open("left");
  assert.equal(anew.session.isNew, true);
  left.client.close();
});

test("code that asks gets an answer from whoever gives it first", async () => {
  await using one = await Play.open("asking");
  await using two = await Play.open("asking");
  const answer = one.session.evaluate("await ask('your name?')");
  const question = await two.next("question");
  assert.equal(question.kind === "question" && question.text, "your name?");
  const number = question.kind === "question" ? question.question : 0;
  assert.equal(await two.session.answer(number, "ann"), true);
  assert.equal(await one.session.answer(number, "bob"), false);
  assert.equal((await answer).text, "'ann'");
  await one.next("answered");
});

test("a question that was open is asked of a client that comes later", async () => {
  await using one = await Play.open("late");
  const answer = one.session.evaluate("await ask('who?')");
  await one.next("question");
  await using two = await Play.open("late");
  const question = await two.next("question");
  await two.session.answer(question.kind === "question" ? question.question : 0, "me");
  assert.equal((await answer).text, "'me'");
});

const QUESTIONS_OF_OTHERS = [
  ["a timer's callback", "void setTimeout(async () => { await ask('go on?') }, 1)"],
  ["a function that the command awaits", "await new Promise(async (done) => { done(await ask('go on?')) })"],
] as const;
for (const [who, source] of QUESTIONS_OF_OTHERS) {
  test(`a question of ${who} that nobody answers any more throws nothing in the service`, async (t) => {
    const unhandled = t.mock.fn();
    process.on("unhandledRejection", unhandled);
    t.after(() => process.off("unhandledRejection", unhandled));
    await using play = await Play.open();
    const command = play.session.evaluate(source);
    await play.next("question");
    await play.session.interrupt();
    await command;
    await play.session.close();
    await new Promise(setImmediate);
    assert.equal(unhandled.mock.callCount(), 0);
  });
}

test("a pending await is interrupted, by its own client and by another", async () => {
  await using one = await Play.open("interrupted");
  await using two = await Play.open("interrupted");
  for (const by of [one, two]) {
    const pending = one.session.evaluate("await new Promise(() => {})");
    await two.next("input");
    assert.equal(await by.session.interrupt(), true);
    const outcome = await pending;
    assert.deepEqual([outcome.kind, outcome.cause], ["threw", "interrupt"]);
  }
  assert.equal(await one.session.interrupt(), false);
  assert.equal((await one.session.evaluate("1 + 1")).text, "2");
});

test("an evaluation whose signal aborts is interrupted", async () => {
  await using play = await Play.open();
  const controller = new AbortController();
  const pending = play.session.evaluate("await new Promise(() => {})", { signal: controller.signal });
  await play.client.ping();
  controller.abort(new Error("enough"));
  await assert.rejects(pending, { message: "enough" });
  assert.equal((await play.session.evaluate("2 + 2")).text, "4");
});

test("commands of all clients run one after the other, and no more than a few wait", async () => {
  await using one = await Play.open("queue");
  await using two = await Play.open("queue");
  const first = one.session.evaluate(
    "await new Promise((r) => (globalThis.goOnQueue = r)); globalThis.order = ['first']",
  );
  await one.client.ping();
  const second = two.session.evaluate("order.push('second'), order.length");
  await two.client.ping();
  const third = one.session.evaluate("order.push('third'), order.join()");
  await one.client.ping();
  await assert.rejects(one.session.evaluate("order.push('fourth')"), { code: "ERR_PDM_LIMIT" });
  (globalThis as { goOnQueue?: () => void }).goOnQueue?.();
  await first;
  assert.equal((await second).text, "2");
  assert.equal((await third).text, "'first,second,third'");
});

test("a command that waits for its turn is stopped before it runs", async () => {
  await using one = await Play.open("waiting");
  await using two = await Play.open("waiting");
  const first = one.session.evaluate("await new Promise((r) => (globalThis.goOnWaiting = r))");
  await two.next("input");
  const second = two.session.evaluate("globalThis.hasRun = true");
  assert.equal(await two.session.interrupt(), true);
  assert.equal((await second).cause, "interrupt");
  (globalThis as { goOnWaiting?: () => void }).goOnWaiting?.();
  assert.equal((await first).kind, "value");
  assert.equal("hasRun" in globalThis, false);
});

test("over the limit of sessions the one that nobody is in goes first, then no more are opened", async () => {
  const idle = await Play.open("idle");
  await idle.session.leave();
  await using one = await Play.open("one");
  await using two = await Play.open("two");
  await using three = await Play.open("three");
  const names = (await one.client.listReplSessions()).map(({ name }) => name);
  assert.deepEqual(names, ["one", "two", "three"]);
  await assert.rejects(idle.client.openRepl({ session: "four" }), { code: "ERR_PDM_LIMIT" });
  idle.client.close();
  assert.equal(three.session.others + two.session.others, 0);
});

for (const name of ["", "a b", "ä", "x".repeat(65), "../x"]) {
  test(`a session cannot be called ${JSON.stringify(name.slice(0, 5))}`, async () => {
    await using client = await connect(listener.spec);
    await assert.rejects(client.openRepl({ session: name }), { code: "ERR_PDM_INVALID_ARGUMENT" });
  });
}

test("what a client may use is told, and the session says why a loop cannot be interrupted where it cannot", async () => {
  await using play = await Play.open();
  const tools = await play.session.help();
  assert.ok(tools.some(({ name }) => name === "echo"));
  const { interruptReason } = await play.client.openRepl({ interruptible: false });
  assert.match(interruptReason ?? "", /did not ask/u);
});
