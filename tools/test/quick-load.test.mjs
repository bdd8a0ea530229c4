// The rewriting of the published files: it must change imports of Node's own modules and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keepAscii, takeBuiltInModules } from "../package/quick-load.mjs";

const IMPORTS = [
  ['import fs from "node:fs";', 'const fs = process.getBuiltinModule("node:fs");', "node:fs"],
  ['import { a, b as c } from "node:fs";', 'const { a, b: c } = process.getBuiltinModule("node:fs");', "node:fs"],
  [
    'import {\n  a,\n  b as c\n} from "node:timers/promises";',
    'const {\n  a,\n  b: c\n} = process.getBuiltinModule("node:timers/promises");',
    "node:timers/promises",
  ],
];

for (const [before = "", after = "", module = ""] of IMPORTS) {
  test(`${JSON.stringify(before)} is taken with getBuiltinModule, on as many lines`, () => {
    assert.equal(takeBuiltInModules(`x;\n${before}\ny;`, [module]), `x;\n${after}\ny;`);
  });
}

const REFUSED = {
  "a namespace": 'import * as fs from "node:fs";',
  "two kinds at once": 'import fs, { a } from "node:fs";',
  "no name": 'import "node:fs";',
  attributes: 'import fs from "node:fs" with { type: "x" };',
};

for (const [what, text] of Object.entries(REFUSED)) {
  test(`an import with ${what} fails the build`, () => {
    assert.throws(() => takeBuiltInModules(text, ["node:fs"]), /where there are node:fs/u);
  });
}

test("a text that looks like an import fails the build", () => {
  assert.throws(
    () => takeBuiltInModules('const x = `\nimport fs from "node:fs";\n`;', []),
    /finds imports of node:fs/u,
  );
});

test("imports of other modules stay as they are", () => {
  const text = 'import { a } from "./chunks/a.js";\nimport("node:fs");';
  assert.equal(takeBuiltInModules(text, []), text);
});

test("characters beyond ASCII are escaped in comments, and fail the build elsewhere", () => {
  assert.equal(keepAscii("// an …\nx;", "x.js"), "// an \\u2026\nx;");
  assert.throws(() => keepAscii('"…";', "x.js"), /^Error: x\.js:1 /u);
});
