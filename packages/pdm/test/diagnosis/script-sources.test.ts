import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { runInThisContext } from "node:vm";
import type { Script } from "../../src/diagnosis/pause.js";
import { ScriptSources } from "../../src/diagnosis/script-sources.js";
import type { InspectorSession } from "../../src/inspector/inspector-session.js";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-sources-"));
const scripts = path.join(folder, "app");
const map = path.join(scripts, "app.js.map");
const MAP = {
  version: 3,
  sources: ["original.ts"],
  sourcesContent: ["const original = 1;"],
  names: [],
  mappings: "AAAA",
};

const inspector = new Session();
inspector.connect();
await inspector.post("Debugger.enable");
const session: InspectorSession = {
  post: (method, params) => inspector.post(method as "Debugger.enable", params as undefined) as Promise<never>,
  on: () => () => undefined,
  close: () => undefined,
};
after(() => {
  inspector.disconnect();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  rmSync(scripts, { recursive: true, force: true });
  mkdirSync(scripts);
  writeFileSync(map, JSON.stringify(MAP));
});

interface Loaded {
  readonly scriptId: string;
  readonly script: Script;
}

/** Has this thread load a script that names a source map. */
async function load(name: string, sourceMap: string): Promise<Loaded> {
  const text = `const made = 1;\n//# sourceMappingURL=${sourceMap}\n`;
  const file = path.join(scripts, name);
  writeFileSync(file, text);
  let loaded: Loaded | undefined;
  inspector.on("Debugger.scriptParsed", ({ params: { scriptId, url, sourceMapURL = "" } }) => {
    if (url.endsWith(name)) loaded = { scriptId, script: { url, sourceMapUrl: sourceMapURL } };
  });
  if (name.endsWith(".mjs")) await import(pathToFileURL(file).href);
  else runInThisContext(text, { filename: name });
  assert.ok(loaded);
  return loaded;
}

/** Where its first line comes from, and how it was written there. */
async function findFirstLine({ scriptId, script }: Loaded, root?: string): Promise<string> {
  const { file, lines } = await new ScriptSources(session, root).find({ scriptId, lineNumber: 0 }, script);
  return `${path.isAbsolute(file) ? path.relative(folder, file) : file}: ${lines[0]?.text}`;
}

const ORIGINAL = "app/original.ts: const original = 1;";

test("a line is told as it was written, where the script has a source map in its folder", async () => {
  assert.equal(await findFirstLine(await load("beside.mjs", "app.js.map")), ORIGINAL);
  mkdirSync(path.join(scripts, "maps"));
  renameSync(map, path.join(scripts, "maps/app.js.map"));
  assert.equal(
    await findFirstLine(await load("below.mjs", "maps/app.js.map")),
    "app/maps/original.ts: const original = 1;",
  );
  const rooted = Buffer.from(JSON.stringify({ ...MAP, sourceRoot: "../src" })).toString("base64");
  const inside = `data:application/json;base64,${rooted}`;
  assert.equal(await findFirstLine(await load("inside.mjs", inside)), "src/original.ts: const original = 1;");
  assert.equal(await findFirstLine(await load("vm.<anonymous>", inside)), "../src/original.ts: const original = 1;");
});

test("of a long line the part around the place is told", async () => {
  const file = path.join(scripts, "long.cjs");
  const text = `const long = ["${"x".repeat(1_000)}", function here() {}, "${"y".repeat(1_000)}"];`;
  let scriptId = "";
  inspector.on("Debugger.scriptParsed", ({ params }) => {
    if (params.url.endsWith(file)) ({ scriptId } = params);
  });
  runInThisContext(text, { filename: file });
  const sources = new ScriptSources(session);
  const show = async (columnNumber: number): Promise<string | undefined> =>
    (await sources.find({ scriptId, lineNumber: 0, columnNumber }, { url: file, sourceMapUrl: "" })).lines[0]?.text;
  assert.match((await show(text.indexOf("here"))) ?? "", /^…x{50,}", function here\(\) \{\}, "y{50,}…$/);
  assert.match((await show(0)) ?? "", /^const long = \["x{100,}…$/);
  assert.match((await show(text.length - 1)) ?? "", /^…y{100,}"\];$/);
});

test("no file outside of the script's folder is read for it, and nothing that is no regular file", async () => {
  renameSync(map, path.join(folder, "outside.map"));
  assert.equal(await findFirstLine(await load("outside.mjs", "../outside.map")), "app/outside.mjs: const made = 1;");
  const absolute = path.join(folder, "outside.map");
  assert.equal(await findFirstLine(await load("absolute.mjs", absolute)), "app/absolute.mjs: const made = 1;");
  const script = await load("pipe.mjs", "app.js.map");
  execFileSync("mkfifo", [map]);
  assert.equal(await findFirstLine(script), "app/pipe.mjs: const made = 1;");
});

test("of a process with files of its own, the map is read from those, and no link among them leads to ours", async () => {
  const root = path.join(folder, "root");
  mkdirSync(path.join(root, scripts), { recursive: true });
  renameSync(map, path.join(root, map));
  assert.equal(await findFirstLine(await load("root.mjs", "app.js.map"), root), ORIGINAL);
  renameSync(path.join(root, map), path.join(folder, "outside.map"));
  symlinkSync(path.join(folder, "outside.map"), path.join(root, map));
  assert.equal(await findFirstLine(await load("link.mjs", "app.js.map"), root), "app/link.mjs: const made = 1;");
});
