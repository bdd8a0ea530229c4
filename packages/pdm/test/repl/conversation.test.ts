import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { listen } from "../../src/index.js";
import type { Listener } from "../../src/index.js";
import { PythonClient } from "../fixtures/python-client.js";
import { RawSocket } from "../fixtures/raw-socket.js";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-repl-"));
let listener: Listener;
before(async () => {
  listener = await listen(path.join(folder, "repl.sock"), {
    limits: { blockOutputBytes: 1_000, requestTimeoutMs: 200 },
  });
});
after(async () => {
  await listener.close();
  rmSync(folder, { recursive: true });
});

/** Everything that comes back for `bytes`, the connection being ended from our side. */
async function converse(bytes: string): Promise<string> {
  using raw = await RawSocket.open(listener.spec, "repl");
  raw.write(bytes);
  raw.socket.end();
  return await raw.readToEnd();
}

test("a Python client runs commands in the service and sees what they print", async () => {
  await using python = new PythonClient(listener.spec);
  assert.equal(await python.run('c.open("repl")'), "'+REPL'");
  assert.equal(await python.run('c.repl("1 + 1")'), "('+OK', ['2'])");
  assert.equal(await python.run('c.repl("let x = 40")'), "('+OK', [])");
  assert.equal(await python.run('c.repl("x + 2")'), "('+OK', ['42'])");
  assert.equal(await python.run('c.repl("process.pid")'), `('+OK', ['${process.pid}'])`);
  assert.match(await python.run('c.repl("x.y.z")'), /^\('\+EXC', \[.*TypeError.*\]\)$/u);
  assert.equal(await python.run('c.repl("await Promise.resolve(7)")'), "('+OK', ['7'])");
  assert.equal(await python.run('c.repl("echo({ a: [1, 2] })")'), `('+OK', ['{ a: [ 1, 2 ] }', 'undefined'])`);
});

for (const [what, sent, received] of [
  ["commands in one segment are answered in order", "1\n\n2\n\n3\n\n", " 1\n+OK\n 2\n+OK\n 3\n+OK\n"],
  ["an empty command does nothing", "\n\n", "+OK\n"],
  ["a command of several lines is one command", "[1,\n 2]\n\n", " [ 1, 2 ]\n+OK\n"],
  ["each line of output has its space", "echo('a\\n\\nb'), 0\n\n", " 'a\\n\\nb'\n 0\n+OK\n"],
  [
    "what follows a pending command waits for it",
    "await new Promise((r) => setTimeout(r, 20, 1))\n\n2\n\n",
    " 1\n+OK\n 2\n+OK\n",
  ],
  ["a command that the client left incomplete is not run", "1\n\nglobalThis.incomplete = 1\n", " 1\n+OK\n"],
] as const) {
  test(what, async () => {
    assert.equal(await converse(sent), received);
    assert.equal("incomplete" in globalThis, false);
  });
}

test("output over the limit is cut, and says so", async () => {
  const output = await converse("echo('x'.repeat(5000)); echo(1)\n\n2\n\n");
  assert.match(
    output,
    /^ 'x+\n .+ the rest is cut: a command may print 1000 bytes \(blockOutputBytes\)\n\+OK\n 2\n\+OK\n$/u,
  );
});

test("what a timer prints later comes with the next command", async () => {
  const output = await converse(
    "setTimeout(() => echo('late'), 1), 0\n\nawait new Promise((r) => setTimeout(r, 30)), 1\n\n",
  );
  assert.equal(output, " 0\n+OK\n 'late'\n 1\n+OK\n");
});

test("a client that has ended its side gets the answer to its last command, however long that takes", async () => {
  // Twice as long as a pending request of the other protocol may take here.
  assert.equal(await converse("await new Promise((r) => setTimeout(r, 400, 1))\n\n"), " 1\n+OK\n");
});

test("output counts in bytes, line by line", async () => {
  for (const source of ["echo('€'.repeat(5000))", "for (let i = 0; i < 5000; i++) echo(1)"]) {
    const output = await converse(`${source}\n\n`);
    assert.ok(output.length < 1_200, `${output.length} bytes for ${source}`);
  }
});

test("clients do not see each other's names", async () => {
  using first = await RawSocket.open(listener.spec, "repl");
  first.write("let mine = 1\n\n");
  await first.readLine();
  assert.equal(await converse("typeof mine\n\n"), " 'undefined'\n+OK\n");
});
