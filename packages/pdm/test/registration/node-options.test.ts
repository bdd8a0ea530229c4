import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { registrationOptions, replaceInOptions } from "../../src/registration/node-options.js";
import { Project, REGISTER_URL, WHEN_LISTENING } from "./project.js";

const project = new Project({
  "app.cjs": `${WHEN_LISTENING} whenListening((spec) => console.log(spec));`,
  "options.cjs": "console.log(JSON.stringify([process.env.NODE_OPTIONS, process.execArgv]));",
});
after(() => project[Symbol.dispose]());

const URL_WITH_SPACE = "file:///opt/my%20app/register.js";
const SPELLINGS: readonly (readonly [written: string, replaced: string])[] = [
  ["--import=pdm/register", `--import=${URL_WITH_SPACE}`],
  ["--import pdm/register", `--import ${URL_WITH_SPACE}`],
  ['--import="pdm/register"', `--import=${URL_WITH_SPACE}`],
  ['"--import=pdm/register"', `--import=${URL_WITH_SPACE}`],
  ['--import "pdm\\/register"', `--import ${URL_WITH_SPACE}`],
  ["-r pdm/register", '-r "/opt/my app/register.js"'],
  ["--require=pdm/register", '"--require=/opt/my app/register.js"'],
  ["--no-warnings  --import=pdm/register --import=x", `--no-warnings  --import=${URL_WITH_SPACE} --import=x`],
  ["--import=pdm/register --import=pdm/register", `--import=${URL_WITH_SPACE} --import=${URL_WITH_SPACE}`],
  ['--title="--import pdm/register"', '--title="--import pdm/register"'],
  ["--import=other/pdm/register", "--import=other/pdm/register"],
  ["--import ./pdm/register", "--import ./pdm/register"],
  ["--conditions pdm/register", "--conditions pdm/register"],
  ["", ""],
];
for (const [written, replaced] of SPELLINGS) {
  test(`in NODE_OPTIONS ${written || "without anything"} becomes ${replaced || "nothing"}`, () => {
    assert.equal(replaceInOptions(written, URL_WITH_SPACE), replaced);
  });
}

test("what is passed on to children has the address instead of the name, and is else as it was", async () => {
  const env = { NODE_OPTIONS: "--no-deprecation --import pdm/register --stack-trace-limit=20" };
  const { stdout } = await project.run(["--import", "pdm/register", "--no-warnings", "options.cjs"], { env });
  assert.deepEqual(JSON.parse(stdout), [
    `--no-deprecation --import ${REGISTER_URL} --stack-trace-limit=20`,
    ["--import", REGISTER_URL, "--no-warnings"],
  ]);
});

test("the program's output has any Node.js program managed, in any folder, wherever the package lies", async () => {
  const copy = path.join(project.folder, `it's "my" copy`);
  cpSync(fileURLToPath(new URL("../../src", import.meta.url)), copy, { recursive: true });
  project.write("package.json", JSON.stringify({ type: "module" }));
  const { status, stdout, stderr } = await project.run([path.join(copy, "pdm-node-options.js")]);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
  const address = pathToFileURL(path.join(copy, "register.js")).href;
  assert.equal(stdout, `${registrationOptions(address)}\n`);

  const app = path.join(project.folder, "app.cjs");
  const run = await project.run([app], { env: { NODE_OPTIONS: stdout.trim() }, cwd: "/" });
  assert.match(run.stdout, /\/app-\d+\.sock\n$/u, run.stderr);
});

for (const [args, status, output] of [
  [["--help"], 0, /^Usage: pdm-node-options\n/u],
  [["--version"], 0, /^\d+\.\d+\.\d+\n$/u],
  [["--what"], 1, /^$/u],
] as const) {
  test(`pdm-node-options ${args.join(" ")} ends with status ${status}`, async () => {
    const program = fileURLToPath(new URL("../../src/pdm-node-options.js", import.meta.url));
    const run = await project.run([program, ...args]);
    assert.equal(run.status, status);
    assert.match(run.stdout, output);
  });
}
