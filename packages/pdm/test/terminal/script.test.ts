import assert from "node:assert/strict";
import { once } from "node:events";
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import {
  collectResult,
  createFolder,
  runProgram,
  runProgramOnFile,
  startNodeDaemon,
  startProgram,
} from "./program-run.js";
import type { Daemon } from "./program-run.js";

let daemon: Daemon;
before(async () => {
  daemon = await startNodeDaemon();
});
after(() => daemon.stop());

/** JavaScript as typed, and what it prints. */
const SCRIPTS: [title: string, source: string, output: string][] = [
  ["expressions and statements run as soon as they are complete", "1 + 1\nlet x = 1\nx\n", "2\n1\n"],
  ["a function's lines are collected until it is complete", "function f() {\n  return [\n1];\n}\nf()\n", "[ 1 ]\n"],
  ["a template keeps its line feeds", "`a\nb`\n", "'a\\nb'\n"],
  ["top-level await runs", "await Promise.resolve(5)\n", "5\n"],
  ["what is left at the end of the input runs", "let y = 1\ny", "1\n"],
  ["lines may end with a carriage return", "1 + 1\r\n'a'\r\n", "2\n'a'\n"],
  ["text of any language arrives whole", "'é€😀'\n", "'é€😀'\n"],
  [
    "a statement goes on over lines as in a file",
    "const all = [1, 5]\n  // those over 3\n\n  .filter((x) => x > 3)\nif (all[1]) {\n  echo('no')\n}\nelse {\n  echo(all[0])\n}\n6\n  + 1\n",
    "5\n7\n",
  ],
  ["empty lines in a template are kept", "`a\n\n\nb`.length + String.raw`\n\n`.length\n", "7\n"],
  [
    "what merely looks like a traceback is printed",
    "echo(new Error('shown').message), 'Error'\n",
    "'shown'\n'Error'\n",
  ],
];
for (const [title, source, output] of SCRIPTS) {
  test(`in a JavaScript script ${title}`, async () => {
    const result = await runProgram([daemon.spec], source);
    assert.deepEqual(result, { status: 0, signal: null, stdout: output, stderr: "" });
  });
}

test("what no further line can make valid is sent at once, so that its error is reported", async () => {
  const { status, stdout, stderr } = await runProgram([daemon.spec], "function f( {]\n2\n");
  assert.deepEqual([status, stdout], [2, "2\n"]);
  assert.match(stderr, /^Uncaught SyntaxError/);
});

