// Typing: colours, indentation, completion, history, as seen in a real terminal.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createFolder } from "./program-run.js";
import { useShop } from "./shop.js";
import { NO_TMUX } from "./tmux.js";

const use = useShop();

describe("the editor", { skip: NO_TMUX }, () => {
  test("colours what is typed, while it is typed", async () => {
    await using pane = await use.shop.open();
    const { styleOf } = await pane.typeOut("const a = 'text' + 5 + null // why");
    assert.deepEqual(["const", "a = ", "'text'", "5", "null", "// why"].map(styleOf), [
      "cyan",
      "",
      "green",
      "yellow",
      "yellow",
      "gray",
    ]);
  });

  test("indents the lines of a command, and takes closing brackets back", async () => {
    await using pane = await use.shop.open();
    await pane.typeOut("function f(n) {");
    for (const [blanks, line] of [
      [2, "if (n > 1) {"],
      [4, "return 7"],
      [4, "}"],
      [2, "}"],
    ] as const) {
      const { prompt } = await pane.expect(/[^]/);
      await pane.press("Enter");
      // What is typed before the new line is there counts as pasted.
      await pane.expect(({ beforeCursor }) => beforeCursor === " ".repeat(prompt.length + blanks));
      await pane.type(line);
      await pane.expect(({ text }) => text.endsWith(line));
    }
    await pane.press("Enter");
    await pane.expect(/\n% function f\(n\) \{\n {4}if \(n > 1\) \{\n {6}return 7\n {4}\}\n {2}\}\n%$/);
    assert.equal(await pane.run("f(2)"), "7");
  });

  test("goes up into the lines of a command, and changes them", async () => {
    await using pane = await use.shop.open();
    await pane.typeOut("[40,");
    await pane.press("Enter");
    await pane.type("2]");
    await pane.expect(/\n% \[40,\n +2\]$/);
    await pane.press("Up", "End", "BSpace");
    await pane.type(" + 1,");
    await pane.expect(/\n% \[40 \+ 1,\n/);
    await pane.press("Down", "Enter");
    await pane.expect(/\n\[ 41, 2 \]\n%$/);
  });

  test("leaves what is pasted standing there until Enter", async () => {
    await using pane = await use.shop.open();
    await pane.paste("// the large ones\n[1, 5]\n  .filter((n) => n > 3)");
    await pane.expect(/\n% \/\/ the large ones\n {2}\[1, 5\]\n {4}\.filter\(\(n\) => n > 3\)$/);
    await pane.press("Enter");
    await pane.expect(/\n\[ 5 \]\n%$/);
  });
});

describe("Tab", { skip: NO_TMUX }, () => {
  for (const [what, typed, completed] of [
    ["a global of the service's", "car", "cart"],
    ["a variable of the session's", "teaPo", "teaPotCount"],
    ["a member along the prototype chain", "cart.ad", "cart.add"],
    ["one of Node's modules", 'await import("node:crypt', 'await import("node:crypto'],
    ["a file beside the service's main script", 'await import("./shop-c', 'await import("./shop-cart.js'],
    ["a module of an import line", 'import { join } from "node:pat', 'import { join } from "node:path'],
    ["the name of an object", "pdm.shop.or", "pdm.shop.orders"],
    ["an entry of an object", "pdm.shop.orders.statistics.r", "pdm.shop.orders.statistics.req"],
    ["a dot command", ".insp", ".inspect"],
    ["an expression in a dot command", ".look cart.ad", ".look cart.add"],
  ] as const) {
    test(`completes ${what}`, async () => {
      await using pane = await use.shop.open();
      await pane.run("const teaPotCount = 1");
      await pane.typeOut(typed);
      await pane.press("Tab");
      await pane.expect((screen) => screen.text.endsWith(`% ${completed}`));
    });
  }

  test("opens a menu that says of each member what it is, with the parameters", async () => {
    await using pane = await use.shop.open();
    await pane.typeOut("cart.");
    await pane.press("Tab");
    await pane.expect(/\n1 of \d+: items {2}property Map\(1\)$/);
    await pane.press("Tab", "Tab");
    await pane.expect(/\n3 of \d+: add {2}method of Cart\.prototype \(item, count = 1\)$/);
    // Typing chooses among them.
    await pane.type("to");
    await pane.expect(/\n% cart\.to\ntotal +getter of Cart\.prototype\n/);
    await pane.press("Down", "Up");
    const some = await pane.expect(({ styleOf }) => styleOf("total ") === "reverse");
    assert.match(some.text, /\ntoString +method of Object\.prototype/);
    await pane.press("Enter");
    await pane.expect(/\n% cart\.total$/);
    await pane.press("Enter");
    await pane.expect(/\n% cart\.total\n1\n%$/);
  });

  test("completes without running a getter of the service's", async () => {
    await using pane = await use.shop.open();
    await pane.run("let calls = 0; var trap = { get inner() { calls += 1; return cart; } }");
    await pane.typeOut("trap.inner.");
    await pane.press("Tab");
    await pane.expect(/\nno completions$/);
    await pane.press("C-u");
    assert.equal(await pane.run("calls"), "0");
  });
});

describe("the history", { skip: NO_TMUX }, () => {
  test("is searched backwards, and Enter runs what is found", async () => {
    await using pane = await use.shop.open();
    for (const command of ["'older tea'", "'newer tea'", "'coffee'"]) await pane.run(command);
    await pane.press("C-r");
    await pane.type("tea");
    const found = await pane.expect(/\n% 'newer tea'\nsearch: tea_$/);
    assert.equal(found.styleOf("tea'"), "reverse");
    await pane.press("C-r");
    await pane.expect(/\n% 'older tea'\nsearch: tea_$/);
    await pane.press("Enter");
    await pane.expect(/\n% 'older tea'\n'older tea'\n%$/);
  });

  test("is kept for each service, from one run to the next", async () => {
    const state = createFolder();
    {
      await using first = await use.shop.open([use.shop.spec], state);
      await first.run("'typed in the first run'");
      await first.press("C-d");
      await first.end();
    }
    await using second = await use.shop.open([use.shop.spec], state);
    await second.press("Up");
    await second.expect(/\n% 'typed in the first run'$/);
    await using other = await use.shop.open([use.shop.specOf("blind")], state);
    await other.press("Up");
    await other.type("'nothing before'");
    await other.expect(/\n% 'nothing before'$/);
  });
});
