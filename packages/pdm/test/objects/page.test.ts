// The examples of docs/objects.md: each is complete in itself, right in its types, and runs without a word.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { readBlocks } from "../fixtures/page.js";

const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url));
const examples = readBlocks("objects.md", "js", "ts").map(({ text }) => text);

// Beside the package, so that its name and those of other packages are found from there.
const folder = mkdtempSync(path.join(ROOT, "packages/pdm/.build/page-"));
after(() => rmSync(folder, { recursive: true }));

test("the page has examples, and their types are right", () => {
  assert.ok(examples.length >= 4);
  const files = examples.map((source, index) => {
    writeFileSync(path.join(folder, `example-${index}.mts`), source);
    return `example-${index}.mts`;
  });
  const config = {
    extends: path.join(ROOT, "tsconfig.base.json"),
    compilerOptions: { noEmit: true, skipLibCheck: true, types: [] },
    files,
  };
  writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = path.join(ROOT, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
  assert.equal(status, 0, stdout);
});

for (const [index, source] of examples.entries()) {
  const [, name = "without a name"] = /expose\("([\w.]+)"/u.exec(source) ?? [];
  test(`example ${index} (${name}) runs, and in development nobody complains about it`, async () => {
    const outfile = path.join(folder, `example-${index}.mjs`);
    await build({
      stdin: { contents: source, loader: "ts", resolveDir: folder },
      format: "esm",
      platform: "node",
      target: "node20.19",
      outfile,
    });
    const { status, stdout, stderr } = spawnSync(process.execPath, [outfile], {
      encoding: "utf8",
      env: { ...process.env, NODE_ENV: "development" },
    });
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" });
  });
}
