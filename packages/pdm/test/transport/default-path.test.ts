import assert from "node:assert/strict";
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { chooseDefaultSpec } from "../../src/transport/default-path.js";
import type { Surroundings } from "../../src/transport/default-path.js";
import { IS_ROOT, makeFolder, readAll, Starter } from "./surroundings.js";

const UID = process.geteuid?.() ?? -1;

/** Surroundings in a folder of the test: `runtime` (private), `run`, and `tmp`; no variables are set. */
function makeSurroundings(folder: string, changes: Partial<Surroundings> = {}): Surroundings {
  mkdirSync(`${folder}/runtime`, { mode: 0o700 });
  mkdirSync(`${folder}/run`, { mode: 0o755 });
  mkdirSync(`${folder}/tmp`);
  chmodSync(`${folder}/tmp`, 0o1777);
  return {
    platform: "linux",
    env: {},
    uid: UID,
    runFolder: `${folder}/run`,
    temporaryFolder: `${folder}/tmp`,
    ...changes,
  };
}

function choosePath(surroundings: Surroundings, name = "shop"): string {
  const spec = chooseDefaultSpec(name, surroundings);
  assert.equal(spec.kind, "unix");
  return (spec as { path: string }).path;
}

test("$XDG_RUNTIME_DIR comes first, for root too", (t) => {
  const folder = makeFolder(t);
  const path = choosePath(makeSurroundings(folder, { env: { XDG_RUNTIME_DIR: `${folder}/runtime` } }));
  assert.equal(path, `${folder}/runtime/pdm/shop-${process.pid}.sock`);
  assert.equal(lstatSync(dirname(path)).mode & 0o777, 0o700);
});

const unfit: ReadonlyArray<readonly [what: string, make: (folder: string) => string]> = [
  ["is empty", () => ""],
  ["is relative", () => "runtime"],
  ["does not exist", (folder) => `${folder}/missing`],
  ["can be written by others", (folder) => (chmodSync(`${folder}/runtime`, 0o770), `${folder}/runtime`)],
  ["can be written by all", (folder) => (chmodSync(`${folder}/runtime`, 0o1777), `${folder}/runtime`)],
  ...(IS_ROOT
    ? [
        [
          "is another user's",
          (folder: string) => (chownSync(`${folder}/runtime`, 4242, 0), `${folder}/runtime`),
        ] as const,
      ]
    : []),
];
for (const [what, make] of unfit) {
  test(`$XDG_RUNTIME_DIR does not count when it ${what}`, (t) => {
    const folder = makeFolder(t);
    const surroundings = makeSurroundings(folder);
    const path = choosePath({ ...surroundings, env: { XDG_RUNTIME_DIR: make(folder) } });
    assert.equal(path, `${folder}/${IS_ROOT ? "run/pdm" : `tmp/pdm-${UID}`}/shop-${process.pid}.sock`);
    assert.deepEqual(readdirSync(`${folder}/runtime`), []);
  });
}

test("root goes to the run folder, where it is root's", { skip: !IS_ROOT && "needs root" }, (t) => {
  const folder = makeFolder(t);
  const path = choosePath(makeSurroundings(folder));
  assert.equal(path, `${folder}/run/pdm/shop-${process.pid}.sock`);
  assert.equal(lstatSync(dirname(path)).mode & 0o777, 0o700);
});

test("where there is no run folder root goes to the temporary one", { skip: !IS_ROOT && "needs root" }, (t) => {
  const folder = makeFolder(t);
  const path = choosePath({ ...makeSurroundings(folder), runFolder: `${folder}/missing` });
  assert.equal(path, `${folder}/tmp/pdm-0/shop-${process.pid}.sock`);
});

test("another user never goes to the run folder", { skip: !IS_ROOT && "needs root, to become another user" }, (t) => {
  const folder = makeFolder(t);
  const surroundings = makeSurroundings(folder, { uid: 65_534 });
  process.seteuid?.(65_534);
  try {
    assert.equal(choosePath(surroundings), `${folder}/tmp/pdm-65534/shop-${process.pid}.sock`);
  } finally {
    process.seteuid?.(0);
  }
  const { uid, mode } = lstatSync(`${folder}/tmp/pdm-65534`);
  assert.deepEqual([uid, mode & 0o777], [65_534, 0o700]);
});

