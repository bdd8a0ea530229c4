import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { after, test } from "node:test";
import { connect, connectWatchdog } from "../../src/client.js";
import type { WatchdogReport } from "../../src/client.js";
import { Project, REGISTER_URL, STAY, WHEN_LISTENING } from "./project.js";

const SERVING = `${WHEN_LISTENING} whenListening((...specs) => console.log(specs.join(" "))); ${STAY}`;

const project = new Project({
  "app.cjs": SERVING,
  "app.mjs": SERVING,
  "none.cjs": "",
  "looping.cjs": `
    ${WHEN_LISTENING}
    process.once("SIGUSR2", () => {
      const until = Date.now() + 60_000;
      while (Date.now() < until);
    });
    whenListening((spec) => console.log(spec));
    ${STAY}
  `,
  // It ends when what it was to do is done.
  "ending.mjs": `
    import { text } from "node:stream/consumers";
    const input = await text(process.stdin);
    const { NODE_OPTIONS, ...env } = process.env;
    console.log(JSON.stringify({ input, env, argv: process.argv, title: process.title, NODE_OPTIONS }));
    process.exitCode = 3;
  `,
  "both.mjs": `
    import { listen } from "pdm";
    const { spec } = await listen(process.argv[2]).catch((error) => ({ spec: error.code }));
    ${WHEN_LISTENING}
    whenListening((...specs) => console.log(JSON.stringify({ spec, specs })), Number(process.argv[3]));
    ${STAY}
  `,
});
after(() => project[Symbol.dispose]());

const WAYS: readonly (readonly [how: string, args: readonly string[], env: Record<string, string>])[] = [
  ["--import pdm/register", ["--import", "pdm/register"], {}],
  ["--import=pdm/register", ["--import=pdm/register"], {}],
  ["--require pdm/register", ["--no-warnings", "--require", "pdm/register"], {}],
  ["NODE_OPTIONS with its name", [], { NODE_OPTIONS: "--import pdm/register" }],
  ["NODE_OPTIONS with its address", [], { NODE_OPTIONS: `--import=${REGISTER_URL}` }],
];
for (const [how, args, env] of WAYS) {
  for (const [kind, script] of [
    ["an ES module", "app.mjs"],
    ["a CommonJS program", "app.cjs"],
  ] as const) {
    test(`${how} makes ${kind} manageable, on the default socket`, async () => {
      await using app = project.start([...args, script], { env });
      const spec = await app.readLine();
      assert.equal(spec, path.join(project.runtime, "pdm", `app-${app.child.pid}.sock`));
      await using client = await connect(spec);
      assert.equal(client.server?.process.pid, app.child.pid);
    });
  }
}

test("the environment says where, as what, for whom, and where that is recorded", async () => {
  const [socket, auditFile] = [project.socket("service.sock"), project.socket("audit.jsonl")];
  await using app = project.start(["--import", "pdm/register", "app.mjs"], {
    env: { PDM_LISTEN: `${socket}:0600`, PDM_ROLE: "viewer", PDM_RIGHTS: "inspect", PDM_AUDIT_FILE: auditFile },
  });
  assert.equal(await app.readLine(), socket);
  await using client = await connect(socket);
  const { role, rights } = client.server ?? {};
  assert.deepEqual({ role, rights }, { role: "viewer", rights: ["inspect"] });
  await assert.rejects(client.openRepl());
  assert.match(readFileSync(auditFile, "utf8"), /"connect"/u);
});

test("a name given by the environment is that of the default socket; an empty variable is none", async () => {
  const env = { PDM_NAME: "billing", PDM_LISTEN: "", PDM_ROLE: "", PDM_HTTP: "" };
  await using app = project.start(["--import", "pdm/register", "app.mjs"], { env });
  assert.equal(await app.readLine(), path.join(project.runtime, "pdm", `billing-${app.child.pid}.sock`));
});

for (const [value, isThere] of [
  ["1", true],
  ["0", false],
] as const) {
  test(`with PDM_HTTP=${value} HTTP requests are ${isThere ? "" : "not "}counted`, async () => {
    await using app = project.start(["--import", "pdm/register", "app.cjs"], { env: { PDM_HTTP: value } });
    await using client = await connect(await app.readLine());
    const found = await client.list("pdm.http.*");
    assert.equal(found.length > 0, isThere);
  });
}

test("with PDM_WATCHDOG there is a watchdog, which sees the loop that the program is in", async () => {
  const env = { PDM_LISTEN: project.socket("watched.sock"), PDM_WATCHDOG: "60" };
  await using app = project.start(["--import", "pdm/register", "looping.cjs"], { env });
  await app.readLine();
  let see: (report: WatchdogReport) => void = () => undefined;
  const seen = new Promise<WatchdogReport>((resolve) => {
    see = resolve;
  });
  await using watchdog = await connectWatchdog(env.PDM_LISTEN, { onBlocked: see });
  app.child.kill("SIGUSR2");
  assert.equal((await seen).state, "loop");
  const { isBlocked, limitMs } = await watchdog.state();
  assert.deepEqual({ isBlocked, limitMs }, { isBlocked: true, limitMs: 60 });
});

