import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { History, MAX_HISTORY_ENTRIES, nameService } from "../../src/terminal/history.js";
import { createFolder, NO_TERMINAL, openTerminal, startNodeDaemon } from "./program-run.js";

function failOnReport(reason: string): void {
  throw new Error(reason);
}

/** Each history of a test lies in a folder of its own. */
function useFolder(): string {
  const folder = createFolder();
  process.env["XDG_STATE_HOME"] = folder;
  return path.join(folder, "pdm");
}

test("lines come back newest first, in another session too", () => {
  useFolder();
  const history = new History("/run/app.sock", failOnReport);
  for (const line of ["first", "  second é", "first"]) history.add(line);
  assert.deepEqual(new History("/run/app.sock", failOnReport).entries, ["first", "  second é", "first"]);
});

test("files are for their owner only, and so is their folder", () => {
  const folder = useFolder();
  const umask = process.umask(0);
  new History("/run/app.sock", failOnReport).add("secret");
  process.umask(umask);
  const modes = [folder, ...readdirSync(folder).map((name) => path.join(folder, name))].map(
    (file) => statSync(file).mode & 0o777,
  );
  assert.deepEqual(modes, [0o700, 0o600]);
});

test("services have their own histories", () => {
  useFolder();
  new History("/run/one.sock", failOnReport).add("one");
  assert.deepEqual(new History("/run/other.sock", failOnReport).entries, []);
});

test("a service keeps its history over restarts that give its socket another pid, and however its path is written", () => {
  const name = nameService("/run/pdm/shop-1234.sock");
  assert.match(name, /^shop-[0-9a-f]{12}$/);
  assert.equal(nameService("/run/pdm/shop-99.sock"), name);
  assert.equal(nameService("/run/../run/pdm/shop-1.sock"), name);
  assert.equal(nameService("./a.sock"), nameService(path.resolve("a.sock")));
  const others = [
    "/run/pdm/shop-2.sock.old",
    "/run/shop-1.sock",
    "127.0.0.1:5000",
    "5000",
    "host:/run/pdm/shop-1.sock",
  ].map(nameService);
  assert.equal(new Set([name, ...others]).size, others.length + 1);
});

test("the names of files are short and plain, whatever the spec", () => {
  assert.match(nameService(`/run/${"…/\u0000".repeat(100)}`), /^[\w.-]{1,60}$/);
});

test("empty entries, very long ones and control characters are not kept for other sessions", () => {
  useFolder();
  const history = new History("/run/app.sock", failOnReport);
  for (const line of ["", "  ", "x".repeat(10_000), "a\u001B[2J", "tab\tkept"]) history.add(line);
  assert.deepEqual(new History("/run/app.sock", failOnReport).entries, ["tab\tkept"]);
});

test("an entry of many lines comes back whole", () => {
  const folder = useFolder();
  const entry = "function f() {\n\n  return 1;\n}";
  new History("/run/app.sock", failOnReport).add(entry);
  assert.deepEqual(new History("/run/app.sock", failOnReport).entries, [entry]);
  // A line of the file each, so that sessions can add to it at once.
  assert.equal(readFileSync(path.join(folder, readdirSync(folder)[0] ?? ""), "utf8").split("\n").length, 2);
});

test("what is typed twice in a row is one entry", () => {
  useFolder();
  const history = new History("/run/app.sock", failOnReport);
  for (const entry of ["a", "a", "b", "a"]) history.add(entry);
  assert.deepEqual(history.entries, ["a", "b", "a"]);
});

test("what is kept is bounded, and the newest lines are never among those that go", () => {
  const folder = useFolder();
  const history = new History("/run/app.sock", failOnReport);
  for (let index = 0; index < 20_000; index++) history.add(`line ${index} ${"x".repeat(20)}`);
  const lines = new History("/run/app.sock", failOnReport).entries;
  assert.deepEqual(history.entries, lines);
  assert.equal(lines.length, MAX_HISTORY_ENTRIES);
  assert.match(lines[0] ?? "", /^line 19999 /);
  assert.match(lines.at(-1) ?? "", /^line 19000 /);
  const bytes = readdirSync(folder).map((name) => statSync(path.join(folder, name)).size);
  assert.ok(bytes.length <= 2 && Math.max(...bytes) < 70_000, bytes.join());
});

