import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { after, before, test } from "node:test";
import { expose, StaticDirectory, ValueAttribute } from "../../src/index.js";
import type { CallContext, Exposure, ObjectDescription } from "../../src/index.js";
import {
  describeObject,
  invokeMethod,
  listEntries,
  readAttribute,
  readCost,
  resolveName,
  subscribeObject,
  unsubscribeObject,
  writeAttribute,
} from "../../src/session/access.js";
import type { ObjectReference, Outcome, Settle, WriteOptions } from "../../src/session/access.js";
import type { Session } from "../../src/session/session.js";
import { newSession } from "./new-session.js";

const leaf = new ValueAttribute(1);
let exposure: Exposure;
// The gate's own timers do not keep the process alive, and nothing else here does.
const alive = setInterval(() => undefined, 1_000);
before(() => {
  const entries = { leaf, inner: new StaticDirectory({ leaf, "a/b": leaf }), "pub.x": leaf };
  exposure = expose("tree", { root: new StaticDirectory(entries), other: leaf });
});
after(() => {
  clearInterval(alive);
  exposure.withdraw();
});

/** What `begin` settles with: the value, or the code of the error. */
function settled<T>(begin: (settle: Settle<T>) => unknown): Promise<unknown> {
  return new Promise((resolve) => {
    begin((outcome) => resolve(outcome.threw ? (outcome.error as { code?: string }).code : outcome.value));
  });
}

function resolve(session: Session, name: string): Promise<unknown> {
  return settled<ObjectReference>((settle) => resolveName(session, name, {}, settle)).then((found) =>
    typeof found === "object" ? (found as ObjectReference).name : found,
  );
}

function write(session: Session, object: object, value: unknown, options: WriteOptions = {}): Promise<unknown> {
  return settled((settle) => writeAttribute(session, { name: "test.object", object }, value, options, settle));
}

/** An attribute that takes its time, and says in which order what happened. */
function createSlow(): { value: number; log: string[]; read(): Promise<number>; write(value: number): Promise<void> } {
  return {
    value: 0,
    log: [],
    async read() {
      this.log.push("read");
      await nextTurn();
      return this.value;
    },
    async write(value) {
      await nextTurn();
      this.log.push(`write ${value}`);
      this.value = value;
    },
  };
}

test("a name leads to its object, and one that leads nowhere says so", async () => {
  const session = newSession();
  for (const name of ["tree.root", "tree.root/leaf", "tree.root/inner/leaf", "tree.root/pub.x"]) {
    assert.equal(await resolve(session, name), name);
  }
  for (const name of [
    "",
    "tree",
    "tree.",
    ".root",
    "tree.root/",
    "tree.root/none",
    "none.root",
    "tree.root/none/leaf",
    `tree.root${"/a".repeat(200)}`,
  ]) {
    assert.equal(await resolve(session, name), "ERR_PDM_NO_SUCH_NAME", name);
  }
  assert.equal(await resolve(session, "tree.other/leaf"), "ERR_PDM_NO_SUCH_INTERFACE");
});

test("every directory on the way must be visible, also one that a name with a slash only pretends to go through", async () => {
  const hidden = newSession({ policy: { admin: [{ names: ["tree.root/inner", "tree.other"], allow: [] }] } });
  assert.equal(await resolve(hidden, "tree.root/inner/leaf"), "ERR_PDM_NO_SUCH_NAME");
  assert.equal(await resolve(hidden, "tree.other"), "ERR_PDM_NO_SUCH_NAME");
  const root = { name: "tree.root", object: new StaticDirectory({ "inner/leaf": leaf, leaf, inner: leaf }) };
  assert.deepEqual(await settled<string[]>((settle) => listEntries(hidden, root, {}, settle)), ["leaf"]);
});

test("a module of which nothing may be seen is no module", async () => {
  const session = newSession({ policy: { admin: [{ names: "tree.**", allow: [] }] } });
  const outcome = await new Promise<Outcome>((done) => {
    resolveName(session, "tree.root", {}, done);
  });
  assert.match(String(outcome.threw && outcome.error), /no module named tree/u);
});

test("a directory's lookups share one deadline", async () => {
  const slow = { list: () => [], lookup: () => new Promise(() => undefined) };
  using exposed = expose("slow", { root: { list: () => [], lookup: async () => slow } });
  const session = newSession();
  const outcome = await settled((settle) => resolveName(session, "slow.root/a/b", { timeoutMs: 20 }, settle));
  assert.equal(outcome, "ERR_PDM_DEADLINE");
  assert.ok(exposed);
});

