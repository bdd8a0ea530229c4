import assert from "node:assert/strict";
import path from "node:path";
import { after, test } from "node:test";
import { connect } from "../../src/client.js";
import { chooseOwnSpec } from "../../src/registration/own-spec.js";
import { Project, STAY, WHEN_LISTENING } from "./project.js";

/** Says for itself, by what it was started with, where it can be reached; children write to its output. */
const SAY = `${WHEN_LISTENING}
  const say = (kind) => whenListening((spec) => console.log(JSON.stringify({ kind, pid: process.pid, spec })));
  ${STAY}
  process.on("disconnect", () => process.exit());
`;

const project = new Project({
  "leaf.cjs": `${SAY} say(process.argv[2]);`,
  "family.cjs": `${SAY}
    const { fork, spawn } = require("node:child_process");
    const cluster = require("node:cluster");
    if (cluster.isWorker) {
      say("worker " + cluster.worker.id);
    } else {
      say("first");
      const [cwd] = process.argv.slice(2);
      const children = [
        fork(__dirname + "/leaf.cjs", ["forked"], { cwd }),
        spawn(process.execPath, [__dirname + "/leaf.cjs", "spawned"], { cwd, stdio: ["ignore", "inherit", "inherit", "ipc"] }),
      ];
      cluster.fork();
      cluster.fork();
    }
  `,
  "npm-cli.js": `
    require("node:child_process").fork(__dirname + "/leaf.cjs", ["started"]);
    process.on("disconnect", () => process.exit());
  `,
  "threads.cjs": `${WHEN_LISTENING}
    const { Worker } = require("node:worker_threads");
    const rest = ${JSON.stringify(STAY)};
    new Worker(__dirname + "/resting.cjs").on("message", () => {
      new Worker(rest, { eval: true }).on("online", () => whenListening((spec) => console.log(spec)));
    });
  `,
  "resting.cjs": `require("node:worker_threads").parentPort.postMessage("ready"); ${STAY}`,
});
after(() => project[Symbol.dispose]());

interface Said {
  readonly kind: string;
  readonly pid: number;
  readonly spec: string;
}

async function hear(readLine: () => Promise<string>, count: number): Promise<Record<string, Said>> {
  const said: Record<string, Said> = {};
  for (let index = 0; index < count; index++) {
    const one = JSON.parse(await readLine()) as Said;
    said[one.kind] = one;
  }
  return said;
}

async function readProcessId(spec: string): Promise<number | undefined> {
  await using client = await connect(spec);
  return client.server?.process.pid;
}

for (const [where, cwd] of [
  ["", "."],
  [", also those that start in another folder", "/"],
] as const) {
  test(`children of every kind can be managed, each by its own name beside PDM_LISTEN${where}`, async () => {
    const env = { NODE_OPTIONS: "--no-warnings --import pdm/register", PDM_LISTEN: project.socket("app.sock") };
    await using app = project.start(["--import", "pdm/register", "family.cjs", cwd], { env });
    const { first, forked, spawned, ...workers } = await hear(() => app.readLine(), 5);
    assert.equal(first?.spec, project.socket("app.sock"));
    assert.equal(forked?.spec, project.socket(`app-${forked?.pid}.sock`));
    assert.equal(spawned?.spec, project.socket(`app-${spawned?.pid}.sock`));
    assert.deepEqual(
      Object.values(workers)
        .map(({ kind, spec }) => `${kind}: ${path.basename(spec)}`)
        .toSorted(),
      ["worker 1: app-worker-1.sock", "worker 2: app-worker-2.sock"],
    );
    for (const one of [first, forked, spawned, ...Object.values(workers)]) {
      assert.equal(await readProcessId(one?.spec ?? ""), one?.pid);
    }
  });
}

test("beside a port there is the default socket for children", async () => {
  const env = { PDM_LISTEN: "127.0.0.1:0" };
  await using app = project.start(["--import", "pdm/register", "family.cjs", "."], { env });
  const { first, ...others } = await hear(() => app.readLine(), 4);
  assert.match(first?.spec ?? "", /^127\.0\.0\.1:\d+$/u);
  assert.deepEqual(Object.keys(others).toSorted(), ["forked", "worker 1", "worker 2"]);
  for (const { spec, pid } of Object.values(others))
    assert.match(spec, new RegExp(`^${project.runtime}/.*-${pid}\\.sock$`, "u"));
});

test("npm, which only starts the program, leaves it the address", async () => {
  const env = { NODE_OPTIONS: "--import pdm/register", PDM_LISTEN: project.socket("npm.sock") };
  await using npm = project.start(["npm-cli.js"], { env });
  const { started } = await hear(() => npm.readLine(), 1);
  assert.equal(started?.spec, project.socket("npm.sock"));
  assert.notEqual(started?.pid, npm.child.pid);
});

test("a worker thread made from a file can be entered; one made from a string is not known", async () => {
  await using app = project.start(["--import", "pdm/register", "threads.cjs"]);
  await using client = await connect(await app.readLine());
  const threads = await client.listThreads();
  assert.deepEqual(
    threads.map(({ thread, name }) => [thread, name]),
    [
      [0, "main"],
      [1, "resting.cjs"],
    ],
  );
});

const FIRST = { PDM_REGISTERED: "1" };
const PLACES: readonly (readonly [
  spec: string | undefined,
  env: Record<string, string>,
  workerId: number | undefined,
  own: string | undefined,
])[] = [
  [undefined, {}, undefined, undefined],
  ["/run/app.sock:0660:ops", {}, undefined, "/run/app.sock:0660:ops"],
  ["/run/app.sock:0660:ops", FIRST, undefined, "/run/app-7.sock:0660:ops"],
  ["/run/app.sock", FIRST, 2, "/run/app-worker-2.sock:0600"],
  ["/run/app.sock", { PDM_REGISTERED: "5" }, 2, "/run/app-7.sock:0600"],
  ["./app", FIRST, undefined, "./app-7:0600"],
  ["sub/app.x.sock", FIRST, undefined, "./sub/app.x-7.sock:0600"],
  ["127.0.0.1:2400", FIRST, undefined, undefined],
  ["fd:3", FIRST, undefined, undefined],
];
for (const [spec, env, workerId, own] of PLACES) {
  const who =
    env["PDM_REGISTERED"] === undefined ? "the first process" : workerId === undefined ? "a child" : "a worker";
  test(`for ${spec}, ${who} has ${own ?? "the default socket"}`, () => {
    assert.equal(chooseOwnSpec(spec, { env: { ...env }, pid: 7, ppid: 1, workerId }), own);
  });
}
