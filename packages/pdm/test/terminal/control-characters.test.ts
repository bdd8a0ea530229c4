import assert from "node:assert/strict";
import { test } from "node:test";
import { showColoredText, showPlainText } from "../../src/terminal/control-characters.js";
import { Palette } from "../../src/terminal/editor/style.js";
import type { Style } from "../../src/terminal/editor/style.js";

const STYLES: readonly Style[] = ["safe", "danger", "faint", "selected", "error", "keyword", "comment"];

test("text in any of our styles is shown in it, and without colours as it is", () => {
  const palette = new Palette(true);
  for (const style of STYLES) {
    const painted = palette.paint("stuck", style);
    assert.notEqual(painted, "stuck");
    assert.equal(showColoredText(painted), `${painted}\u001B[0m`);
    assert.equal(showPlainText(painted), "stuck");
  }
});

test("no other sequence acts: what hides text, other colours, and what moves the cursor is written out", () => {
  for (const sequence of ["8m", "1;8m", "1;m", ";1m", "38;5;1m", "1;38;5;1m", "2J", "1;1H", "m", "1;31", "31;1K"]) {
    const text = `\u001B[${sequence}text`;
    assert.equal(showColoredText(text), `\\x1b[${sequence}text`);
  }
});
