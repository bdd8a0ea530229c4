import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { OutputQueue, WRITE_CHARACTERS } from "../../src/toolbox/output-queue.js";
import { runModule } from "../fixtures/run-module.js";

const OUTPUT_URL = pathToFileURL(path.join(import.meta.dirname, "../../src/toolbox/daemon-output.js")).href;

const folder = mkdtempSync(path.join(tmpdir(), "pdm-output-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let runs = 0;

/** Runs a module that has `followOutput`, `heard` (what a follower got), and `until`, which waits for a condition. */
async function run(
  source: string,
): Promise<{ readonly report: unknown; readonly stdout: string; readonly stderr: string }> {
  runs += 1;
  const file = path.join(folder, `report-${runs}`);
  const { status, stdout, stderr } = await runModule(`
    import { channel } from "node:diagnostics_channel";
    import { writeFileSync } from "node:fs";
    const { followOutput } = await import(${JSON.stringify(OUTPUT_URL)});
    const heard = [];
    const listen = (stream, text, lost) => { heard.push(lost === 0 ? [stream, text] : [stream, text, lost]); };
    const until = async (check) => { while (!check()) await new Promise((resolve) => setTimeout(resolve, 1)); };
    const total = (stream) => heard.filter(([name]) => name === stream).map(([, text]) => text).join("");
    const report = (value) => { writeFileSync(${JSON.stringify(file)}, JSON.stringify(value)); };
    report(null);
    ${source}
  `);
  assert.equal(status, 0, stderr);
  return { report: JSON.parse(readFileSync(file, "utf8")), stdout, stderr };
}

describe("following the output of a process", () => {
  it("gives what is written to stdout and stderr, and the process writes it all the same", async () => {
    const { report, stdout, stderr } = await run(`
      followOutput(["stdout", "stderr"], listen);
      console.log("one");
      console.error("two");
      process.stdout.write("three\\n");
      await until(() => total("stdout").includes("three"));
      report(heard);
    `);
    assert.deepEqual(report, [
      ["stdout", "one\n"],
      ["stderr", "two\n"],
      ["stdout", "three\n"],
    ]);
    assert.equal(stdout, "one\nthree\n");
    assert.equal(stderr, "two\n");
  });

  it("gives only the streams that were asked for", async () => {
    const { report } = await run(`
      const own = Object.getOwnPropertyDescriptor(process.stdout, "write");
      followOutput(["stderr"], listen);
      console.log("one");
      console.error("two");
      await until(() => heard.length > 0);
      report([heard, Object.getOwnPropertyDescriptor(process.stdout, "write") === own]);
    `);
    assert.deepEqual(report, [[["stderr", "two\n"]], true]);
  });

  it("keeps what write returns and calls back, and takes each form of it", async () => {
    const { report } = await run(`
      const { name, length } = process.stdout.write;
      followOutput(["stdout"], listen);
      const results = [];
      await new Promise((done) => results.push(process.stdout.write("a", done)));
      await new Promise((done) => results.push(process.stdout.write("b", "utf8", done)));
      await new Promise((done) => results.push(process.stdout.write("6a6b", "hex", done)));
      const snow = Buffer.from("☃");
      process.stdout.write(snow.subarray(0, 1));
      process.stdout.write(new Uint8Array(snow.subarray(1)));
      try { process.stdout.write(5); } catch (error) { results.push(error.code); }
      await until(() => total("stdout").includes("☃"));
      report([results, total("stdout"), process.stdout.write.name === name, process.stdout.write.length === length]);
    `);
    assert.deepEqual(report, [[true, true, true, "ERR_INVALID_ARG_TYPE"], "abjk☃", true, true]);
  });

  it("leaves nothing behind when the last one ends", async () => {
    const { report } = await run(`
      const describe = () => [Object.hasOwn(process.stdout, "write"), Object.hasOwn(process.stderr, "write"), process.listenerCount("warning"), channel("pdm.log").hasSubscribers];
      process.stdout; process.stderr;
      const before = describe();
      const ends = [followOutput(["stdout", "stderr", "log"], listen), followOutput(["stdout", "log"], listen)];
      const during = describe();
      ends[0]();
      ends[0]();
      const between = describe();
      ends[1]();
      console.log("not heard");
      report([before, during, between, describe(), heard]);
    `);
    assert.deepEqual(report, [
      [false, false, 1, false],
      [true, true, 2, true],
      [true, false, 2, true],
      [false, false, 1, false],
      [],
    ]);
  });

  it("puts back what somebody had put into its place before", async () => {
    const { report, stdout } = await run(`
      const original = process.stdout.write;
      const mine = function (chunk, ...rest) { return original.call(this, "<" + chunk + ">", ...rest); };
      process.stdout.write = mine;
      const end = followOutput(["stdout"], listen);
      process.stdout.write("a");
      await until(() => heard.length > 0);
      end();
      report([heard, process.stdout.write === mine]);
    `);
    assert.deepEqual(report, [[["stdout", "a"]], true]);
    assert.equal(stdout, "<a>");
  });

  it("leaves what somebody has put over it meanwhile, and only passes on", async () => {
    const { report, stdout } = await run(`
      const end = followOutput(["stdout"], listen);
      const ours = process.stdout.write;
      const mine = (...args) => ours.call(process.stdout, ...args);
      process.stdout.write = mine;
      console.log("a");
      await until(() => heard.length > 0);
      end();
      console.log("b");
      const again = followOutput(["stdout"], listen);
      console.log("c");
      await until(() => heard.length > 1);
      again();
      report([heard, process.stdout.write === mine]);
    `);
    assert.deepEqual(report, [
      [
        ["stdout", "a\n"],
        ["stdout", "c\n"],
      ],
      true,
    ]);
    assert.equal(stdout, "a\nb\nc\n");
  });

  it("does not hear what a listener writes itself, and says how much that was", async () => {
    const { report } = await run(`
      const loud = (stream, text, lost) => { listen(stream, text, lost); console.log("heard"); };
      followOutput(["stdout"], loud);
      console.log("one");
      await until(() => heard.length > 0);
      console.log("two");
      await until(() => heard.length > 1);
      report(heard);
    `);
    assert.deepEqual(report, [
      ["stdout", "one\n"],
      ["stdout", "two\n", 6],
    ]);
  });

  it("loses the oldest of a flood, and says exactly how much", async () => {
    const { report } = await run(`
      followOutput(["stdout"], listen);
      let written = 0;
      for (let index = 0; index < 20_000; index += 1) {
        const line = String(index).padEnd(50) + "\\n";
        written += line.length;
        process.stdout.write(line);
      }
      await until(() => heard.length > 0);
      const text = total("stdout");
      report({ written, pieces: heard.length, lost: heard[0][2], kept: text.length, last: text.slice(-51).trim(), first: text.indexOf("\\n") });
    `);
    const { written, pieces, lost, kept, last, first } = report as Record<string, unknown> & {
      lost: number;
      kept: number;
    };
    assert.equal(pieces, 1);
    assert.equal(lost + kept, written);
    assert.ok(kept > 100_000 && kept < 262_144);
    assert.equal(last, "19999");
    assert.equal(first, 50);
  });

  it("turns what a listener throws into a warning, and the writer never sees it", async () => {
    const { report, stderr } = await run(`
      followOutput(["stdout"], () => { throw new Error("broken listener"); });
      followOutput(["stdout"], listen);
      console.log("one");
      await until(() => heard.length > 0);
      report(heard);
    `);
    assert.deepEqual(report, [["stdout", "one\n"]]);
    assert.match(stderr, /PDM_LISTENER_THREW.*broken listener/u);
  });

  it("does not keep the process alive", async () => {
    const { stdout } = await run(`followOutput(["stdout", "stderr", "log"], listen); console.log("done");`);
    assert.equal(stdout, "done\n");
  });

  it("gives process warnings and what loggers publish as the log", async () => {
    const { report } = await run(`
      followOutput(["log"], listen);
      process.emitWarning("stock is low", { code: "SHOP_STOCK" });
      const lines = channel("pdm.log");
      lines.publish("a line");
      lines.publish({ level: "warn", message: "sold out", sku: "pen" });
      lines.publish({ level: 30, msg: "as pino has it" });
      lines.publish({ get message() { return "from a getter"; } });
      lines.publish({ get message() { throw new Error("not ready"); } });
      lines.publish(undefined);
      await until(() => total("log").includes("SHOP"));
      report(total("log").split("\\n"));
    `);
    assert.deepEqual((report as string[]).toSorted(), [
      "",
      "",
      "(a record that cannot be shown)",
      "30: as pino has it",
      "[SHOP_STOCK] Warning: stock is low",
      "a line",
      "from a getter",
      "warn: sold out { sku: 'pen' }",
    ]);
  });
});

describe("the queue of followed output", () => {
  /** What a queue delivers when it has been filled. */
  async function deliver(maxCharacters: number, fill: (queue: OutputQueue) => void): Promise<unknown[]> {
    const delivered: unknown[] = [];
    const queue = new OutputQueue((stream, text, lost) => {
      delivered.push([stream, text, lost]);
    }, maxCharacters);
    fill(queue);
    await until(() => delivered.length > 0);
    return delivered;
  }

  /** The queue's own timer keeps no process alive. */
  async function until(check: () => boolean): Promise<void> {
    while (!check()) await setTimeout(1);
  }

  it("says what was lost right before the next text of the same stream", async () => {
    const room = 2 * (WRITE_CHARACTERS + 3);
    const delivered = await deliver(room, (queue) => {
      queue.lose("a", 5);
      queue.add("a", "aaa");
      queue.add("b", "bbb");
      queue.add("a", "AAA");
      queue.lose("a", 7);
      queue.add("b", "BBB");
    });
    // `aaa` and `bbb` had to go; the seven are told with what comes.
    assert.deepEqual(delivered, [
      ["a", "AAA", 8],
      ["b", "BBB", 3],
    ]);
  });

  it("keeps the end of a text that is too long alone, without half a character", async () => {
    const delivered = await deliver(WRITE_CHARACTERS + 3, (queue) => {
      queue.add("a", "xx😀😀");
    });
    assert.deepEqual(delivered, [["a", "😀", 4]]);
  });

  it("does not run in the asynchronous context of whoever writes", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const queue = new OutputQueue(() => seen.push(storage.getStore()));
    storage.run("request", () => queue.add("a", "one"));
    await until(() => seen.length === 1);
    storage.run("request", () => queue.add("a", "two"));
    await until(() => seen.length === 2);
    assert.deepEqual(seen, [undefined, undefined]);
  });
});