/** Each puts something in the place of our folder under the temporary one. */
const unsafe: ReadonlyArray<readonly [what: string, make: (folder: string, ours: string) => void, message: RegExp]> = [
  ["a symbolic link to a good folder", (folder, ours) => symlinkSync(`${folder}/runtime`, ours), /symbolic link/],
  ["a dangling symbolic link", (_, ours) => symlinkSync("nowhere", ours), /symbolic link/],
  ["a file", (_, ours) => writeFileSync(ours, ""), /another kind of file/],
  ["a folder that others can enter", (_, ours) => (mkdirSync(ours), chmodSync(ours, 0o711)), /has the mode 0711/],
  ["a folder that its group can write", (_, ours) => (mkdirSync(ours), chmodSync(ours, 0o720)), /has the mode 0720/],
  ...(IS_ROOT
    ? [
        [
          "another user's folder",
          (_: string, ours: string) => (mkdirSync(ours, 0o700), chownSync(ours, 4242, 0)),
          /belongs to user 4242/,
        ] as const,
      ]
    : []),
];
for (const [what, make, message] of unsafe) {
  test(`${what} in the place of our folder is refused, not used and not changed`, (t) => {
    const folder = makeFolder(t);
    const surroundings = makeSurroundings(folder, { runFolder: `${folder}/missing` });
    const ours = `${folder}/tmp/pdm-${UID}`;
    make(folder, ours);
    const before = lstatSync(ours);
    assert.throws(() => choosePath(surroundings), { name: "ListenError", code: "ERR_PDM_LISTEN_FOLDER", message });
    const after = lstatSync(ours);
    assert.deepEqual([after.ino, after.mode, after.uid], [before.ino, before.mode, before.uid]);
    assert.deepEqual(readdirSync(`${folder}/runtime`), []);
  });
}

test("a temporary folder in which others can rename our folder is refused", (t) => {
  const folder = makeFolder(t);
  const surroundings = makeSurroundings(folder, { runFolder: `${folder}/missing` });
  chmodSync(surroundings.temporaryFolder, 0o777);
  assert.throws(() => choosePath(surroundings), { code: "ERR_PDM_LISTEN_FOLDER", message: /sticky/ });
  assert.throws(() => choosePath({ ...surroundings, temporaryFolder: `${folder}/missing` }), {
    code: "ERR_PDM_LISTEN_FOLDER",
  });
});

const names: ReadonlyArray<readonly [name: string, cleaned: string]> = [
  ["shop", "shop"],
  ["@acme/shop-api", "acme-shop-api"],
  ["../../etc/passwd", "etc-passwd"],
  ["..", "node"],
  ["", "node"],
  ["-rf", "rf"],
  ["server.mjs", "server"],
  ["a\0b\nc d:0777", "a-b-c-d-0777"],
  ["Bäckerei 🥐", "B-ckerei-"],
  ["n".repeat(1_000), "n".repeat(32)],
];
test("whatever the service's name is, the file is one of our folder", (t) => {
  const folder = makeFolder(t);
  const surroundings = makeSurroundings(folder, { env: { XDG_RUNTIME_DIR: `${folder}/runtime` } });
  for (const [name, cleaned] of names) {
    assert.equal(choosePath(surroundings, name), `${folder}/runtime/pdm/${cleaned}-${process.pid}.sock`);
  }
});

test("on Windows the default is a pipe named after service and process", () => {
  const surroundings = { platform: "win32", env: {}, uid: -1, runFolder: "", temporaryFolder: "" } as const;
  const path = `\\\\.\\pipe\\pdm-shop-${process.pid}`;
  assert.deepEqual(chooseDefaultSpec("shop", surroundings), { kind: "pipe", path });
});

test("a service that gives no spec is reached there, by its npm name, else its script's", async (t) => {
  const folder = makeFolder(t);
  chmodSync(folder, 0o700);
  for (const [npmName, name] of [
    ["@acme/shop", "acme-shop"],
    [undefined, "starter"],
  ] as const) {
    const env = { XDG_RUNTIME_DIR: folder, npm_package_name: npmName };
    const starter = await Starter.start(t, { umask: 0o777 }, { env });
    const { spec } = await starter.open();
    assert.equal(spec, `${folder}/pdm/${name}-${starter.process.pid}.sock`);
    assert.equal(await readAll(spec), `${starter.process.pid}\n`);
    assert.equal(lstatSync(spec).mode & 0o777, 0o600);
    await starter.end({ do: "disconnect" });
    assert.deepEqual(readdirSync(`${folder}/pdm`), []);
  }
});

// Root's place is /run/pdm, of which tests keep away; the rules for it are tried above in folders of their own.
if (!IS_ROOT) {
  test("without $HOME and $XDG_RUNTIME_DIR a place is found", async (t) => {
    const folder = makeFolder(t);
    const env = { HOME: undefined, XDG_RUNTIME_DIR: undefined, TMPDIR: folder };
    const starter = await Starter.start(t, {}, { env });
    const { spec } = await starter.open();
    assert.equal(dirname(spec), `${folder}/pdm-${UID}`);
  });
}
