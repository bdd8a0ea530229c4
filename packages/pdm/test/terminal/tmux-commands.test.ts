// The dot commands, and what a session finds in its scope, as seen in a real terminal.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { createFolder } from "./program-run.js";
import { useShop } from "./shop.js";
import { NO_TMUX } from "./tmux.js";

const use = useShop();

describe("the dot command", { skip: NO_TMUX }, () => {
  test(".help lists the dot commands and the session's tools, and says more of one", async () => {
    await using pane = await use.shop.open();
    const list = await pane.run(".help");
    for (const name of [".editor", ".load FILE", ".save FILE", ".inspect", ".thread", "$watch(object, method"]) {
      assert.ok(list.includes(`\n${name}`), `${name} is missing in\n${list}`);
    }
    assert.match(await pane.run(".help .inspect"), /\n\.inspect N +into member N\n/);
    assert.match(await pane.run(".help $time"), /\nFor example: \$time\(/);
    assert.equal(await pane.run(".halp"), "there is no .halp; is it .help?");
  });

  test(".editor takes a text of many lines, and runs it when it ends", async () => {
    await using pane = await use.shop.open();
    await pane.typeOut(".editor");
    await pane.press("Enter");
    await pane.expect(/\(Ctrl-D runs it, Ctrl-C drops it\)$/);
    // Complete after its first line.
    await pane.type("['green', 'black']");
    await pane.press("Enter");
    await pane.type(".join(' or ')");
    await pane.expect(/\n\['green', 'black'\]\n\.join\(' or '\)$/);
    await pane.press("C-d");
    await pane.expect(/\n'green or black'\n%$/);
  });

  test(".save writes what was typed, over no file that is there, and .load runs it in another session", async () => {
    const file = path.join(createFolder(), "typed.js");
    await using pane = await use.shop.open();
    await pane.run("const saved = [1, 2]");
    await pane.run("saved.length");
    assert.equal(await pane.run(`.save ${file}`), `(2 commands in ${file})`);
    assert.equal(readFileSync(file, "utf8"), "const saved = [1, 2]\nsaved.length\n");
    assert.match(await pane.run(`.save ${file}`), /is there already/);
    await using other = await use.shop.open();
    assert.equal(await other.run(`.load ${file}`), "2");
    assert.equal(await other.run("saved"), "[ 1, 2 ]");
    writeFileSync(file, "throw 5\nsaved = 0\n");
    assert.match(await other.run(`.load ${file}`), /^Uncaught 5\n.*: the rest was not run$/);
    assert.equal(await other.run("saved"), "[ 1, 2 ]");
  });

  test(".load reads no more of a file than it may have, in bytes", async () => {
    const file = path.join(createFolder(), "long.js");
    writeFileSync(file, `/*${"é".repeat(8_388_608)}*/`);
    await using pane = await use.shop.open();
    for (const long of [file, "/dev/zero"]) {
      assert.equal(await pane.run(`.load ${long}`), `${long} is longer than the 16777216 bytes of a file to load`);
    }
  });

  test(".more pages through the rest of a long result", async () => {
    await using pane = await use.shop.open();
    const begun = await pane.run("Array.from({ length: 400 }, (_, index) => index)");
    assert.match(begun, /\n {2}\.\.\. 300 more items\n\]\n\(not all of it: \.more shows it, \.inspect goes into it\)$/);
    const first = await pane.run(".more");
    assert.match(first, /^\[\n {4}0, [^]* \d+,\n\(\.more goes on\)$/);
    const last = Number(/(\d+),\n\(/.exec(first)?.[1]);
    const second = await pane.run(".more");
    assert.match(second, new RegExp(String.raw`^ +${last + 1}, [^]* 399\n\]\n\(that was the end; .*\)$`));
  });

  test(".inspect goes into a value, member by member, and back", async () => {
    await using pane = await use.shop.open();
    await pane.run("var order = { id: 7, lines: [{ item: 'tea' }] }");
    assert.match(await pane.run(".inspect order"), /^order: Object\n +\.id +7\n +1 {2}\.lines +\[ /);
    assert.match(await pane.run(".inspect 1"), /^order\.lines: Array\(1\)\n +0 {2}\[0\] +\{ item: 'tea' \}\n/);
    assert.match(await pane.run(".inspect 0"), /^order\.lines\[0\]: Object\n +\.item +'tea'\n/);
    assert.match(await pane.run(".inspect .."), /^order\.lines: Array\(1\)\n/);
  });

  test(".look shows a value without changing anything, and refuses what would", async () => {
    await using pane = await use.shop.open();
    assert.match(await pane.run(".look cart"), /^Cart \{items: Map\(1\)\}/);
    assert.match(await pane.run(".look cart.add('looked')"), /^Refused: it would change something/);
    assert.equal(await pane.run("cart.items.has('looked')"), "false");
  });

  test(".look takes the right inspect", async () => {
    await using pane = await use.shop.open([use.shop.specOf("blind")]);
    assert.match(await pane.run(".look cart"), /inspect/);
    assert.equal(await pane.run("1 + 1"), "2");
  });

  test(".output shows what the service itself prints, until it is off", async () => {
    await using pane = await use.shop.open();
    await using other = await use.shop.open();
    assert.equal(await pane.run(".output on stdout"), "(following stdout; .output off ends it)");
    await pane.run("var sent = report()");
    await pane.expect(/\nstdout\| order 7 is shipped\n%$/);
    await pane.run(".output off");
    await pane.run("report(); await waitForTicks(3)");
    assert.equal((await pane.expectPrompt()).text.split("order 7").length, 2);
    assert.equal(await other.run("'undisturbed'"), "'undisturbed'");
    assert.ok(!(await other.expectPrompt()).text.includes("order 7"));
  });
});

describe("in the scope of a session", { skip: NO_TMUX }, () => {
  test("pdm is the tree of the service's objects", async () => {
    await using pane = await use.shop.open();
    assert.match(await pane.run("pdm.shop.orders"), /^shop\.orders\n {2}statistics +directory\n {2}shipped +event$/);
    assert.equal(await pane.run("pdm.shop.orders.statistics.req"), "7");
    assert.equal(await pane.run("pdm.shop.orders.statistics.open = 4"), "4");
    assert.equal(await pane.run("pdm.shop.orders.statistics.open"), "4");
    assert.match(await pane.run("pdm.shop.nothing"), /there is no object named shop\.nothing; there are: orders/);
  });

  test("$modules has the live exports of what the service has loaded", async () => {
    await using pane = await use.shop.open();
    assert.equal(await pane.run('$modules["shop-cart"].Cart.prototype === Object.getPrototypeOf(cart)'), "true");
    assert.equal(await pane.run('Object.keys($modules).includes("./shop-cart.js")'), "true");
  });

  test("$stack shows the calls that led to here", async () => {
    await using pane = await use.shop.open();
    await pane.run("function where() { return $stack() }");
    assert.match(await pane.run("where()"), /^running:\n {4}at where \(<repl:\d+>:1:27\)\n[^]*\npending: /);
  });

  test("$time says how long a function takes", async () => {
    await using pane = await use.shop.open();
    assert.match(
      await pane.run("$time(() => cart.total, { runs: 3 })"),
      /result: 1,\s+runs: 3,\s+minMs: [\d.]+,\s+medianMs: [\d.]+,/,
    );
  });

  test("$watch prints the calls that the service makes, and ends with its limit", async () => {
    await using pane = await use.shop.open();
    await pane.run('var watch = $watch(cart, "add", { limit: 2 })');
    const { text } = await pane.expect(/\n\(that was the last one: the watch has ended\)\n%$/);
    assert.match(text, /\n1\/2 Cart\.add\('tea', 2\) → \d+ in [\d.]+ .?s\n2\/2 Cart\.add\('tea', 2\) → \d+ in/);
    assert.equal(await pane.run('Object.hasOwn(cart, "add")'), "false");
  });
});
