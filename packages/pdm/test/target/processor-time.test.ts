import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProcessorTime, readProcessorTime } from "../../src/target/processor-time.js";

test("the kernel's account of a thread is read, and one that is not kept is no account", () => {
  assert.deepEqual(parseProcessorTime("494449000 2625182 2\n"), { ranMs: 494.449, queuedMs: 2.625182 });
  for (const text of ["0 0 0\n", "", "undefined", "-1 2 3\n"]) assert.equal(parseProcessorTime(text), undefined);
});

test("the time of a thread that runs grows, and of one that is not there is none", () => {
  const before = readProcessorTime(process.pid, process.pid);
  const end = process.cpuUsage().user + 100_000;
  while (process.cpuUsage().user < end);
  const after = readProcessorTime(process.pid, process.pid);
  assert.ok(before !== undefined && after !== undefined && after.ranMs - before.ranMs > 50);
  assert.equal(readProcessorTime(process.pid, 1), undefined);
});
