import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import { runModule } from "../fixtures/run-module.js";
import { Bench } from "./bench.js";

const BENCH_URL = pathToFileURL(path.join(import.meta.dirname, "bench.js")).href;

class Cart {
  static made = 0;
  readonly items: number[];
  constructor(...items: number[]) {
    this.items = items;
  }
  static create(...items: number[]): Cart {
    this.made += 1;
    return new this(...items);
  }
  total(factor: number = 1): number {
    return this.items.reduce((sum, item) => sum + item * factor, 0);
  }
  self(): this {
    return this;
  }
  fail(): never {
    throw new TypeError("no stock");
  }
  async load(what: string): Promise<string> {
    await Promise.resolve();
    return `${what} loaded`;
  }
  get size(): number {
    return this.items.length;
  }
  set size(value: number) {
    this.items.length = value;
  }
}

class BigCart extends Cart {
  override total(): number {
    return super.total(10);
  }
}

/** A session in which `things` are globals of the process. */
function openBench(things: Record<string, unknown>): Bench {
  const bench = new Bench();
  for (const [name, value] of Object.entries(things)) bench.scope.variables.define(name, value);
  return bench;
}

/** Without the times, which differ, and without what Node writes on promises while the test runner follows them (from Node 24). */
function withoutTimes(text: string): string {
  return text
    .replace(/\d+\.\d+ ms/gu, "T ms")
    .replace(/, Symbol\((?:trigger_)?async_id_symbol\): \d+/gu, "")
    .trimEnd();
}

/** What is printed until it matches. */
async function printedUntil(bench: Bench, pattern: RegExp): Promise<string> {
  let printed = "";
  for (let look = 0; !pattern.test(printed); look += 1) {
    assert.ok(look < 10_000, `never printed ${pattern.source}: ${printed}`);
    await setTimeout(1);
    printed = withoutTimes(`${printed}\n${bench.takePrinted()}`);
  }
  return printed.trimStart();
}