test("simultaneous reads share one evaluation, and each has its own deadline; the next read begins anew", async () => {
  const session = newSession();
  let evaluations = 0;
  let finish: (value: string) => void = () => undefined;
  const slow = {
    read: () => {
      evaluations += 1;
      return new Promise((done) => {
        finish = done;
      });
    },
  };
  const reference = { name: "test.slow", object: slow };
  const impatient = settled((settle) => readAttribute(session, reference, { timeoutMs: 1 }, settle));
  const patient = [1, 2, 3].map(() => settled((settle) => readAttribute(session, reference, {}, settle)));
  assert.equal(await impatient, "ERR_PDM_DEADLINE");
  finish("done");
  assert.deepEqual(await Promise.all(patient), ["done", "done", "done"]);
  assert.equal(evaluations, 1);
  await nextTurn();
  assert.equal(readCost(slow)?.reads, 1);
  assert.ok((readCost(slow)?.lastMs ?? 0) > 0);
  const again = settled((settle) => readAttribute(session, reference, {}, settle));
  finish("again");
  assert.deepEqual([await again, evaluations], ["again", 2]);
});

test("an evaluation that is older than requestTimeoutMs is shared no more", async () => {
  const session = newSession({}, { requestTimeoutMs: 1 });
  let evaluations = 0;
  const never = {
    read: () => {
      evaluations += 1;
      return new Promise(() => undefined);
    },
  };
  for (let reads = 0; reads < 2; reads++) {
    const reference = { name: "test.never", object: never };
    assert.equal(await settled((settle) => readAttribute(session, reference, {}, settle)), "ERR_PDM_DEADLINE");
    await new Promise((done) => {
      setTimeout(done, 5);
    });
  }
  assert.equal(evaluations, 2);
});

test("the cost of reading is known of what was read, failures too", () => {
  const session = newSession();
  const broken = {
    read: () => {
      throw new Error("no");
    },
  };
  assert.equal(readCost(broken), undefined);
  for (let reads = 0; reads < 3; reads++)
    readAttribute(session, { name: "test.broken", object: broken }, {}, () => undefined);
  assert.equal(readCost(broken)?.reads, 3);
});

test("a write gives the value before, synchronously where the object does", () => {
  const attribute = {
    value: 1,
    read: () => attribute.value,
    write(value: number) {
      attribute.value = value;
    },
  };
  const outcomes: unknown[] = [];
  const collect = (outcome: unknown): unknown => outcomes.push(outcome);
  writeAttribute(newSession(), { name: "test.value", object: attribute }, 2, {}, collect);
  assert.deepEqual([outcomes, attribute.value], [[{ threw: false, value: { before: 1 } }], 2]);
});

test("a write is refused where the value is another than expected, where it cannot be written, and where it cannot be read first", async () => {
  const session = newSession();
  const slow = createSlow();
  assert.equal(await write(session, slow, 1, { expected: (before) => before === 5 }), "ERR_PDM_CONFLICT");
  assert.deepEqual(await write(session, slow, 1, { expected: (before) => before === 0 }), { before: 0 });
  assert.equal(await write(session, new ValueAttribute(1), 2), "ERR_PDM_READ_ONLY");
  assert.equal(await write(session, { invoke: () => 1 }, 2), "ERR_PDM_NO_SUCH_INTERFACE");
  const unreadable = {
    read: () => Promise.reject(Object.assign(new Error("no"), { code: "E_NO" })),
    write: () => assert.fail("written"),
  };
  assert.equal(await write(session, unreadable, 2), "E_NO");
  assert.deepEqual(await write(session, { write: () => 1 }, 2), {});
});

test("writes to one object that take their time come one after the other", async () => {
  const session = newSession();
  const slow = createSlow();
  const increment = async (): Promise<unknown> => {
    for (let before = 0; ; before++) {
      const outcome = await write(session, slow, before + 1, { expected: (value) => value === before });
      if (outcome !== "ERR_PDM_CONFLICT") return outcome;
    }
  };
  await Promise.all([increment(), increment(), increment()]);
  assert.equal(slow.value, 3);
  assert.deepEqual(
    slow.log.filter((line) => line.startsWith("write")),
    ["write 1", "write 2", "write 3"],
  );
});

test("a write that waits when its deadline comes, or when it is let go, is not carried out", async () => {
  const session = newSession();
  const slow = createSlow();
  let finish: () => void = () => undefined;
  const stuck = {
    read: () => 0,
    write: (value: number) => {
      slow.log.push(`write ${value}`);
      return new Promise<void>((done) => {
        finish = done;
      });
    },
  };
  const first = write(session, stuck, 1);
  const late = write(session, stuck, 2, { timeoutMs: 1 });
  const letGo = writeAttribute(session, { name: "test.object", object: stuck }, 3, {}, () => assert.fail("settled"));
  letGo?.();
  assert.equal(await late, "ERR_PDM_DEADLINE");
  finish();
  assert.deepEqual(await first, { before: 0 });
  await nextTurn();
  assert.deepEqual(slow.log, ["write 1"]);
});

