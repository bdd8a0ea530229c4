import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { describe, it, test } from "node:test";
import { promisify } from "node:util";
import { runGuarded } from "../../src/engine/guard.js";
import { GUARD_WORD, openGuardMemory } from "../../src/guard-memory.js";
import { Client } from "./client.js";

const DAEMON = path.join(import.meta.dirname, "../fixtures/guarded-daemon.js");

/** What the daemon of the fixture said, having had its commands stopped that often. */
async function stopOften(how: "deadline" | "interrupt", count: number, seed: number): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [DAEMON, how, `${count}`, `${seed}`], {
    timeout: 100_000,
  });
  assert.equal(stderr, "");
  return stdout;
}

test("no two steps have the same number, whichever copy of the package runs them", async () => {
  const copy = (await import(`${new URL("../../src/engine/guard.js", import.meta.url).href}?copy`)) as {
    readonly runGuarded: typeof runGuarded;
  };
  const words = new Int32Array(openGuardMemory());
  const numbers = new Set<number>();
  const options = { deadlineMs: 1_000, interruptible: true, workspace: 1, client: 1, evaluation: 1 };
  for (const run of [runGuarded, copy.runGuarded, runGuarded, copy.runGuarded]) {
    await run(() => numbers.add(words[GUARD_WORD.step] ?? 0), options);
  }
  assert.equal(numbers.size, process.platform === "win32" ? 1 : 4);
});

describe("a guarded command", () => {
  for (const source of ["3n ** 100_000_000n", "2n ** (2n ** 29n)", "-(2n ** (2n ** 29n))"]) {
    it(`is stopped by its deadline where it calculates ${source}, and where it writes the digits`, async () => {
      const outcome = await new Client().evaluate(source, { deadlineMs: 50 });
      assert.equal(outcome.kind === "threw" && outcome.cause, "deadline");
    });
  }

  it("is stopped by its deadline where the other form of its value takes long", async () => {
    const encode = (value: unknown): string => JSON.stringify(value);
    const client = new Client();
    const source = "({ get a() { for (;;); } })";
    assert.equal((await client.evaluate(source)).kind, "value");
    const outcome = await client.evaluate(source, { deadlineMs: 50, encode });
    assert.equal(outcome.kind === "threw" && outcome.cause, "deadline");
    const { encoded } = (await client.evaluate("[1]", { encode })) as { encoded?: string };
    assert.equal(encoded, "[1]");
  });

  it("is stopped by its deadline wherever it loops, 200 times, and the daemon goes on as before", async () => {
    assert.equal(await stopOften("deadline", 200, 20_110_521), "alive; 200 stopped\n");
  });

  it("is stopped by a signal at 1,000 random moments, none of which the daemon ever hears of", async () => {
    const said = await stopOften("interrupt", 1_000, 8_121_969);
    const [, stopped = "0"] = /^alive; (\d+) stopped\n$/.exec(said) ?? [];
    // About half of the commands are endless.
    assert.ok(Number(stopped) > 400, said);
  });

  it("says that it was stopped, and that things may be half changed", async () => {
    const client = new Client();
    await client.run("let done = 0");
    const outcome = await client.evaluate("try { for (;;); } finally { done = 1 }", { deadlineMs: 5 });
    assert.equal(outcome.kind === "threw" && outcome.cause, "deadline");
    assert.match(
      client.takePrinted(),
      /^Uncaught DeadlineExceeded: the command blocked the service for 5 ms \(deadlineMs\) and was stopped; .*half changed\n$/,
    );
    assert.equal(await client.run("done"), "0");
  });

  it("is left where it awaits something when it is interrupted, and runs no finally", async () => {
    const client = new Client();
    const reached = new Promise<void>((resolve) => client.scope.variables.define("reach", resolve));
    const source = "let left = 0; try { reach(); await new Promise(() => {}) } finally { left = 1 }";
    const outcome = client.evaluate(source);
    await reached;
    assert.equal(client.scope.interrupt(), true);
    const { kind, cause } = (await outcome) as { kind: string; cause?: string };
    assert.deepEqual({ kind, cause }, { kind: "threw", cause: "interrupt" });
    assert.equal(await client.run("left"), "0");
  });

  it("has no deadline where the application holds the callback for uncaught exceptions", async () => {
    const client = new Client();
    process.setUncaughtExceptionCaptureCallback((error) => assert.fail(error));
    try {
      const source = "for (const end = Date.now() + 20; Date.now() < end;); 'whole'.length";
      assert.equal((await client.evaluate(source, { deadlineMs: 1 })).kind, "done");
    } finally {
      process.setUncaughtExceptionCaptureCallback(null);
    }
  });

  it("takes what it throws itself for its own, whatever it calls that", async () => {
    const client = new Client();
    const source = "throw Object.assign(new Error('mine'), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' })";
    const outcome = await client.evaluate(source, { deadlineMs: 1_000 });
    assert.ok(outcome.kind === "threw" && outcome.cause === undefined);
  });
});
