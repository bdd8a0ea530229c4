import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AttackedDaemon } from "./attacked-daemon.js";

let daemon: AttackedDaemon;
before(async () => {
  daemon = await AttackedDaemon.start();
});
after(() => daemon[Symbol.asyncDispose]());

/** What runs for ever where somebody reads it, shows it, or gives it another form. */
const ENDLESS: readonly (readonly [what: string, source: string, format?: "json"])[] = [
  ["a getter", "({ get a() { for (;;); } })", "json"],
  ["a proxy's traps", "new Proxy({}, { get() { for (;;); }, ownKeys() { for (;;); } })", "json"],
  ["an inspection", "({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;); } })"],
  ["a tag", "({ get [Symbol.toStringTag]() { for (;;); } })"],
  ["a then", "await { get then() { for (;;); } }"],
  ["a stack", "throw Object.defineProperty(new Error(), 'stack', { get() { for (;;); } })"],
  ["a bigint's digits", "2n ** (2n ** 29n)"],
];

for (const [what, source, format] of ENDLESS) {
  test(`${what} without end is stopped by the deadline, and others are served`, async () => {
    using client = await daemon.attack();
    assert.match(await client.evaluate(source, { format, deadlineMs: 100 }), /^Uncaught DeadlineExceeded/u);
    await daemon.assertServing();
    await client.ask("repl.close");
  });
}

