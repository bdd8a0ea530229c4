// What can be typed, as seen in a real terminal.
import assert from "node:assert/strict";
import module from "node:module";
import { describe, test } from "node:test";
import { useShop } from "./shop.js";
import { NO_TMUX } from "./tmux.js";

const use = useShop();

/** A promise, the commands typed one after the other, and what is shown below the last of them. */
type Row = readonly [promise: string, commands: readonly string[], shown: string | RegExp];

const ROWS: readonly Row[] = [
  ["an expression's value is shown", ["6 * 7"], "42"],
  ["a statement shows nothing, and its variables stay", ["for (var n = 0; n < 3; n++);", "n"], "3"],
  [
    "let, const and class can be declared again",
    ["let a = 1, b = 1", "const a = 2", "class b {}", "[a, b]"],
    "[ 2, [class b] ]",
  ],
  ["await stands at the top level, with const", ["const c = await Promise.resolve(5)", "c"], "5"],
  ["an import line imports", ['import { basename } from "node:path"', 'basename("/a/b")'], "'b'"],
  [
    "import() and require start at the service's main script",
    ['(await import("./shop-cart.js")).Cart'],
    "[class Cart]",
  ],
  ["_ is the last value", ["[1, 2]", "_.length"], "2"],
  ["_error is the last error", ["null.x", "_error.name"], "'TypeError'"],
  [
    "an error is shown with the place as it was typed",
    ["null.x"],
    /^Uncaught TypeError: [^\n]*\n {4}at <repl:\d+>:1:6$/,
  ],
  ["echo shows values on the way", ["for (const d of [1, 'two']) echo(d)"], "1\n'two'"],
  ["the service's own objects are at hand", ["cart.total"], "1"],
  ["the session's console prints in the session", ["console.log('%s!', 'hello'); console.error('oh')"], "hello!\noh"],
  ["console.table draws a table", ["console.table([{ e: 1 }])"], /^┌─+┬─+┐\n│ \(index\) │ e │\n/],
];

describe("at the prompt", { skip: NO_TMUX }, () => {
  test("what is typed runs in the service", async (t) => {
    await using pane = await use.shop.open();
    for (const [promise, commands, shown] of ROWS) {
      await t.test(promise, async () => {
        let last = "";
        for (const command of commands) last = await pane.run(command);
        if (typeof shown === "string") assert.equal(last, shown);
        else assert.match(last, shown);
      });
    }
  });

  test("TypeScript's types are taken away where Node can, and else it is said which Node can", async () => {
    await using pane = await use.shop.open();
    const shown = await pane.run("let f: number = 7");
    if ("stripTypeScriptTypes" in module) assert.equal(await pane.run("(f as number) + 1"), "8");
    else assert.match(shown, /^Uncaught SyntaxError: .*TypeScript needs Node 22/);
  });

  test("code that asks gets the answer that is typed", async () => {
    await using pane = await use.shop.open();
    await pane.typeOut('const name = await ask("Whose cart? ")');
    await pane.press("Enter");
    await pane.expect(/\nWhose cart\?$/);
    await pane.type("Ada");
    await pane.press("Enter");
    await pane.expectPrompt();
    assert.equal(await pane.run("name"), "'Ada'");
  });

  test("what is tapped is seen by everybody who listens, in other sessions too", async () => {
    await using pane = await use.shop.open();
    await using other = await use.shop.open();
    await other.run("pdm.pdm.taps.on()");
    assert.equal(await pane.run("tap({ item: 'tea' }).item"), "'tea'");
    await other.expect(/\npdm\.taps 1\/100 \{ item: 'tea' \}\n%$/);
  });

  test("with -e the program is quiet, and its exit status says what came of it", async () => {
    const { tmux, spec } = use.shop;
    await using fine = await tmux.openRepl(["-e", "let a = 6", "-e", "a * 7", spec]);
    assert.equal(await fine.end(), 0);
    assert.match((await fine.expect(/./)).text, /^42\n/);
    await using threw = await tmux.openRepl(["--json", "-e", "null.x", spec]);
    assert.equal(await threw.end(), 2);
    assert.match((await threw.expect(/./)).text, /^\{"kind":"threw","text":"Uncaught TypeError/);
    await using late = await tmux.openRepl(["--deadline", "50", "-e", "for (;;);", spec]);
    assert.equal(await late.end(), 3);
  });

  test("values and errors have colours, and so has what is typed", async () => {
    await using pane = await use.shop.open();
    await pane.run("({ price: 12345, kind: 'green' })");
    const { styleOf } = await pane.expectPrompt();
    assert.deepEqual(["12345", "'green'", "price"].map(styleOf), ["yellow", "green", ""]);
    await pane.run("undefinedName");
    assert.equal((await pane.expectPrompt()).styleOf("Uncaught ReferenceError"), "red");
  });
});
