import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { runInThisContext } from "node:vm";
import { after, before, describe, it } from "node:test";
import { defineBuiltinModules } from "../../src/engine/builtin-names.js";
import { Variables } from "../../src/engine/variables.js";
import { attribute, directory, event, expose, operation } from "../../src/index.js";
import { complete } from "../../src/workspace/completion.js";
import type { Completion, CompletionItem } from "../../src/workspace/completion.js";

/** Completes at the `|` in a text. */
function at(text: string, values: Readonly<Record<string, unknown>> = {}, folder?: string): Completion {
  const variables = new Variables();
  defineBuiltinModules(variables);
  for (const [name, value] of Object.entries(values)) variables.define(name, value);
  // Slow machines are not what is tested here.
  return complete(variables, text.replace("|", ""), text.indexOf("|"), { folder, maxMs: 60_000 });
}

function texts(text: string, values?: Readonly<Record<string, unknown>>, folder?: string): string[] {
  return at(text, values, folder).items.map((item) => item.text);
}

function item(text: string, name: string, values?: Readonly<Record<string, unknown>>): CompletionItem | undefined {
  return at(text, values).items.find((one) => one.text === name);
}

class Order {
  static all: readonly Order[] = [];
  amount = 1;

  constructor(
    customer: string,
    options: { readonly urgent?: boolean } = {}, // a comment
  ) {
    void [customer, options];
  }

  cancel(reason: string, ...others: readonly string[]): void {
    void [reason, others];
  }

  get total(): number {
    return this.amount;
  }
}

describe("the completion of a name", () => {
  it("has the variables in scope, with what they are", () => {
    const values = {
      orderCount: 1,
      orderNames: ["a"],
      orderClass: Order,
      orderFind: (id: number, limit = 10) => [id, limit],
    };
    assert.deepEqual(at("1 + order|s", values), {
      from: 4,
      to: 10,
      isCut: false,
      items: [
        { text: "orderClass", kind: "class", detail: "(customer, options = {})" },
        { text: "orderCount", kind: "variable", detail: "number" },
        { text: "orderFind", kind: "function", detail: "(id, limit = 10)" },
        { text: "orderNames", kind: "variable", detail: "Array(1)" },
      ],
    });
  });

  it("has globals, keywords, Node's modules, and what the text itself declares", () => {
    assert.deepEqual(item("proc|", "process"), { text: "process", kind: "global", detail: "process" });
    assert.deepEqual(item("setTim|", "setTimeout")?.kind, "function");
    assert.deepEqual(item("awa|", "await"), { text: "await", kind: "keyword" });
    assert.deepEqual(item("child_|", "child_process"), { text: "child_process", kind: "module" });
    assert.deepEqual(item("let received = 1; rec|", "received"), { text: "received", kind: "variable" });
    assert.equal(item("toStr|", "toString")?.kind, "function");
  });

  it("has no keywords at an empty place, where everything fits", () => {
    const names = texts("|", { own: 1 });
    assert.ok(names.includes("own") && names.includes("process") && names.includes("fs"));
    assert.ok(!names.includes("while"));
  });

  it("has nothing where a name is given, or no name can stand", () => {
    for (const text of ["const p|", "// p|", "1|", "'zz|", "f().p|", "unknown.p|", "null.p|"])
      assert.deepEqual(texts(text), []);
  });
});