/** What is large or odd, and its text. */
const RESULTS: Readonly<Record<string, readonly [source: string, text: RegExp]>> = {
  "a proxy with 200,000 names": [
    "new Proxy({}, { ownKeys: () => Array.from({ length: 2e5 }, (_, i) => `k${i}`) })",
    /^(?:\{\}|Proxy\(\{\}\))$/u,
  ],
  "a proxy that is its own property": [
    "(() => { const p = new Proxy({}, { get: () => p, ownKeys: () => ['a'], getOwnPropertyDescriptor: () => ({ value: p, enumerable: true, configurable: true }) }); return p; })()",
    /^(?:\{\}|Proxy\(\{\}\))$/u,
  ],
  "a proxy that was revoked": [
    "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()",
    /Revoked/u,
  ],
  "an inspection that gives much": [
    "({ [Symbol.for('nodejs.util.inspect.custom')]: () => 'x'.repeat(1e7) })",
    /^x{60000}/u,
  ],
  "50,000 names": ["Object.fromEntries(Array.from({ length: 5e4 }, (_, i) => [`k${i}`, i]))", /49000 more/u],
  "a Map of 50,000": ["new Map(Array.from({ length: 5e4 }, (_, i) => [i, {}]))", /^Map\(50000\)/u],
  "300,000 levels": ["(() => { let o = {}; for (let i = 0; i < 3e5; i++) o = { o }; return o; })()", /^\{\n {2}o: /u],
  "a string of 10 million": ["'x'.repeat(1e7)", /^'x{60000}/u],
  "half a pair of surrogates, 5 million times": ["'\\ud800'.repeat(5e6)", /^'(?:\\ud800)/iu],
  "an array of 100 million holes": ["new Array(1e8)", /100000000 empty/u],
  "100 million bytes": ["new Uint8Array(1e8)", /^Uint8Array\(100000000\)/u],
  "a name of 10 million": ["({ ['x'.repeat(1e7)]: 1 })", /^\{\n {2}x{60000}/u],
  "a class whose name has 10 million": ["new ({ ['x'.repeat(1e7)]: class {} })['x'.repeat(1e7)]()", /^x{60000}/u],
  "a symbol of 10 million": ["Symbol('x'.repeat(1e7))", /^Symbol\(x{60000}/u],
  "an error whose message has 10 million": ["throw new Error('x'.repeat(1e7))", /^Uncaught Error: x{60000}/u],
  "a stack of 2 million lines": ["Object.assign(new Error(), { stack: 'x\\n'.repeat(2e6) })", /^\[x\nx\n/u],
  "10,000 errors within each other": [
    "(() => { let e; for (let i = 0; i < 1e4; i++) e = new Error('b', { cause: e }); throw e; })()",
    /^Uncaught Error: b/u,
  ],
  "a command that is nested too deeply": ["(".repeat(300_000), /^Uncaught SyntaxError/u],
  "templates within each other": ["`${".repeat(1_000), /^Uncaught SyntaxError: The command is nested too deeply/u],
  "branches that go on and on": ["if (0) {} else ".repeat(50_000), /^Uncaught SyntaxError: The command is nested/u],
  "a command of 300,000 operators": [`1${"+1".repeat(300_000)}`, /^Uncaught SyntaxError/u],
  "a template within templates": ["`${".repeat(100_000), /^Uncaught SyntaxError/u],
  "a name of 900,000": ["x".repeat(900_000), /^Uncaught ReferenceError/u],
  "types within types": [`type A = ${"A<".repeat(100_000)}`, /^Uncaught SyntaxError/u],
};

for (const [what, [source, text]] of Object.entries(RESULTS)) {
  test(`${what} is answered with a bounded text, and so are its members, its pieces and its other form`, async () => {
    {
      using client = await daemon.attack();
      const { result } = await client.ask("repl.evaluate", { source, deadlineMs: 60_000 });
      const shown = String(result?.["text"]);
      assert.match(shown, text);
      assert.ok(shown.length < 100_000, `${shown.length} characters`);
      const handle = result?.["handle"];
      for (const [method, params] of [
        ["repl.members", { handle }],
        ["repl.text", { handle }],
        ["repl.evaluate", { source, format: "json", limits: { bytes: 1_000 }, deadlineMs: 60_000 }],
      ] as const) {
        if (handle === undefined && method !== "repl.evaluate") continue;
        const answer = await client.ask(method, params);
        assert.ok(answer.result !== undefined, JSON.stringify(answer));
        assert.ok(JSON.stringify(answer).length < 1_000_000);
      }
      await client.ask("repl.close");
    }
    await daemon.assertServing();
  });
}

test("a value that shows itself once, and then never ends, is stopped when its whole text is wanted", async () => {
  using client = await daemon.attack();
  const source = "({ n: 0, [Symbol.for('nodejs.util.inspect.custom')]() { if (this.n++) for (;;); return 'once'; } })";
  const { result } = await client.ask("repl.evaluate", { source });
  assert.equal(result?.["text"], "once");
  const { error } = await client.ask("repl.text", { handle: result?.["handle"] });
  assert.equal(error?.data.code, "ERR_PDM_DEADLINE");
  await daemon.assertServing();
});

test("after all these results nothing is left of them", () => daemon.assertNothingLeft());

const TYPED: Readonly<Record<string, string>> = {
  "a million characters of a name": "x".repeat(1_000_000),
  "30,000 names of a path": "a.".repeat(30_000),
  "20,000 brackets of a path": `process${"['env']".repeat(9_000)}.`,
  "30,000 calls": `new Map${"()".repeat(30_000)}.`,
  "30,000 parentheses": `${"(".repeat(30_000)}process${")".repeat(30_000)}.`,
  "400,000 brackets that never close": "[{(`${".repeat(100_000),
  "200,000 lines": "a.\n".repeat(200_000),
  comments: `a ${"//".repeat(30_000)}\n`,
  "a comment that never ends": `/*${"/*".repeat(30_000)}`,
  "a string that never ends": `'${"x".repeat(60_000)}`,
  "folders above each other": `import('${"../".repeat(20_000)}`,
  "packages within each other": `import('${"@a/".repeat(20_000)}`,
  "a path with a NUL": "import('./\0/",
  "objects within each other": `pdm.${"test.".repeat(12_000)}`,
  "an object's name that never ends": `'test.sources${"/s0".repeat(20_000)}`,
  "expressions made to try again": `x = /${"(a+)+".repeat(10_000)}$/.`,
  NULs: "\0".repeat(60_000),
  emoji: "\u{1f600}".repeat(30_000),
  "letters of two units": `${"\u{1d4b3}".repeat(30_000)}.`,
  "halves of pairs of surrogates": "\ud800\udc00\ud800".repeat(20_000),
  "combining marks": `a${"\u0301".repeat(60_000)}.`,
  "escaped names": `${"\\u0061".repeat(10_000)}.`,
  "text from right to left": "\u202e\u05d0.".repeat(20_000),
};

for (const [what, source] of Object.entries(TYPED)) {
  test(`what completes ${what} is answered, wherever the cursor is, and others are served`, async () => {
    using client = await daemon.attack();
    for (const cursor of [0, (source.length >> 1) + 1, source.length, 2 ** 52]) {
      const { result, error } = await client.ask("repl.complete", { source, cursor });
      const { from, to, items } = result as { from: number; to: number; items: unknown[] };
      assert.ok(0 <= from && from <= to && to <= source.length && items.length <= 500, JSON.stringify(error));
    }
    await daemon.assertServing();
    await client.ask("repl.close");
  });
}
