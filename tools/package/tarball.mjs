// Checks what a user gets: the packed package, installed somewhere else and used in every way that is promised.
//   node tools/package/tarball.mjs
import "../node-version.mjs";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { localProgram, mustRun, npm, ROOT, runTool, ToolError } from "../command.mjs";
import { makeTemporaryFolder, removeTree } from "../files.mjs";

/** What the package may hold; each of these must be there. */
const CONTENTS = [
  /^package\.json$/u,
  /^README\.md$/u,
  /^LICENSE$/u,
  /^dist\/THIRD-PARTY-LICENSES\.txt$/u,
  /^dist\/(?:index|client|http|register|attach|pdm-repl|pdm-attach|pdm-rescue|pdm-node-options)\.js(?:\.map)?$/u,
  /^dist\/chunks\/[\w-]+\.js(?:\.map)?$/u,
  /^dist\/types\/(?:[\w-]+\/)*[\w-]+\.d\.ts$/u,
];

/** Programs of somebody who uses the package: `consumer/`. */
const CONSUMER = path.join(ROOT, "tools", "package", "consumer");

await runTool(async () => {
  const folder = makeTemporaryFolder();
  try {
    const tarball = await pack(folder);
    await mustRun([localProgram("publint"), "run", "--strict", tarball]);
    // ESM only: `require` gets the ES module, which Node loads from 20.19 on.
    await mustRun([localProgram("attw"), tarball, "--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm"]);
    await checkInstalled(await install(folder, tarball));
  } finally {
    removeTree(folder);
  }
});

/**
 * @param {string} folder
 * @returns {Promise<string>} the tarball, whose contents are checked
 */
async function pack(folder) {
  const answer = await mustRun([...npm(), "pack", "--json", "--workspace", "pdm", "--pack-destination", folder]);
  const parsed = JSON.parse(answer);
  // npm 12 answers with an object by name, those before with a list.
  const [{ filename, files }] = /** @type {[{ filename: string, files: { path: string }[] }]} */ (
    Object.values(parsed)
  );
  const names = files.map((file) => file.path);
  const stranger = names.find((name) => !CONTENTS.some((pattern) => pattern.test(name)));
  if (stranger !== undefined) throw new ToolError(`The package should not hold ${stranger}`);
  const missing = CONTENTS.find((pattern) => !names.some((name) => pattern.test(name)));
  if (missing !== undefined) throw new ToolError(`The package holds nothing that matches ${missing}`);
  for (const name of names) {
    const text = readFileSync(path.join("packages/pdm", name), "utf8");
    if (text.includes(ROOT)) throw new ToolError(`${name} names a folder of this machine`);
  }
  return path.join(folder, filename);
}

/**
 * @param {string} folder
 * @param {string} tarball
 * @returns {Promise<string>} a project that depends on the package, with the consumer's programs
 */
async function install(folder, tarball) {
  const project = path.join(folder, "project");
  mkdirSync(project);
  cpSync(CONSUMER, project, { recursive: true });
  writeFileSync(path.join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  // Offline, since it depends on nothing.
  await mustRun(
    [...npm(), "install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", project, tarball],
    {
      cwd: project,
    },
  );
  return project;
}

/** @param {string} project */
async function checkInstalled(project) {
  const inProject = { cwd: project };
  await mustRun([process.execPath, "import.mjs"], inProject);
  await mustRun([process.execPath, "require.cjs"], inProject);
  await mustRun([process.execPath, "--import", "pdm/register", "require.cjs"], inProject);

  const manifest = JSON.parse(readFileSync(path.join(project, "node_modules", "pdm", "package.json"), "utf8"));
  for (const name of Object.keys(manifest.bin)) {
    const program = path.join(project, "node_modules", ".bin", name);
    const version = (await mustRun([program, "--version"], inProject)).trim();
    if (version !== manifest.version) throw new ToolError(`${name} --version says ${version}, not ${manifest.version}`);
  }

  const shared = { absWorkingDir: project, bundle: true, platform: /** @type {const} */ ("node"), target: "node20.19" };
  await build({
    ...shared,
    entryPoints: ["import.mjs"],
    outfile: path.join(project, "alone", "bundle.mjs"),
    format: "esm",
  });
  removeTree(path.join(project, "node_modules"));
  await mustRun([process.execPath, path.join("alone", "bundle.mjs")], inProject);
}
