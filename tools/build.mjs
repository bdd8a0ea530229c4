// Builds what is published (packages/pdm/dist), the examples and the tests, in a few seconds.
//   node tools/build.mjs            everything
//   node tools/build.mjs --if-needed  what is published and the examples, where their sources have changed since
//   node tools/build.mjs tests      only what the tests run
import "./node-version.mjs";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { localProgram, mustRun, ROOT, runTool } from "./command.mjs";
import { digestFiles, findFiles, replaceFolder } from "./files.mjs";
import { checkLateParser, nameSharedChunks, writeThirdPartyLicences } from "./package/bundle.mjs";
import { embedAttached, embedThread } from "./package/embedded-thread.mjs";
import { buildWithOneSharedChunk, quickenScripts } from "./package/quick-load.mjs";

/** @import { Plugin } from "esbuild" */

/** Node 20.19's syntax; names and layout are kept, so that the published files can be read. */
const SHARED = /** @type {const} */ ({
  absWorkingDir: ROOT,
  format: "esm",
  platform: "node",
  target: "node20.19",
  sourcemap: true,
  logLevel: "warning",
});

const ENTRY_POINTS = ["index", "client", "http", "register", "attach"];
const PROGRAMS = ["pdm-repl", "pdm-node-options", "pdm-attach", "pdm-rescue"];

const EXAMPLES = ["examples/programs", "examples/shop"];

/** Every file besides a folder's own sources that decides how it is built. */
const RECIPE = ["package-lock.json", "tsconfig.base.json", "packages/pdm/package.json", "packages/pdm/tsconfig.json"];

/** One bundled file an entry point, with shared chunks; the parser of the REPL is a chunk of its own (dynamic import). */
function buildPackage() {
  return replaceFolder("packages/pdm/dist", async (dist) => {
    const options = /** @type {const} */ ({
      ...SHARED,
      entryPoints: [...ENTRY_POINTS, ...PROGRAMS].map((name) => `packages/pdm/src/${name}.ts`),
      outdir: dist,
      bundle: true,
      splitting: true,
      chunkNames: "chunks/[name]-[hash]",
      legalComments: "inline",
      metafile: true,
      plugins: /** @type {Plugin[]} */ ([embedThread(SHARED), embedAttached(SHARED)]),
    });
    const { metafile } = await buildWithOneSharedChunk(options, "packages/pdm/src/index.ts");
    quickenScripts(metafile);
    checkLateParser(metafile);
    nameSharedChunks(metafile);
    writeThirdPartyLicences(metafile, dist);
    for (const program of PROGRAMS) chmodSync(path.join(dist, `${program}.js`), 0o755);
    const types = ["--noEmit", "false", "--emitDeclarationOnly", "--outDir", path.join(dist, "types")];
    await mustRun([localProgram("tsc"), "-p", "packages/pdm", ...types]);
  });
}

/** The examples, file by file: they import `pdm` as any program would. */
async function buildExamples() {
  for (const folder of EXAMPLES) await transpile(folder, ["src"], "dist", `${folder}/src`);
}

/** Sources and tests, file by file, so that a test can reach every module and a stack trace names the source. */
async function buildTests() {
  for (const folder of ["packages/pdm", ...EXAMPLES]) {
    await transpile(folder, ["src", "test"], ".build", folder);
  }
}

/** Builds the package and the examples where a source is not the one that the last build saw. */
async function buildIfNeeded() {
  const tools = findFiles("tools", ".mjs");
  await ifChanged(
    "package",
    "packages/pdm/dist",
    [...findFiles("packages/pdm/src"), ...RECIPE, ...tools],
    buildPackage,
  );
  await ifChanged(
    "examples",
    `${EXAMPLES.at(-1)}/dist`,
    [...EXAMPLES.flatMap((folder) => findFiles(`${folder}/src`)), ...RECIPE, ...tools],
    buildExamples,
  );
}

/**
 * @param {string} folder
 * @param {readonly string[]} sources subfolders
 * @param {string} target subfolder
 * @param {string} base what a source's path is relative to, for its place in the target
 */
function transpile(folder, sources, target, base) {
  const entryPoints = sources.flatMap((name) => findFiles(path.join(folder, name), ".ts"));
  return replaceFolder(path.join(folder, target), async (outdir) => {
    await build({ ...SHARED, entryPoints, outbase: base, outdir, plugins: [embedAttached(SHARED)] });
  });
}

/**
 * @param {string} name
 * @param {string} target
 * @param {readonly string[]} inputs
 * @param {() => Promise<void>} make
 */
async function ifChanged(name, target, inputs, make) {
  const mark = path.join(".cache", "built", name);
  const digest = digestFiles(inputs);
  if (existsSync(target) && existsSync(mark) && readFileSync(mark, "utf8") === digest) return;
  await make();
  mkdirSync(path.dirname(mark), { recursive: true });
  writeFileSync(mark, digest);
}

await runTool(async () => {
  const what = process.argv[2];
  if (what === "--if-needed") return buildIfNeeded();
  if (what !== "tests") {
    await buildPackage();
    await buildExamples();
  }
  return buildTests();
});