test("a write that never ends keeps others waiting no longer than requestTimeoutMs, however many come", async () => {
  const session = newSession({}, { requestTimeoutMs: 20 });
  let writes = 0;
  const stuck = {
    read: () => 0,
    write: () => {
      writes += 1;
      return new Promise(() => undefined);
    },
  };
  // Each comes while the one before still waits.
  while (writes < 2) {
    void write(session, stuck, 1, { timeoutMs: 10 });
    await new Promise((done) => {
      setTimeout(done, 1);
    });
  }
});

test("who may write but not read is told nothing of the value, and cannot guess it", async () => {
  const operator = newSession({ role: "operator" });
  let value = "hunter2";
  const secret = {
    describe: (): ObjectDescription => ({ attribute: { secret: true } }),
    read: () => assert.fail("read"),
    write: (next: string) => {
      value = next;
    },
  };
  assert.equal(await write(operator, secret, "x", { expected: () => true }), "ERR_PDM_REFUSED");
  assert.equal(value, "hunter2");
  assert.deepEqual(await write(operator, secret, "new"), {});
  assert.equal(value, "new");
  assert.equal(await write(newSession({ role: "viewer" }), secret, "x"), "ERR_PDM_REFUSED");
});

test("a call's signal aborts at the deadline and when it is let go, and not when it is done", async () => {
  const session = newSession();
  const contexts: CallContext[] = [];
  const object = {
    invoke: (method: string, _args: unknown, _kwargs: unknown, context: CallContext) => {
      contexts.push(context);
      assert.equal(context.signal.aborted, false);
      return method === "never" ? new Promise(() => undefined) : Promise.resolve(1);
    },
  };
  const invoke = (method: string, timeoutMs: number | undefined, settle: Settle<unknown>): unknown =>
    invokeMethod(session, { name: "test.object", object }, method, [], {}, { timeoutMs, argumentBytes: 0 }, settle);
  assert.equal(await settled((settle) => invoke("never", 1, settle)), "ERR_PDM_DEADLINE");
  const letGo = invoke("never", undefined, () => assert.fail("settled")) as () => void;
  letGo();
  assert.equal(await settled((settle) => invoke("soon", 1_000, settle)), 1);
  letGo();
  assert.deepEqual(
    contexts.map(({ signal }) => signal.aborted),
    [true, true, false],
  );
  assert.deepEqual(contexts[0]?.caller, { session: session.id, role: "admin" });
});

test("a client's deadline has bounds", async () => {
  const session = newSession({}, { maxRequestTimeoutMs: 10 });
  const never = { name: "test.never", object: { read: () => new Promise(() => undefined) } };
  for (const timeoutMs of [1e12, Infinity, 0, -5]) {
    const outcome = await settled((settle) => readAttribute(session, never, { timeoutMs }, settle));
    assert.equal(outcome, "ERR_PDM_DEADLINE");
  }
});

test("a subscription that nobody wants any more does not stand, whenever the object is done with it", async () => {
  const session = newSession();
  const listeners = new Set<unknown>();
  const late = {
    subscribe: async (listener: unknown) => {
      await nextTurn();
      listeners.add(listener);
    },
    unsubscribe: (listener: unknown) => listeners.delete(listener),
  };
  const reference = { name: "test.late", object: late };
  const listener = (): void => undefined;
  const done = settled((settle) => subscribeObject(session, reference, listener, {}, settle));
  unsubscribeObject(session, reference, listener);
  await done;
  assert.equal(listeners.size, 0);
});

test("what is described leaves out the operations that may not be seen", async () => {
  const description: ObjectDescription = { operations: { look: { effect: "read" }, drop: { effect: "destroy" } } };
  const reference = { name: "test.object", object: { invoke: () => 1, describe: () => description } };
  const describe = (session: Session): Promise<unknown> =>
    settled((settle) => describeObject(session, reference, {}, settle));
  assert.equal(await describe(newSession()), description);
  const session = newSession({ policy: { admin: [{ names: "*/drop", allow: [] }] } });
  assert.deepEqual(await describe(session), { operations: { look: { effect: "read" } } });
});

test("an object that breaks its promises is told from one that is not there", async () => {
  const session = newSession();
  const list = (names: unknown): Promise<unknown> =>
    settled((settle) =>
      listEntries(session, { name: "x.y", object: { list: () => names, lookup: () => 5 } }, {}, settle),
    );
  assert.equal(await list([1]), "ERR_PDM_BROKEN_OBJECT");
  function* endless(): Generator<string> {
    for (;;) yield "x".repeat(1_000);
  }
  assert.equal(await list(endless()), "ERR_PDM_LIMIT");
});
