import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { findMainScript, listNames, listNodeOptions, readProcessCommand } from "../../src/target/command-line.js";
import { VictimProcess } from "../fixtures/victim-process.js";

const BEGINS = 'process.stdout.write("begin\\n"); setInterval(() => {}, 1_000);';

test("no option of this Node.js that takes a value has its value taken for the main script", () => {
  const help = execFileSync(process.execPath, ["--help"], { encoding: "utf8" });
  const options = [...help.matchAll(/^ {2,4}(-.*?)=(?:\.\.\.|\[host:\]port)/gm)]
    .flatMap(([, names = ""]) => names.split(", "))
    // They have no main script.
    .filter((name) => !["-e", "--eval", "--run"].includes(name));
  assert.ok(options.length > 40, "node --help is not as expected");
  const wrong = options.filter(
    (option) => findMainScript({ args: ["node", option, "value", "app.js"], env: new Map() }) !== "app.js",
  );
  assert.deepEqual(wrong, []);
});

test("the main script is found behind the values of options, and a quoted NODE_OPTIONS is read as Node.js reads it", async () => {
  using victim = await VictimProcess.start(BEGINS, {
    flags: ["--stack-trace-limit=5", "--tls-keylog", "keys.log", "-C", "special"],
    env: { NODE_OPTIONS: '--title "my service"  --conditions="a\\"b"' },
  });
  const command = readProcessCommand(victim.pid);
  // The title has taken the place of the arguments.
  assert.deepEqual(command.args, ["my service"]);
  assert.deepEqual(listNodeOptions(command), ["--title", "my service", '--conditions=a"b']);
  assert.deepEqual(listNames(command, "my service"), ["my service", "my service"]);

  // One without title and script is called by its program, whatever Node.js calls its thread.
  const evaluated = { args: ["/usr/bin/node", "-e", "1"], env: new Map<string, string>() };
  for (const thread of ["node", "MainThread", "node-MainThread"])
    assert.deepEqual(listNames(evaluated, thread), ["node"]);

  using plain = await VictimProcess.start(BEGINS, { flags: ["--tls-keylog", "keys.log", "-C", "special"] });
  assert.equal(findMainScript(readProcessCommand(plain.pid)), path.join(plain.folder, "victim.mjs"));
});