test("many sessions at once lose no line and mix none up, also while files are begun anew", async () => {
  const folder = useFolder();
  const module = new URL("../../src/terminal/history.js", import.meta.url).href;
  const code = `import { History } from ${JSON.stringify(module)};
    const history = new History("/run/app.sock", (reason) => { throw new Error(reason); });
    for (let index = 0; index < 400; index++) history.add(process.argv[1] + " " + index + " " + "x".repeat(40));`;
  const writers = ["a", "b", "c", "d"].map((name) =>
    spawn(process.execPath, ["--input-type=module", "-e", code, name], { stdio: "inherit" }),
  );
  assert.deepEqual(
    await Promise.all(writers.map((writer) => once(writer, "exit"))),
    writers.map(() => [0, null]),
  );
  const lines = readdirSync(folder).flatMap((name) =>
    readFileSync(path.join(folder, name), "utf8").trimEnd().split("\n"),
  );
  assert.ok(readdirSync(folder).length >= 2, "the lines were too few to begin a second file");
  assert.equal(new Set(lines).size, 1_600);
  assert.equal(lines.filter((line) => /^[abcd] \d+ x{40}$/.test(line)).length, 1_600);
});

test("a damaged or foreign file does no harm", () => {
  const folder = useFolder();
  mkdirSync(folder, { recursive: true });
  const prefix = path.join(folder, `${nameService("/run/app.sock")}.history.`);
  mkdirSync(`${prefix}x`);
  writeFileSync(`${prefix}1`, Buffer.from([0xff, 0xfe, 0x0a, 0x1b, 0x5b, 0x0a, 0x6f, 0x6b, 0x0a, 0x63, 0x75, 0x74]));
  symlinkSync("/dev/zero", `${prefix}2`);
  assert.deepEqual(new History("/run/app.sock", failOnReport).entries, ["cut", "ok", "\uFFFD\uFFFD"]);
});

test("a line is not written through a planted link; the failure is reported once and is not fatal", () => {
  const folder = useFolder();
  mkdirSync(folder, { recursive: true });
  const target = path.join(folder, "target");
  writeFileSync(target, "");
  symlinkSync(target, path.join(folder, `${nameService("/run/app.sock")}.history.1`));
  const reasons: string[] = [];
  const history = new History("/run/app.sock", (reason) => reasons.push(reason));
  history.add("one");
  history.add("two");
  assert.equal(reasons.length, 1);
  assert.equal(readFileSync(target, "utf8"), "");
});

test("where the folder cannot be made, there is no history and no failure to start", () => {
  process.env["XDG_STATE_HOME"] = path.join(createFolder(), "file");
  writeFileSync(process.env["XDG_STATE_HOME"], "");
  chmodSync(process.env["XDG_STATE_HOME"], 0o600);
  const reasons: string[] = [];
  const history = new History("/run/app.sock", (reason) => reasons.push(reason));
  assert.deepEqual(history.entries, []);
  history.add("one");
  assert.match(reasons.join(), /ENOTDIR/);
});

test("what was typed in one session is recalled in the next", { skip: NO_TERMINAL }, async (t) => {
  const folder = createFolder();
  const daemon = await startNodeDaemon();
  t.after(() => daemon.stop());
  const first = await openTerminal(t, daemon.spec, folder);
  await first.send("6 * 7\r");
  await first.expect(/^42\n%$/);
  // Killed, not left: each line is kept when it is typed.
  first.close();
  const second = await openTerminal(t, daemon.spec, folder);
  await second.send("\u001B[A\r");
  await second.expect(/^% 6 \* 7\n42\n%$/);
});
