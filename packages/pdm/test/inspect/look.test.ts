import assert from "node:assert/strict";
import { AsyncResource } from "node:async_hooks";
import { Session } from "node:inspector";
import path from "node:path";
import { after, before, describe, it, mock } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { lookAt } from "../../src/inspect/look.js";
import type { Look } from "../../src/inspect/look.js";
import { runModule } from "../fixtures/run-module.js";

const LOOK_URL = pathToFileURL(path.join(import.meta.dirname, "../../src/inspect/look.js")).href;

/** What planted code has done. */
let ran: string[] = [];

function noteRun(what: string): undefined {
  ran.push(what);
  return undefined;
}

/** A proxy whose every trap tells. */
function createTrap(target: object): object {
  const handler = new Proxy({}, { get: (_handler, trap) => noteRun(`trap ${String(trap)}`) });
  return new Proxy(target, handler);
}

class Order {
  id = 7;
  items = ["pen", "ink"];
  get total(): number {
    noteRun("total");
    return 5;
  }
}

/** Each has code that runs when somebody is careless with it. */
const PLANTED: Readonly<Record<string, () => unknown>> = {
  then: () => ({ then: () => noteRun("then") }),
  "getter of then": () => Object.defineProperty({}, "then", { get: () => noteRun("get then"), enumerable: true }),
  toJSON: () => ({ toJSON: () => noteRun("toJSON") }),
  toPrimitive: () => ({ [Symbol.toPrimitive]: () => noteRun("toPrimitive"), valueOf: () => noteRun("valueOf") }),
  toString: () => ({ toString: () => noteRun("toString") }),
  "custom inspection": () => ({ [inspect.custom]: () => noteRun("inspect") }),
  toStringTag: () => Object.defineProperty({}, Symbol.toStringTag, { get: () => noteRun("tag") }),
  constructor: () => Object.defineProperty({}, "constructor", { get: () => noteRun("constructor") }),
  iterator: () => ({ [Symbol.iterator]: () => noteRun("iterator") }),
  "a proxy": () => createTrap({ a: 1 }),
  "a proxy of a function": () => createTrap(() => 1),
  "a proxy of an array": () => createTrap([1, 2]),
  "what inherits from a proxy": () => Object.create(createTrap({ a: 1 })) as object,
  "what is like an array": () =>
    Object.defineProperties({}, { length: { get: () => noteRun("length") }, splice: { get: () => noteRun("splice") } }),
  "an error's stack": () => Object.defineProperty(new Error("m"), "stack", { get: () => noteRun("stack") }),
  "an error's message": () => Object.defineProperty(new Error("m"), "message", { get: () => noteRun("message") }),
  "an error's name": () => Object.defineProperty(new Error("m"), "name", { get: () => noteRun("name") }),
  "an error whose stack nobody has read": () => new Error("fresh"),
  "an error's cause": () =>
    new Error("outer", {
      cause: Object.defineProperty(new Error("m"), "stack", { get: () => noteRun("inner stack") }),
    }),
  "a rejected promise": () => {
    const promise = Promise.reject(Object.defineProperty(new Error("m"), "stack", { get: () => noteRun("stack") }));
    promise.catch(() => undefined);
    return promise;
  },
  "a date": () => Object.assign(new Date(0), { toString: () => noteRun("date"), toISOString: () => noteRun("iso") }),
  "a regular expression": () => Object.defineProperty(/a/gu, "flags", { get: () => noteRun("flags") }),
  "a map": () =>
    Object.defineProperties(new Map<unknown, unknown>([[createTrap({}), createTrap({})]]), {
      size: { get: () => noteRun("size") },
      entries: { get: () => noteRun("entries") },
    }),
  "a function": () => Object.defineProperty(() => 1, "name", { get: () => noteRun("function name") }),
  "a function's text": () => Object.assign(() => 1, { toString: () => noteRun("function text") }),
  "a getter": () => new Order(),
};

const globals = globalThis as typeof globalThis & { planted?: Record<string, unknown>; counter?: number };

async function lookAtValue(expression: string): Promise<Extract<Look, { kind: "value" }>> {
  const look = await lookAt(expression);
  assert.equal(look.kind, "value", JSON.stringify(look));
  return look;
}