describe("the completion of a property", () => {
  it("has the value's own and those of its prototypes, with kind, parameters, and where they come from", () => {
    const order = Object.assign(new Order("x"), { notes: new Map([[1, 2]]), retry: async (times: number) => times });
    const { items, from, to } = at("order.|", { order });
    assert.deepEqual([from, to], [6, 6]);
    assert.deepEqual(items.slice(0, 6), [
      { text: "amount", kind: "property", detail: "number" },
      { text: "notes", kind: "property", detail: "Map(1)" },
      { text: "retry", kind: "method", detail: "(times)" },
      { text: "constructor", kind: "class", detail: "(customer, options = {})", from: "Order.prototype" },
      { text: "cancel", kind: "method", detail: "(reason, ...others)", from: "Order.prototype" },
      { text: "total", kind: "getter", from: "Order.prototype" },
    ]);
    assert.deepEqual(
      items.find(({ text }) => text === "hasOwnProperty"),
      {
        text: "hasOwnProperty",
        kind: "method",
        from: "Object.prototype",
      },
    );
  });

  it("follows a chain of properties, elements and prototypes", () => {
    const shop = { orders: [new Order("x")], "a b": { inner: 1 } };
    assert.deepEqual(texts("shop.orders[0].am|", { shop }), ["amount"]);
    assert.deepEqual(texts("shop?.orders?.[0]?.am|", { shop }), ["amount"]);
    assert.deepEqual(texts("shop['a b'].in|", { shop }), ["inner"]);
    assert.deepEqual(texts("(shop.orders).mapp|", { shop }), []);
    assert.deepEqual(texts("shop.orders.forE|", { shop }), ["forEach"]);
    assert.deepEqual(texts("globalThis.process.hrt|"), ["hrtime"]);
    assert.deepEqual(texts("this.process.hrt|"), ["hrtime"]);
  });

  it("has those of primitive values and literals", () => {
    assert.deepEqual(item("name.|", "length", { name: "x" }), { text: "length", kind: "property", detail: "number" });
    assert.equal(item("name.|", "padStart", { name: "x" })?.from, "String.prototype");
    for (const [text, name] of [
      ["'a'.|", "padStart"],
      ["5..|", "toFixed"],
      ["[].|", "flatMap"],
      ["/a/.|", "test"],
      ["n.|", "toFixed"],
      ["true1.|", "valueOf"],
    ] as const) {
      assert.ok(texts(text, { n: 1, true1: true }).includes(name), text);
    }
  });

  it("has those of an instance of a class, and of a module of Node's", () => {
    assert.ok(texts("new Order('x').|", { Order }).includes("cancel"));
    assert.ok(texts("new Map().|").includes("entries"));
    assert.ok(texts("fs.readFileS|").includes("readFileSync"));
    assert.ok(texts("require('node:path').join|").includes("join"));
  });

  it("has the static ones of a class", () => {
    assert.deepEqual(item("Order.|", "all", { Order }), { text: "all", kind: "property", detail: "Array(0)" });
    assert.equal(item("Order.|", "bind", { Order })?.from, "Function.prototype");
  });

  it("has names that are none only in quotes, and elements nowhere", () => {
    const values = { a: { "b c": 1, bd: 2, "b'": 3 }, list: ["x"] };
    assert.deepEqual(texts("a.b|", values), ["bd"]);
    assert.deepEqual(texts("a['b|", values), ["b c", "bd"]);
    assert.deepEqual(texts('a["b|"]', values), ["b c", "bd", "b'"]);
    assert.ok(!texts("list['|", values).includes("0"));
  });

  it("has a property that hides another once", () => {
    class Rush extends Order {
      override cancel(): void {}
    }
    assert.deepEqual(at("rush.can|", { rush: new Rush("x") }).items, [
      { text: "cancel", kind: "method", detail: "()", from: "Rush.prototype" },
    ]);
  });

  it("names parameters as they were written", () => {
    const long = Array.from({ length: 20 }, (_, index) => `parameter${index}`).join(", ");
    const functions: readonly (readonly [call: unknown, detail: string | undefined])[] = [
      [() => 1, "()"],
      [(a: unknown) => a, "(a)"],
      [async (a: unknown) => a, "(a)"],
      [runInThisContext("a => a"), "(a)"],
      [runInThisContext("async a => a"), "(a)"],
      [runInThisContext("(function (a, b = ')', /* c, */ ...d) {})"), "(a, b = ')', ...d)"],
      [runInThisContext("({ a, b: [c] } = { a: f(1, 2) }) => {}"), "({ a, b: [c] } = { a: f(1, 2) })"],
      [runInThisContext("(function* (a,\n  b,\n) {})"), "(a, b)"],
      [runInThisContext("({ f(a) { return b } })").f, "(a)"],
      [runInThisContext("var f = () => 'x'; ({ ['x' + f(1)](a, b) {} })").xx, "(a, b)"],
      [runInThisContext("(class { a = { constructor(b) {} }; constructor(c) {} })"), "(c)"],
      [runInThisContext("(class {})"), undefined],
      [runInThisContext(`((${long}) => 1)`), `(${long.slice(0, 100)}…)`],
      [Math.max, undefined],
      [at.bind(null), undefined],
    ];
    for (const [call, detail] of functions) assert.equal(item("f|", "f", { f: call })?.detail, detail, String(call));
  });
});