test("without PDM_WATCHDOG, and with 0, there is none", async () => {
  for (const variables of [{}, { PDM_WATCHDOG: "0" }]) {
    await using app = project.start(["--import", "pdm/register", "app.cjs"], { env: variables });
    await assert.rejects(connectWatchdog(await app.readLine()), { code: "ERR_PDM_NO_WATCHDOG" });
  }
});

const taken = project.socket("taken.sock");
const server = createServer().listen(taken);
after(() => server.close());
writeFileSync(project.socket("file"), "");

const FAILURES: readonly (readonly [what: string, env: Record<string, string>, reason: RegExp])[] = [
  ["a spec that is none", { PDM_LISTEN: "socket" }, /"socket"/u],
  ["a spec of two lines", { PDM_LISTEN: "so\ncket" }, /no address/u],
  ["an address that others reach", { PDM_LISTEN: "0.0.0.0:1" }, /loopback/u],
  ["a socket that is taken", { PDM_LISTEN: taken }, /in use/u],
  ["a folder that is missing", { PDM_LISTEN: "/no/such/folder/x.sock" }, /does not exist/u],
  ["a folder that is a file", { PDM_LISTEN: project.socket("file/x.sock") }, /not a folder/u],
  ["a switch that is neither on nor off", { PDM_HTTP: "yes" }, /PDM_HTTP is "yes"; give 1 or 0/u],
  ["a watchdog that is neither on nor off", { PDM_WATCHDOG: "yes" }, /PDM_WATCHDOG is "yes"; give 1, 0 or a number/u],
  ["a watchdog with too little patience", { PDM_WATCHDOG: "5" }, /watchdog\.blockedMs/u],
  ["a role that is none", { PDM_ROLE: "boss" }, /role is "boss"/u],
  ["a right that is none", { PDM_RIGHTS: "repl,fly" }, /"fly"/u],
  ["an audit file that cannot be written", { PDM_AUDIT_FILE: "/no/such/folder/audit" }, /audit file/u],
];
for (const [what, env, reason] of FAILURES) {
  test(`${what} is one line on standard error, and the program does what it does`, async () => {
    const { status, stdout, stderr } = await project.run(["--import", "pdm/register", "ending.mjs"], {
      env,
      input: "some\ninput",
    });
    assert.match(stderr, /^pdm: this process cannot be managed: [^\n]*\n$/u);
    assert.match(stderr, reason);
    assert.equal(status, 3);
    assert.equal((JSON.parse(stdout) as { input: string }).input, "some\ninput");
  });
}

test("a program cannot tell that it is managed: it has its input, arguments and environment, and ends when it wants", async () => {
  const options = { input: "a\nb", env: { NODE_OPTIONS: "--no-warnings" } };
  const without = await project.run(["ending.mjs", "one", "--import", "pdm/register"], options);
  const managed = ["--import", REGISTER_URL, "ending.mjs", "one", "--import", "pdm/register"];
  assert.deepEqual(await project.run(managed, options), without);
  const env = { PDM_HTTP: "1" };
  assert.deepEqual(await project.run(["--import", REGISTER_URL, "none.cjs"], { env }), {
    status: 0,
    stdout: "",
    stderr: "",
  });
  const left = readdirSync(path.join(project.runtime, "pdm")).filter((name) => /^(?:ending|none)/u.test(name));
  assert.deepEqual(left, [], "and its exit has removed its sockets");
});

test("a program that listens itself has two sockets, and both are known to whoever asks in the process", async () => {
  const own = project.socket("own.sock");
  await using app = project.start(["--import", "pdm/register", "both.mjs", own, "2"]);
  const { spec, specs } = JSON.parse(await app.readLine()) as { spec: string; specs: readonly string[] };
  assert.equal(spec, own);
  assert.deepEqual(specs.toSorted(), [own, path.join(project.runtime, "pdm", `both-${app.child.pid}.sock`)].toSorted());
  for (const each of specs) (await connect(each)).close();
});

test("the same socket twice is an error, for the one that comes second", async () => {
  const own = project.socket("twice.sock");
  await using app = project.start(["--import", "pdm/register", "both.mjs", own, "1"], { env: { PDM_LISTEN: own } });
  const { spec, specs } = JSON.parse(await app.readLine()) as { spec: string; specs: readonly string[] };
  assert.deepEqual({ spec, specs }, { spec: "ERR_PDM_LISTEN_IN_USE", specs: [own] });
  assert.ok(existsSync(own));
});

test("two copies of the package register a process once", async () => {
  const other = new URL(`${REGISTER_URL}?another-copy`).href;
  const env = { PDM_LISTEN: "127.0.0.1:0" };
  await using app = project.start(["--import", "pdm/register", "--import", other, "app.mjs"], { env });
  await using client = await connect(await app.readLine());
  const session = await client.openRepl();
  const { text } = await session.evaluate('globalThis[Symbol.for("pdm.listeners.v1")].size');
  assert.equal(text, "1");
});