describe("$watch", () => {
  it("prints calls with their arguments, result or error, and time", async () => {
    const cart = new Cart(1, 2);
    using bench = openBench({ cart });
    assert.equal(await bench.run("$watch(cart, 'total')"), "watching Cart.total, 0 of 10 calls told; .stop() ends it");
    await bench.run("$watch(cart, 'fail')");
    cart.total(2);
    assert.throws(() => cart.fail(), { message: "no stock" });
    const [first, second] = withoutTimes(bench.takePrinted()).split("\n");
    assert.equal(first, "1/10 Cart.total(2) → 6 in T ms");
    assert.match(second ?? "", /^1\/10 Cart\.fail\(\) threw \[TypeError: no stock\] after [^\n]*$/u);
  });

  it("tells only of calls on the object that is watched", async () => {
    const [cart, other] = [new Cart(1), new Cart(2)];
    using bench = openBench({ cart });
    await bench.run("$watch(cart, 'total')");
    other.total();
    assert.equal(bench.takePrinted(), "");
    cart.total();
    assert.match(bench.takePrinted(), /^1\/10 /u);
  });

  it("tells of calls on all objects where a prototype is watched, and of those by super", async () => {
    using bench = openBench({ Cart });
    await bench.run("$watch(Cart.prototype, 'total')");
    assert.equal(new BigCart(3).total(), 30);
    assert.equal(withoutTimes(bench.takePrinted()), "1/10 Cart.prototype.total(10) → 30 in T ms");
  });

  it("ends at its limit, says so, and the method is what it was", async () => {
    const original = Object.getOwnPropertyDescriptor(Cart.prototype, "total");
    const cart = new Cart(1);
    using bench = openBench({ cart });
    await bench.run("var watch = $watch(cart, 'total', { limit: 2 })");
    assert.notEqual(Object.getOwnPropertyDescriptor(Cart.prototype, "total")?.value, original?.value);
    cart.total();
    cart.total();
    cart.total();
    const printed = withoutTimes(bench.takePrinted()).split("\n");
    assert.deepEqual(printed, [
      "1/2 Cart.total() → 1 in T ms",
      "2/2 Cart.total() → 1 in T ms",
      "(that was the last one: the watch has ended)",
    ]);
    assert.deepEqual(Object.getOwnPropertyDescriptor(Cart.prototype, "total"), original);
    assert.equal(await bench.run("watch"), "the watch of Cart.total has ended, 2 of 2 calls told");
  });

  it("ends with the session, and by stop", async () => {
    const original = Object.getOwnPropertyDescriptor(Cart.prototype, "total");
    const bench = openBench({ cart: new Cart(1) });
    await bench.run("$watch(cart, 'total').stop()");
    assert.deepEqual(Object.getOwnPropertyDescriptor(Cart.prototype, "total"), original);
    await bench.run("$watch(cart, 'total'); $watch(cart, 'size')");
    bench.end();
    assert.deepEqual(Object.getOwnPropertyDescriptor(Cart.prototype, "total"), original);
    new Cart(1).total();
    assert.doesNotMatch(bench.takePrinted(), /\/10/u);
  });

  it("leaves what somebody has put over it meanwhile, and only passes calls on then", async () => {
    const shop = { price: (value: number): number => value * 2 };
    const { price } = shop;
    using bench = openBench({ shop });
    await bench.run("var watch = $watch(shop, 'price')");
    const watched = shop.price;
    const wrapped = (value: number): number => watched(value) + 1;
    shop.price = wrapped;
    await bench.run("watch.stop()");
    assert.equal(shop.price, wrapped);
    assert.equal(shop.price(2), 5);
    assert.equal(bench.takePrinted(), "");
    // Two watches, the lower one ended first.
    shop.price = price;
    await bench.run("var one = $watch(shop, 'price'); var two = $watch(shop, 'price')");
    await bench.run("one.stop()");
    assert.equal(shop.price(1), 2);
    assert.match(bench.takePrinted(), /^1\/10 Object\.price\(1\) → 2 in [^\n]*\n$/u);
    await bench.run("two.stop()");
    assert.equal(shop.price, price);
  });

  it("changes nothing about what is called: this, results, errors, name, length, properties, new.target", async () => {
    const error = new Error("mine");
    const seen: unknown[] = [];
    function Thing(this: { made?: boolean }, first: unknown, second: unknown): void {
      seen.push(new.target, this, [first, second]);
    }
    Thing.label = "a label";
    const shop = {
      Thing: Thing as unknown as (new (...args: unknown[]) => object) & { label: string },
      throwing(): never {
        throw error;
      },
      self(): unknown {
        return this;
      },
    };
    using bench = openBench({ shop });
    await bench.run("$watch(shop, 'Thing'); $watch(shop, 'throwing'); $watch(shop, 'self')");
    const made = new shop.Thing(1, 2);
    assert.deepEqual(seen.slice(0, 1), [Thing]);
    assert.equal(seen[1], made);
    assert.ok(made instanceof (Thing as unknown as new () => object) && made instanceof shop.Thing);
    assert.equal(Object.getPrototypeOf(made), Thing.prototype);
    assert.deepEqual([shop.Thing.name, shop.Thing.length, shop.Thing.label], ["Thing", 2, "a label"]);
    shop.Thing.label = "changed";
    assert.equal(Thing.label, "changed");
    assert.equal(shop.self(), shop);
    assert.throws(
      () => shop.throwing(),
      (thrown) => thrown === error,
    );
    class Sub extends shop.Thing {}
    const sub = new Sub(3, 4);
    assert.ok(sub instanceof Sub);
    assert.equal(seen[3], Sub);
    const printed = withoutTimes(bench.takePrinted());
    assert.match(printed, /^1\/10 new Object\.Thing\(1, 2\) → Thing \{\} in T ms\n/u);
  });

  it("watches static methods, with their this", async () => {
    using bench = openBench({ Cart });
    await bench.run("$watch(Cart, 'create')");
    const before = Cart.made;
    const cart = Cart.create(1);
    assert.ok(cart instanceof Cart);
    assert.equal(Cart.made, before + 1);
    assert.match(bench.takePrinted(), /^1\/10 Cart\.create\(1\) → Cart \{ items: Array\(1\) \} in /u);
  });

  it("watches what an accessor is read and set to", async () => {
    const cart = new Cart(1, 2);
    using bench = openBench({ cart });
    await bench.run("$watch(cart, 'size')");
    assert.equal(cart.size, 2);
    cart.size = 1;
    assert.equal(
      withoutTimes(bench.takePrinted()),
      "1/10 get Cart.size → 2 in T ms\n2/10 set Cart.size = 1 → undefined in T ms",
    );
    bench.end();
    const { get, set } = Object.getOwnPropertyDescriptor(Cart.prototype, "size") as { get: object; set: object };
    assert.equal(inspect(get).includes("size") && inspect(set).includes("size"), true);
  });

  it("watches methods by symbol, and arguments of any number", async () => {
    const key = Symbol("key");
    const shop = { [key]: (...args: number[]): number => args.length };
    using bench = openBench({ shop, key });
    await bench.run("$watch(shop, key)");
    assert.equal(shop[key]?.(...Array.from({ length: 12 }, (_, index) => index)), 12);
    assert.equal(
      withoutTimes(bench.takePrinted()),
      "1/10 Object[Symbol(key)](0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … 2 more) → 12 in T ms",
    );
  });

  it("says later what became of a promise, which is the method's own", async () => {
    let settle = (_value: string): void => {};
    const promise = new Promise<string>((resolve) => {
      settle = resolve;
    });
    const shop = { load: () => promise, follow: () => new Promise((resolve) => resolve(promise)) };
    using bench = openBench({ shop });
    await bench.run("$watch(shop, 'load'); $watch(shop, 'follow')");
    assert.equal(shop.load(), promise);
    const followed = shop.follow();
    settle("loaded");
    await followed;
    const printed = await printedUntil(bench, /(?:fulfilled[^]*){2}/u);
    assert.deepEqual(printed.split(/\n+/u), [
      "1/10 Object.load() → a promise in T ms",
      "1/10 Object.follow() → a promise in T ms",
      "1/10 fulfilled: Promise { 'loaded' } after T ms",
      "1/10 fulfilled: Promise { 'loaded' } after T ms",
    ]);
  });

  it("says of an asynchronous method what it gave after all", async () => {
    const cart = new Cart();
    using bench = openBench({ cart });
    await bench.run("$watch(cart, 'load')");
    assert.equal(await cart.load("it"), "it loaded");
    assert.match(await printedUntil(bench, /fulfilled/u), /fulfilled: Promise \{ 'it loaded' \} after T ms$/u);
  });

  it("runs no code of the values that it prints, within the service's own call", async () => {
    const ran: string[] = [];
    const note = (what: string): PropertyDescriptor => ({ get: () => void ran.push(what), enumerable: true });
    const error = Object.defineProperties(new Error("m"), { stack: note("stack"), name: note("name") });
    const tagged = Object.defineProperties({}, { [Symbol.toStringTag]: note("tag"), constructor: note("constructor") });
    const shop = {
      give: (value: unknown): unknown => value,
      fail: (value: unknown): never => {
        throw value;
      },
    };
    using bench = openBench({ shop });
    await bench.run("$watch(shop, 'give'); $watch(shop, 'fail')");
    for (const value of [error, tagged, [tagged], { error }, Object.create(tagged)]) {
      shop.give(value);
      assert.throws(() => shop.fail(value));
    }
    assert.deepEqual(ran, []);
    assert.equal(bench.takePrinted().trimEnd().split("\n").length, 10);
  });

  it("tells of a promise whose value throws when it is looked at, and the service goes on", async () => {
    const odd = Object.defineProperty({}, Symbol.toStringTag, { get: () => assert.fail("looked at") });
    const shop = { load: async () => odd };
    using bench = openBench({ shop });
    await bench.run("$watch(shop, 'load')");
    await shop.load();
    assert.match(await printedUntil(bench, /settled|fulfilled/u), /1\/10 (?:settled|fulfilled): .* after T ms$/u);
  });

  it("runs no inspection of the values that it prints, and does not tell of calls made by printing", async () => {
    let inspected = 0;
    const shop = {
      id(value: unknown): unknown {
        return value;
      },
    };
    const odd = {
      [inspect.custom]: () => (inspected += 1),
      get a() {
        return (inspected += 1);
      },
    };
    using bench = openBench({ shop });
    await bench.run("$watch(shop, 'id')");
    assert.equal(shop.id(odd), odd);
    assert.equal(shop.id(new Proxy({}, { get: () => shop.id(1), ownKeys: () => [String(shop.id(2))] })) !== null, true);
    assert.equal(inspected, 0);
    assert.equal(bench.takePrinted().trimEnd().split("\n").length, 2);
  });

  const refused: readonly (readonly [command: string, reason: RegExp])[] = [
    ["$watch(cart, 'nothing')", /there is no Cart\.nothing/u],
    ["$watch(cart, 'items')", /Cart\.items is no function/u],
    ["$watch(5, 'a')", /takes an object/u],
    ["$watch(cart)", /the name of its method/u],
    ["$watch(cart, 'total', { limit: 0 })", /from 1 to 10000, not 0/u],
    ["$watch(cart, 'total', { limit: Infinity })", /from 1 to 10000, not Infinity/u],
    ["$watch(Object.freeze({ a() {} }), 'a')", /neither written nor configured/u],
    ["$watch([], 'push')", /a built-in that every such object/u],
    ["$watch(await import('node:fs'), 'readFile')", /exports of an ES module/u],
    ["$watch({ A: class A { static #a = 1; static b() { return this.#a; } } }, 'A')", /private static members/u],
  ];
  for (const [command, reason] of refused) {
    it(`refuses ${command}, and says why`, async () => {
      using bench = openBench({ cart: new Cart() });
      assert.match(await bench.run(command), reason);
    });
  }

  it("takes a hundred watches a session and no more", async () => {
    using bench = openBench({});
    await bench.run("var shops = Array.from({ length: 101 }, () => ({ a() {} }))");
    assert.match(await bench.run("shops.forEach((shop) => $watch(shop, 'a'))"), /has 100 watches: stop one first/u);
  });

  it("leaves a rejection that nobody handles to Node, as it would be without", async () => {
    const { stdout, stderr, status } = await runModule(`
      const { Bench } = await import(${JSON.stringify(BENCH_URL)});
      const bench = new Bench();
      const shop = { load: async () => { throw new Error("lost"); } };
      bench.scope.variables.define("shop", shop);
      await bench.scope.evaluate("$watch(shop, 'load')");
      process.on("unhandledRejection", (error, promise) => { console.log("unhandled", error.message, promise === given); });
      const given = shop.load();
      await shop.load().catch(() => {});
      let printed = "";
      const countRejected = () => (printed += bench.takePrinted()).split("\\n").filter((line) => line.includes("rejected")).length;
      for (let look = 0; countRejected() < 2 && look < 10_000; look += 1) await new Promise((resolve) => setTimeout(resolve, 1));
      console.log(countRejected());
      bench.end();
    `);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
    assert.equal(stdout, "unhandled lost true\n2\n");
  });
});
