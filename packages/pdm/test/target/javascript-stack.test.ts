import assert from "node:assert/strict";
import { test } from "node:test";
import { readJavaScriptStack } from "../../src/target/javascript-stack.js";
import { readProcessStatus } from "../../src/target/process-status.js";
import { readTarget } from "../../src/target/target.js";
import { VictimProcess } from "../fixtures/victim-process.js";

const HASHING = `
function hash() { require("node:crypto").pbkdf2Sync("a", "b", 2_000_000_000, 64, "sha512"); }
setTimeout(hash);
require("node:fs").writeSync(1, "begin\\n");`;

function startHashing(): Promise<VictimProcess> {
  return VictimProcess.start(HASHING, { file: "victim.cjs" });
}

/** Until it computes, in the kernel's eyes: it has begun the timer. */
async function readComputing(victim: VictimProcess): Promise<readonly string[]> {
  const target = readTarget(victim.pid);
  for (;;) {
    const names = readJavaScriptStack(target, true).functions.map(({ name }) => name);
    if (names.includes("hash")) return names;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("the stack of a process that computes is read again and again, and it goes on each time", async () => {
  using victim = await startHashing();
  const first = await readComputing(victim);
  assert.equal(first[first.indexOf("hash") - 1], "pbkdf2Sync");
  for (let round = 0; round < 50; round += 1) {
    const { functions } = readJavaScriptStack(readTarget(victim.pid), true);
    assert.deepEqual(
      functions.map(({ name }) => name),
      first,
    );
    assert.notEqual(readProcessStatus(victim.pid).state, "T");
  }
});

test("a process that computes is not stopped without consent, nor another one that has its number by now", async () => {
  using victim = await startHashing();
  await readComputing(victim);
  const target = readTarget(victim.pid);
  const missing = "it computes, and only while it is stopped for some milliseconds does its memory tell";
  assert.deepEqual(readJavaScriptStack(target, false), { functions: [], missing });
  const former = { ...target, status: { ...target.status, startTicks: target.status.startTicks - 1 } };
  assert.deepEqual(readJavaScriptStack(former, true), { functions: [], missing: "its memory does not tell" });
});

test("one that somebody else has stopped stays so", async () => {
  using victim = await startHashing();
  const names = await readComputing(victim);
  process.kill(victim.pid, "SIGSTOP");
  while (readProcessStatus(victim.pid).state !== "T") await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(
    readJavaScriptStack(readTarget(victim.pid), true).functions.map(({ name }) => name),
    names,
  );
  assert.equal(readProcessStatus(victim.pid).state, "T");
});