describe("the completion of a module's name", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "pdm-completion-"));
    const files = {
      "main.mjs": "",
      "lib/orders.js": "",
      "lib/.hidden.js": "",
      "package.json": '{ "imports": { "#orders": "./lib/orders.js" } }',
      "node_modules/plain/index.js": "",
      "node_modules/plain/lib/deep.js": "",
      "node_modules/modern/package.json":
        '{ "exports": { ".": "./a.js", "./feature": "./b.js", "./icons/*": "./c/*" } }',
      "node_modules/@scope/inner/package.json": '{ "exports": "./a.js" }',
      "node_modules/broken/package.json": "{",
      "node_modules/.bin/x": "",
    };
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const rows: readonly (readonly [text: string, texts: readonly string[]])[] = [
    ["await import('./|')", ["./lib/", "./main.mjs", "./node_modules/", "./package.json"]],
    ["await import('./m|')", ["./main.mjs"]],
    ["require('./lib/|", ["./lib/orders.js"]],
    ["require('./lib/.|", ["./lib/.hidden.js"]],
    ["import a from '../|/x'", []],
    ["import a from '.|", ["../", "./"]],
    ["import 'pla|", ["plain"]],
    ["import 'plain/l|", ["plain/lib/"]],
    ["import 'plain/lib/|", ["plain/lib/deep.js"]],
    ["import 'modern/|", ["modern/feature", "modern/icons/"]],
    ["import '@|", ["@scope/"]],
    ["import '@scope/|", ["@scope/inner"]],
    ["import '@scope/inner/|", []],
    ["import 'broken/|", ["broken/package.json"]],
    ["import '#|", ["#orders"]],
    ["import 'fs/|", ["fs/promises"]],
    ["import 'node:fs|", ["node:fs", "node:fs/promises"]],
    ["import 'nothing/|", []],
    ["import './nothing/|", []],
    ["import './main.mjs/|", []],
  ];
  for (const [text, expected] of rows) {
    it(`at ${text}`, () => {
      const found = texts(text, {}, folder);
      if (text.includes("'../|")) assert.ok(found.includes(`../${path.basename(folder)}/`));
      else assert.deepEqual(found, expected);
    });
  }

  it("replaces the whole name, up to the quote", () => {
    const { from, to } = at("import('./ma|in.mjs')", {}, folder);
    assert.deepEqual([from, to], [8, 18]);
  });

  it("starts at the main script's folder where nothing else is said", () => {
    assert.ok(texts("import './|").length > 0);
  });
});

describe("the completion of an object's name", () => {
  const never = (): never => assert.fail("asked");
  const req = attribute({ description: "x", type: { type: "integer" }, read: never });
  const exposures = [
    expose("completion.orders", {
      statistics: directory({
        description: "x",
        entries: { req, "with space": req, deep: directory({ description: "x", entries: { req } }) },
      }),
      cancel: operation({ description: "x", effect: "change", run: never }),
      changed: event({ description: "x" }),
      asked: directory({ description: "x", list: never, lookup: never }),
    }),
    expose("completion.stock", { req }),
  ];
  after(() => {
    for (const exposure of exposures) exposure.withdraw();
  });
  const tree = new Proxy(
    {},
    { get: never, ownKeys: never, getPrototypeOf: never, has: never, getOwnPropertyDescriptor: never },
  );
  const values = { pdm: tree };

  it("goes down the tree from pdm", () => {
    assert.deepEqual(texts("pdm.comp|", values), ["completion"]);
    assert.deepEqual(texts("pdm.completion.|", values), ["orders", "stock"]);
    assert.deepEqual(at("pdm.completion.orders.|", values).items, [
      { text: "statistics", kind: "object", detail: "directory" },
      { text: "cancel", kind: "object", detail: "operations" },
      { text: "changed", kind: "object", detail: "event" },
      { text: "asked", kind: "object", detail: "directory" },
    ]);
    assert.deepEqual(texts("pdm.completion.orders.statistics.|", values), ["req", "deep"]);
    assert.deepEqual(texts("pdm.completion.orders.statistics.deep.|", values), ["req"]);
    assert.deepEqual(texts("pdm.completion.orders.changed.|", values), ["on", "next"]);
  });

  it("goes down the tree also where nothing has been read of it yet, and does not make it", () => {
    const variables = new Variables();
    variables.defineLazy("pdm", never);
    const { items } = complete(variables, "pdm.completion.", 15, { maxMs: 60_000 });
    assert.deepEqual(
      items.map(({ text }) => text),
      ["orders", "stock"],
    );
  });

  it("goes down in quotes", () => {
    assert.deepEqual(texts("f('completion.o|", values), ["completion.orders"]);
    assert.deepEqual(texts("'completion.orders.s|", values), ["completion.orders.statistics"]);
    assert.deepEqual(texts("'completion.orders.statistics/|", values), [
      "completion.orders.statistics/req",
      "completion.orders.statistics/with space",
      "completion.orders.statistics/deep",
    ]);
    assert.deepEqual(texts("'completion.orders.statistics/deep/r|", values), ["completion.orders.statistics/deep/req"]);
    assert.deepEqual(texts("pdm['completion.orders.st|", values), ["completion.orders.statistics"]);
    assert.deepEqual(texts("'|", values), []);
  });

  it("does not ask a directory of the service's own", () => {
    assert.deepEqual(texts("pdm.completion.orders.asked.|", values), []);
    assert.deepEqual(texts("'completion.orders.asked/|", values), []);
  });

  it("leaves a variable of that name alone that is no tree", () => {
    assert.deepEqual(texts("pdm.comp|", { pdm: { compare: 1 } }), ["compare"]);
  });
});