describe("looking at values", () => {
  const prepare = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  const resetStackTraces = (): void => {
    if (prepare) Object.defineProperty(Error, "prepareStackTrace", prepare);
    else Reflect.deleteProperty(Error, "prepareStackTrace");
  };

  before(() => {
    globals.planted = Object.fromEntries(Object.entries(PLANTED).map(([name, make]) => [name, make()]));
    globals.counter = 1;
  });
  after(() => {
    delete globals.planted;
    delete globals.counter;
  });

  for (const name of Object.keys(PLANTED)) {
    it(`runs no code of a value: ${name}`, async () => {
      const place = `planted[${JSON.stringify(name)}]`;
      ran = [];
      // As any application may that formats its stacks.
      Error.prepareStackTrace = () => noteRun("prepareStackTrace");
      try {
        for (const expression of [place, `{ inside: ${place} }`, `[${place}]`, `new Map([[1, ${place}]])`]) {
          assert.equal((await lookAt(expression)).kind, "value", expression);
        }
        assert.equal((await lookAt(`(() => { throw ${place}; })()`)).kind, "threw");
        assert.equal((await lookAt(`counter = ${place}`)).kind, "refused");
      } finally {
        resetStackTraces();
      }
      assert.deepEqual(ran, []);
    });
  }

  const described: readonly (readonly [expression: string, type: string, text: string])[] = [
    ["1 + 1", "number", "2"],
    ["-0", "number", "-0"],
    ["10n ** 20n", "bigint", "100000000000000000000n"],
    ["10n ** 200n", "bigint", "a large bigint"],
    ["'a\\n\"b'", "string", '"a\\n\\"b"'],
    ["'x'.repeat(20000)", "string", `"${"x".repeat(10_000)}"…`],
    ["undefined", "undefined", "undefined"],
    ["null", "null", "null"],
    ["Symbol.iterator", "symbol", "Symbol(Symbol.iterator)"],
    ["[1, , 'b'] // the rest", "array", 'Array(3) [1, "b"]'],
    ["{ a: 1, 'b c': { d: 2 } }", "object", 'Object {a: 1, ["b c"]: Object}'],
    ["Object.create(null)", "object", "[null prototype]"],
    [
      "planted['a getter']",
      "object",
      "Order {id: 7, items: Array(2), total: (getter)}".replace(", total: (getter)", ""),
    ],
    ["planted['a proxy']", "proxy", "a proxy"],
    ["new Date(0)", "date", "1970-01-01T00:00:00.000Z"],
    ["new Date(NaN)", "date", "an invalid date"],
    ["new Map([['a', 1], [{}, 2]])", "map", 'Map(2) {"a" → 1, Object → 2}'],
    ["new Set([1, 'b'])", "set", 'Set(2) {1, "b"}'],
    ["new Uint8Array([1, 2])", "array", "Uint8Array(2) [1, 2]"],
    ["planted['an error whose stack nobody has read']", "error", "Error: fresh"],
    ["Object('ab')", "object", 'String "ab" {length: 2}'],
    ["class A {}", "class", "class A"],
    ["function f() {}", "function", "function f"],
    ["process.pid", "number", String(process.pid)],
  ];
  for (const [expression, type, text] of described) {
    it(`shows ${expression} as ${text.slice(0, 60)}`, async () => {
      const look = await lookAtValue(expression);
      assert.deepEqual([look.type, look.text], [type, text]);
    });
  }

  it("names the members of a value, and does not ask its accessors", async () => {
    const value = {
      a: [1],
      get b() {
        return noteRun("b");
      },
      set c(_value: unknown) {},
      "d e": null,
      [Symbol.iterator]: 2,
    };
    Object.assign(globals.planted ?? {}, { held: { value } });
    const look = await lookAtValue("planted.held.value");
    assert.deepEqual(look.members, [
      { name: ".a", type: "array", text: "Array(1)" },
      { name: ".b", type: "accessor", text: "(getter)" },
      { name: ".c", type: "accessor", text: "(setter)" },
      { name: '["d e"]', type: "null", text: "null" },
      { name: "[Symbol(Symbol.iterator)]", type: "number", text: "2" },
    ]);
    assert.deepEqual((await lookAtValue("['x']")).members, [{ name: "[0]", type: "string", text: '"x"' }]);
    assert.deepEqual((await lookAtValue("new Map([['k', 1]])")).members, [
      { name: '→ "k"', type: "number", text: "1" },
    ]);
  });

  it("shows the first hundred members, and says how many there are besides", async () => {
    Object.assign(globals.planted ?? {}, { numbers: Array.from({ length: 1000 }, (_, index) => index) });
    const look = await lookAtValue("planted.numbers");
    assert.deepEqual([look.members?.length, look.omitted], [100, 900]);
    assert.match(look.text, /^Array\(1000\) \[0, 1, .*…\]$/u);
  });

  it("shows what a string's object has besides its characters, and does not list those of a long one, which takes V8 long", async () => {
    Object.assign(globals.planted ?? {}, { text: Object.assign(Object("ab"), { c: 1 }) });
    assert.equal((await lookAtValue("planted.text")).text, 'String "ab" {length: 2, c: 1}');
    const look = await lookAtValue("Object('x'.repeat(20000))");
    assert.equal(look.text, `String "${"x".repeat(10_000)}"…`);
    assert.deepEqual([look.members, look.omitted], [undefined, 1]);
  });

  it("stops what takes long to describe, too", async () => {
    // V8 lists the names in one step, which takes more than this time; it is stopped behind that.
    const many = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`name${index}`, index]));
    Object.assign(globals.planted ?? {}, { many });
    const look = await lookAt("planted.many", { timeoutMs: 10 });
    assert.deepEqual(look, { kind: "threw", text: "it took longer than 10 ms, and was stopped" });
    delete globals.planted?.["many"];
  });

  const refused = [
    "counter = 2",
    "counter++",
    "globalThis.fresh = 1",
    "delete globalThis.counter",
    "planted.list = []",
    "Object.assign(planted, { a: 1 })",
    "process.memoryUsage()",
    "setTimeout(() => {}, 0)",
    "console.log(1)",
    "import('node:fs')",
    "planted['a getter'].total",
    "planted['a proxy'].a",
    "`${planted.toPrimitive}`",
    "JSON.stringify(planted.toJSON)",
    "Promise.resolve(planted.then)",
  ];
  for (const expression of refused) {
    it(`refuses ${expression}, says why, and nothing has changed`, async () => {
      ran = [];
      const names = Object.keys(globals.planted ?? {});
      const look = await lookAt(expression);
      assert.equal(look.kind, "refused", JSON.stringify(look));
      assert.match(look.kind === "refused" ? look.reason : "", /would change something/u);
      assert.deepEqual(ran, []);
      assert.equal(globals.counter, 1);
      assert.equal("fresh" in globalThis, false);
      assert.deepEqual(Object.keys(globals.planted ?? {}), names);
    });
  }

  const broken: readonly (readonly [expression: string, text: RegExp])[] = [
    ["1 +", /^SyntaxError: /u],
    ["", /^SyntaxError: /u],
    ["let a = 1", /^SyntaxError: /u],
    ["await 1", /^SyntaxError: .*nothing is awaited/u],
    ["1)]; planted['an error\\'s stack']; [(2", /^SyntaxError: /u],
    ["1)]; } finally { return planted['an error\\'s stack'] } try { [(2", /^SyntaxError: /u],
    ["1); (2", /^SyntaxError: /u],
    ["1), (2", /^SyntaxError: /u],
    ["1]; [2", /^SyntaxError: /u],
    ["1) + (2", /^SyntaxError: /u],
    ["...[1]", /^SyntaxError: /u],
    ["1 /*", /^SyntaxError: /u],
    ["new.target", /^SyntaxError: /u],
    ["return 1", /^SyntaxError: /u],
    [`${"a.".repeat(200_000)}a`, /^RangeError: /u],
    ["unknownName", /^ReferenceError: unknownName is not defined$/u],
    ["null.a", /^TypeError: /u],
    ["(() => { for (;;); })()", /longer than 50 ms/u],
  ];
  for (const [expression, text] of broken) {
    it(`says what is wrong with ${JSON.stringify(expression.slice(0, 60))}`, async () => {
      ran = [];
      Error.prepareStackTrace = () => noteRun("prepareStackTrace");
      const look = await lookAt(expression, { timeoutMs: 50 }).finally(resetStackTraces);
      assert.equal(look.kind, "threw");
      assert.match(look.kind === "threw" ? look.text : "", text);
      assert.deepEqual(ran, []);
    });
  }

  it("takes any expression, whatever its brackets and comments are", async () => {
    for (const expression of ["1, 2 // (", "((2)) /* ] */", "[')', '(2'] && 2", "`${')'}` && 2", "/[)]/u && 2"]) {
      assert.equal((await lookAtValue(expression)).text, "2", expression);
    }
  });

  for (const timeoutMs of [0, -1, Number.NaN, 10_001]) {
    it(`takes no timeout of ${timeoutMs} ms`, async () => {
      await assert.rejects(lookAt("1", { timeoutMs }), { code: "ERR_PDM_INSPECT", message: /timeoutMs must be/u });
    });
  }

  it("leaves no trace in the process", async () => {
    const connects = mock.method(Session.prototype, "connect");
    const disconnects = mock.method(Session.prototype, "disconnect");
    const limit = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit");
    await lookAt("planted");
    await lookAt("counter = 3");
    assert.deepEqual(
      Object.getOwnPropertyNames(globalThis).filter((name) => name.startsWith("pdm")),
      [],
    );
    assert.deepEqual([connects.mock.callCount(), disconnects.mock.callCount()], [2, 2]);
    mock.restoreAll();
    assert.deepEqual(Object.getOwnPropertyDescriptor(Error, "stackTraceLimit"), limit);
  });

  it("goes on after a loop inside of an asynchronous resource, whatever V8 made of it", async () => {
    const resource = new AsyncResource("test");
    Object.assign(globals.planted ?? {}, { enter: (run: () => void) => resource.runInAsyncScope(run) });
    const look = await lookAt("planted.enter(() => { for (;;); })", { timeoutMs: 50 });
    assert.notEqual(look.kind, "value");
    assert.equal((await lookAtValue("counter")).text, "1");
  });

  it("does not disturb an inspector session of the application's own", async () => {
    using session = openSession();
    const contexts: unknown[] = [];
    session.on("Runtime.executionContextCreated", ({ params }) => contexts.push(params.context.id));
    session.on("Runtime.executionContextsCleared", () => contexts.push("cleared"));
    session.post("Runtime.enable");
    const seen = [...contexts];
    let id: string | undefined;
    session.post("Runtime.evaluate", { expression: "({ mine: 1 })" }, (_error, { result }) => {
      id = result.objectId;
    });
    await lookAt("planted");
    assert.deepEqual(contexts, seen);
    let mine: unknown;
    session.post("Runtime.getProperties", { objectId: id ?? "", ownProperties: true }, (_error, { result }) => {
      mine = result.map(({ name }) => name);
    });
    assert.deepEqual(mine, ["mine"]);
  });
});

function openSession(): Session & Disposable {
  const session = new Session();
  session.connect();
  return Object.assign(session, { [Symbol.dispose]: () => session.disconnect() });
}

describe("looking, in a process", () => {
  it("does not keep it from ending, or have it wait for a debugger", async () => {
    const { status, stdout, stderr } = await runModule(`
      const { lookAt } = await import(${JSON.stringify(LOOK_URL)});
      globalThis.answer = 42;
      console.log((await lookAt("answer")).text);
    `);
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "42\n", stderr: "" });
  });

  it("says so where there is no inspector", async () => {
    const { stdout } = await runModule(`
      const { lookAt } = await import(${JSON.stringify(LOOK_URL)});
      const original = process.getBuiltinModule;
      process.getBuiltinModule = (name) => {
        if (name === "node:inspector") throw Object.assign(new Error("Inspector is not available"), { code: "ERR_INSPECTOR_NOT_AVAILABLE" });
        return original(name);
      };
      console.log(await lookAt("1").catch((error) => error.code + " " + error.message));
    `);
    assert.match(
      stdout,
      /^ERR_PDM_INSPECT this process cannot be looked into .* no inspector: Inspector is not available/u,
    );
  });
});
