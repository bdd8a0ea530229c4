// Under Node's permission model, and on a Node without inspector.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connect } from "../../src/client.js";
import { Project, STAY, WHEN_LISTENING } from "./project.js";

/** The package's folder, with what it depends on in the tests. */
const ROOT = fileURLToPath(new URL("../../../../..", import.meta.url)).replace(/\/$/, "");

const project = new Project({
  "app.cjs": `${WHEN_LISTENING} whenListening((spec) => console.log(spec)); ${STAY}`,
  "ending.cjs": `setTimeout(() => console.log("done"), 20);`,
  "no-inspector.cjs": `
    const { getBuiltinModule } = process;
    process.getBuiltinModule = (name) => {
      if (!/^(node:)?inspector/.test(name)) return getBuiltinModule(name);
      throw Object.assign(new Error("Inspector is not available"), { code: "ERR_INSPECTOR_NOT_AVAILABLE" });
    };
    process.features = { ...process.features, inspector: false };
  `,
});
after(() => project[Symbol.dispose]());

const KNOWN = process.allowedNodeEnvironmentFlags;
/** Everything may be read, which loading a program takes anyway. */
const RESTRICTED = [
  KNOWN.has("--permission") ? "--permission" : "--experimental-permission",
  "--no-warnings",
  "--allow-fs-read=*",
];
const NETWORK = KNOWN.has("--allow-net") ? ["--allow-net"] : [];
const REGISTER = ["--import", "pdm/register"];

test("under the permission model, with the right to write in the runtime folder, there are the socket, the objects and the REPL", async () => {
  const allowed = [...RESTRICTED, ...NETWORK, `--allow-fs-write=${project.runtime}/`];
  await using app = project.start([...allowed, ...REGISTER, "app.cjs"]);
  const spec = await app.readLine();
  assert.deepEqual(readdirSync(path.dirname(spec)), [path.basename(spec)], "and nothing else is left there");
  await using client = await connect(spec);
  assert.ok((await client.list("pdm.perf.*")).length > 0);
  const session = await client.openRepl();
  assert.equal((await session.evaluate("6 * 7")).text, "42");
  assert.match(session.interruptReason ?? "", /^a loop cannot be interrupted here: Access to this API/u);
  await assert.rejects(client.inspect("process.pid"), /has no inspector: Access to this API/u);
});

test("no more than the program, the package and the runtime folder has to be readable; without that folder, the message names it", async () => {
  const flags = RESTRICTED.filter((flag) => !flag.startsWith("--allow-fs-read"));
  // As npm installs it; the tests' project has a link to the sources, beside the parser that they need.
  const packages = [path.join(project.folder, "node_modules"), ROOT];
  const readable = [
    ...packages.map((folder) => `${folder}/`),
    path.join(project.folder, "app.cjs"),
    path.join(project.folder, "package.json"),
  ];
  const reading = readable.map((file) => `--allow-fs-read=${file}`);
  const allowed = [...flags, ...NETWORK, ...reading, `--allow-fs-write=${project.runtime}/`];
  const denied = await project.run([...allowed, ...REGISTER, "-e", "0"]);
  assert.match(
    denied.stderr,
    new RegExp(
      `^pdm: this process cannot be managed: ${project.runtime}: Node's permission model forbids it; start it with --allow-fs-read=FOLDER/ and --allow-fs-write=FOLDER/ `,
    ),
  );
  await using app = project.start([...allowed, `--allow-fs-read=${project.runtime}/`, ...REGISTER, "app.cjs"]);
  await using client = await connect(await app.readLine());
  const session = await client.openRepl();
  assert.equal((await session.evaluate("6 * 7")).text, "42");
});

test("with the rights to start threads and to inspect, all of that is there too", async () => {
  const inspector = KNOWN.has("--allow-inspector") ? ["--allow-inspector"] : [];
  const allowed = [...RESTRICTED, ...NETWORK, ...inspector, "--allow-worker", `--allow-fs-write=${project.runtime}/`];
  await using app = project.start([...allowed, ...REGISTER, "app.cjs"]);
  await using client = await connect(await app.readLine());
  const session = await client.openRepl();
  assert.equal(session.interruptReason, undefined);
  if (inspector.length === 0) return;
  const look = await client.inspect("process.pid");
  assert.equal(look.kind === "value" && look.text, String(app.child.pid));
});

test("under the permission model, without that right, a port can be listened on", async () => {
  await using app = project.start([...RESTRICTED, ...NETWORK, ...REGISTER, "app.cjs"], {
    env: { PDM_LISTEN: "127.0.0.1:0" },
  });
  await using client = await connect(await app.readLine());
  assert.ok((await client.list("pdm.perf.*")).length > 0);
});

test("where the permission model forbids the socket, that is one line, and the program runs", async () => {
  const { status, stdout, stderr } = await project.run([...RESTRICTED, ...REGISTER, "ending.cjs"]);
  assert.deepEqual({ status, stdout }, { status: 0, stdout: "done\n" });
  assert.match(
    stderr,
    /^pdm: this process cannot be managed: [^\n]*Node's permission model forbids it; start it with [^\n]*--allow-fs-write=FOLDER[^\n]*\n$/u,
  );
});

test("where it forbids the network, so is the port", async () => {
  const { status, stdout, stderr } = await project.run([...RESTRICTED, ...REGISTER, "ending.cjs"], {
    env: { PDM_LISTEN: "127.0.0.1:0" },
  });
  assert.deepEqual({ status, stdout }, { status: 0, stdout: "done\n" });
  const expected = NETWORK.length === 0 ? /^$/u : /^pdm: this process cannot be managed: [^\n]*--allow-net[^\n]*\n$/u;
  assert.match(stderr, expected);
});

test("without an inspector there is everything but looks without effects, and the list of ES modules", async () => {
  await using app = project.start(["--require", "./no-inspector.cjs", ...REGISTER, "app.cjs"]);
  await using client = await connect(await app.readLine());
  assert.ok((await client.list("pdm.perf.*")).length > 0);
  const session = await client.openRepl();
  assert.equal(session.interruptReason, undefined);
  assert.equal((await session.evaluate("6 * 7")).text, "42");
  assert.match(
    (await session.evaluate("$modules")).text ?? "",
    /CommonJS {2}.*app\.cjs[^]*has no inspector: Inspector is not available/u,
  );
  await assert.rejects(client.inspect("process.pid"), /has no inspector: Inspector is not available/u);
});