test("a dot command in a script fails with a word on where such commands are for", async () => {
  const { status, stderr } = await runProgram([daemon.spec], "1\n.look 1\n");
  assert.equal(status, 2);
  assert.match(stderr, /^Uncaught SyntaxError[^]*\n\(dot commands, such as \.help, are for a terminal/);
});

test("what is incomplete at the end of the script is sent, so that its error is reported", async () => {
  const { status, stdout, stderr } = await runProgram([daemon.spec], "1\nfunction f() {\n\n");
  assert.deepEqual([status, stdout], [2, "1\n"]);
  assert.match(stderr, /^Uncaught SyntaxError/);
});

test("empty lines within a function are a part of it", async () => {
  const { stdout } = await runProgram([daemon.spec], "function f() {\n\n  const a = 1;\n\n\n  return a;\n}\n\nf()\n");
  assert.equal(stdout, "1\n");
});

test("a command that threw does not stop the ones after it, its traceback is on standard error, and the status is 2", async () => {
  const { status, stdout, stderr } = await runProgram([daemon.spec], "null.x\nthrow 5\n'after'\n");
  assert.deepEqual([status, stdout], [2, "'after'\n"]);
  assert.match(stderr, /^Uncaught TypeError: [^\n]*\n {4}at [^]*\nUncaught 5\n$/);
});

test("with --stop-on-error the first command that throws is the last", async () => {
  const { status, stdout } = await runProgram([daemon.spec, "-s"], "1\nnull.x\n'after'\n");
  assert.deepEqual([status, stdout], [2, "1\n"]);
});

test("-e runs instead of standard input; each code is complete in itself, and names last", async () => {
  const { status, stdout } = await runProgram([daemon.spec, "-e", "let x = 5", "-e", "x\nx + 1"], "'not read'\n");
  assert.deepEqual([status, stdout], [0, "5\n6\n"]);
});

test("a statement goes on over lines in a file and in -e too", async () => {
  const source = "'ab'\n\n  .length\n'c'\n";
  const file = path.join(createFolder(), "script.js");
  writeFileSync(file, source);
  const input = openSync(file, "r");
  try {
    assert.equal((await runProgramOnFile([daemon.spec], input)).stdout, "2\n'c'\n");
  } finally {
    closeSync(input);
  }
  assert.equal((await runProgram([daemon.spec, "-e", source])).stdout, "2\n'c'\n");
});

test("control characters reach a pipe as they are", async () => {
  const { stdout } = await runProgram([
    daemon.spec,
    "-e",
    "echo({ [Symbol.for('nodejs.util.inspect.custom')]: () => '\\x1b[1m' })",
  ]);
  assert.ok(stdout.startsWith("\u001B[1m\n"));
});

test("--json gives a client that may only look the description of a value, which is all that it gets", async () => {
  const look = path.join(createFolder(), "look.sock");
  const viewed = await startNodeDaemon(`await listen(${JSON.stringify(look)}, { role: "viewer", rights: ["inspect"] });
    console.log("viewed"); globalThis.cart = { total: 45 };`);
  try {
    const { stdout: said } = viewed.child;
    assert.ok(said);
    while (!existsSync(look)) await once(said, "data");
    const { status, stdout } = await runProgram([look, "--json", "-e", "1 + 1"]);
    assert.deepEqual([status, JSON.parse(stdout)], [0, { kind: "value", text: "2" }]);
  } finally {
    viewed.stop();
  }
});

test("a line runs when it comes, not only at the end of the input", async () => {
  const child = startProgram([daemon.spec]);
  child.stdout.setEncoding("utf8");
  for (const [line, answer] of [
    ["1 + 1\n", "2\n"],
    ["2 + 2\n", "4\n"],
  ] as const) {
    child.stdin.write(line);
    assert.deepEqual(await once(child.stdout, "data"), [answer]);
  }
  child.stdin.end();
  assert.equal((await collectResult(child)).status, 0);
});

test("when nobody reads the output any more it ends quietly", async () => {
  const child = startProgram([daemon.spec, "-e", "for (let i = 0; i < 100_000; i++) echo(i)", "-e", "'not run'"]);
  await once(child.stdout, "data");
  child.stdout.destroy();
  const { status, stderr } = await collectResult(child);
  assert.deepEqual([status, stderr], [141, ""]);
});

test("Ctrl-C ends a script as the signal does", async () => {
  const child = startProgram([daemon.spec, "-e", "echo('begun'); await new Promise(() => {})"]);
  await once(child.stdout, "data");
  child.kill("SIGINT");
  assert.equal((await collectResult(child)).signal, "SIGINT");
});

test("a lost connection is reported at once, with status 1, even while the input is silent", async () => {
  const doomed = await startNodeDaemon();
  const child = startProgram([doomed.spec]);
  child.stdin.write("1 + 1\n");
  await once(child.stdout, "data");
  doomed.stop();
  const { status, stderr } = await collectResult(child);
  assert.equal(status, 1);
  assert.match(stderr, /lost/);
});

test("a connection lost while a command runs is reported after what it printed", async () => {
  const doomed = await startNodeDaemon();
  const { status, stdout, stderr } = await runProgram([
    doomed.spec,
    "-e",
    "echo('last words'); setImmediate(() => process.exit()); await new Promise(() => {})",
  ]);
  assert.deepEqual([status, stdout], [1, "'last words'\n"]);
  assert.match(stderr, /lost/);
});
