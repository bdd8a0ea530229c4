// The lint configuration against the table in ARCHITECTURE.md, by a project in which every folder imports every other.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { localProgram, ROOT, run } from "../command.mjs";
import { makeTemporaryFolder, removeTree } from "../files.mjs";

const SOURCES = path.join("packages", "pdm", "src");

test("an import is a lint error unless the table in ARCHITECTURE.md allows it", async () => {
  const table = readTable();
  const folders = [...table.keys()].filter((name) => name.endsWith("/"));
  assert.ok(folders.length > 8, "the table was not found");
  await inProject(async (project) => {
    /** @type {string[]} */
    const expected = [];
    for (const [from, allowed] of table) {
      const isFile = from.endsWith(".ts");
      const targets = [...folders.map((folder) => `${isFile ? "./" : "../"}${folder}x.js`), "acorn", "left-pad"];
      // One import a line, so that the line says which.
      writeSource(
        project,
        isFile ? from : `${from}x.ts`,
        targets.map((target) => `export * from "${target}";`).join("\n"),
      );
      for (const [index, target] of targets.entries()) {
        const folder = /^\.\.?\/(.*\/)/u.exec(target)?.[1];
        // Its own folder is `./` to every file.
        const isAllowed = folder === undefined ? target === "acorn" && from === "syntax/" : allowed.includes(folder);
        if (!isAllowed) expected.push(`${from} line ${index + 1}: ${target}`);
      }
    }
    const found = (await lint(project, "no-restricted-imports")).map(({ file, line }) => {
      const from = file.endsWith("/x.ts") ? file.slice(0, -"x.ts".length) : file;
      const text = readFileSync(path.join(project, SOURCES, file), "utf8").split("\n")[line - 1] ?? "";
      return `${from} line ${line}: ${/"(.*)"/u.exec(text)?.[1]}`;
    });
    assert.deepEqual(found.toSorted(), expected.toSorted());
  });
});

test("types, re-exports and dynamic imports are held to the same direction", async () => {
  await inProject(async (project) => {
    const lines = [
      'import type { X } from "../session/x.js";',
      'import { y } from "../session/x.js";',
      'await import("../session/x.js");',
    ];
    writeSource(project, "objects/x.ts", `${lines.join("\n")}\nexport const z: X = y;\n`);
    const found = await lint(project, "no-restricted-imports");
    assert.deepEqual(
      found.map(({ line }) => line),
      [1, 2, 3],
    );
  });
});

test("an import cycle is a lint error", async () => {
  await inProject(async (project) => {
    writeSource(project, "wire/a.ts", 'import { b } from "./b.js";\nexport const a = (): unknown => b;\n');
    writeSource(project, "wire/b.ts", 'import { a } from "./a.js";\nexport const b = (): unknown => a;\n');
    assert.equal((await lint(project, "no-cycle")).length, 2);
  });
});

/**
 * The rows that the lint rule can hold: the folders and `listen.ts`.
 *
 * @returns {Map<string, string[]>} `folder/` or file to the folders that it may import
 */
function readTable() {
  const rows = readFileSync(path.join(ROOT, "ARCHITECTURE.md"), "utf8").matchAll(
    /^\| `([a-z-]+(?:\/|\.ts))` \|[^|]*\|([^|]*)\|$/gmu,
  );
  /** @type {[string, string[]][]} */
  const entries = [...rows].map(([, name = "", cell = ""]) => [
    name,
    [...cell.matchAll(/`([a-z-]+)`/gu)].map(([, folder]) => `${folder}/`),
  ]);
  return new Map(entries);
}

/** @param {(project: string) => Promise<void>} use */
async function inProject(use) {
  const project = makeTemporaryFolder();
  try {
    const config = JSON.parse(readFileSync(path.join(ROOT, ".oxlintrc.json"), "utf8"));
    // The rules that need types are not in question, and what they need is not installed there.
    writeFileSync(path.join(project, ".oxlintrc.json"), JSON.stringify({ ...config, options: {} }));
    await use(project);
  } finally {
    removeTree(project);
  }
}

/**
 * @param {string} project
 * @param {string} name
 * @param {string} text
 */
function writeSource(project, name, text) {
  const file = path.join(project, SOURCES, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/**
 * @param {string} project
 * @param {string} rule
 * @returns {Promise<{ file: string, line: number }[]>} where it is broken, in order
 */
async function lint(project, rule) {
  const { stdout } = await run([localProgram("oxlint"), "--format=json", "--disable-nested-config"], { cwd: project });
  /** @type {{ diagnostics: { code: string, filename: string, labels: { span: { line: number } }[] }[] }} */
  const { diagnostics } = JSON.parse(stdout);
  return diagnostics
    .filter(({ code }) => code.includes(`(${rule})`))
    .map(({ filename, labels }) => ({ file: path.relative(SOURCES, filename), line: labels[0]?.span.line ?? 0 }))
    .toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}
