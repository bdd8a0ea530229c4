import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findModule } from "../../src/objects/registry.js";
import type { EventChannel } from "../../src/objects/event-channel.js";
import { TOOLS } from "../../src/toolbox/tools.js";
import { Bench } from "./bench.js";

describe("the tools of a session", () => {
  for (const { name, usage, summary, example } of TOOLS) {
    it(`has ${name}, with a help text and an example that is a command`, async () => {
      using bench = new Bench();
      assert.ok(bench.scope.variables.names().includes(name));
      assert.ok(usage.includes(name));
      assert.ok(summary.endsWith(".") && example.includes(name));
      const outcome = await bench.scope.evaluate(`async () => { ${example} }`);
      assert.equal(outcome.kind, "value");
    });
  }

  it("shows a tool's help where it is typed without being called", async () => {
    using bench = new Bench();
    assert.match(
      await bench.run("$watch"),
      /^\$watch\(object, method, \{ limit = 10 \}\)\n {2}Prints each call .*\n {2}example: /u,
    );
    assert.match(await bench.run("echo"), /^echo\(…values\)\n/u);
  });

  it("lets a client declare each name anew", async () => {
    using bench = new Bench();
    for (const { name } of TOOLS) assert.equal(await bench.run(`let ${name} = 1; ${name}`), "");
    assert.equal(await bench.run("echo + tap + $watch + console + pdm"), "5");
  });

  it("prints what console is given in the session, and not in the log of the service", async () => {
    using bench = new Bench();
    assert.equal(await bench.run("console.log('a %s', 'b'); console.error('c')"), "a b\n! c\n");
    assert.match(await bench.run("console.table([{ a: 1 }])"), /│ \(index\) │ a │/u);
    assert.equal(await bench.run("console.log({ a: { b: 1 } })"), "{ a: { b: 1 } }\nundefined");
    assert.equal(await bench.run("globalThis.console === console"), "false");
  });

  it("echoes values as results are printed", async () => {
    using bench = new Bench();
    assert.equal(await bench.run("echo(1, 'two', [3])"), "1\n'two'\n[ 3 ]\nundefined");
  });

  it("sends what is tapped to everybody who listens to pdm.taps, and gives it back", async () => {
    using bench = new Bench();
    const taps = findModule("pdm")?.get("taps") as EventChannel;
    const heard: unknown[] = [];
    const listener = (value: unknown): void => void heard.push(value);
    taps.subscribe(listener);
    assert.equal(await bench.run("tap(1) + tap(2)"), "3");
    taps.unsubscribe(listener);
    assert.deepEqual(heard, [1, 2]);
  });

  it("has trees whose names can be listed as those of any object", async () => {
    using bench = new Bench();
    for (const name of ["pdm", "$modules"]) {
      assert.equal(await bench.run(`Object.keys(${name}).every((key) => key in ${name})`), "true", name);
    }
  });

  it("asks whoever has the session open", async () => {
    using bench = new Bench();
    bench.answer = "Ada";
    assert.equal(await bench.run("const name = await ask('Who? '); name.length"), "");
    assert.equal(await bench.run("name"), "'Ada'");
    assert.deepEqual(bench.questions, ["Who? "]);
  });

  it("says where nobody can be asked, also where nobody waits for the answer", async () => {
    using bench = new Bench();
    assert.match(await bench.run("await ask('Who? ')"), /^Uncaught Error: nobody is there/u);
    assert.equal(await bench.run("void ask('Who? ')"), "undefined");
    await new Promise(setImmediate);
  });
});

describe("$time", () => {
  it("says how long a function takes, and what it gives", async () => {
    using bench = new Bench();
    assert.equal(await bench.run("var calls = 0; var timing = $time(() => ++calls)"), "");
    assert.equal(await bench.run("[timing.result, timing.runs, calls]"), "[ 1, 1, 1 ]");
    assert.equal(await bench.run("Object.keys(timing).join()"), "'result,runs,minMs,medianMs,maxMs,totalMs'");
    assert.equal(await bench.run("timing.minMs >= 0 && timing.minMs === timing.maxMs"), "true");
  });

  it("calls as often as it is told, one after the other", async () => {
    using bench = new Bench();
    assert.equal(await bench.run("var n = 0; $time(() => ++n, { runs: 50 }).result"), "");
    assert.equal(await bench.run("n"), "50");
    await bench.run("var open = 0; var most = 0");
    const source = "async () => { most = Math.max(most, ++open); await null; open--; return 'done'; }";
    assert.equal(await bench.run(`(await $time(${source}, { runs: 5 })).result`), "'done'");
    assert.equal(await bench.run("most"), "1");
  });

  it("passes on what the function throws, and refuses what is none", async () => {
    using bench = new Bench();
    assert.match(await bench.run("$time(() => { throw new Error('no stock'); })"), /^Uncaught Error: no stock/u);
    assert.match(
      await bench.run("await $time(async () => { throw new Error('no stock'); })"),
      /^Uncaught Error: no stock/u,
    );
    assert.match(await bench.run("$time(5)"), /\$time takes a function/u);
    assert.match(await bench.run("$time(() => 1, { runs: 0 })"), /whole number from 1 to 100000, not 0/u);
  });
});

describe("$stack", () => {
  it("shows the calls of the command, with the places as they were typed", async () => {
    using bench = new Bench();
    await bench.run("class Cart { total() { return $stack(); } }");
    const printed = await bench.run("new Cart().total()");
    assert.match(printed, /^running:\n {4}at Cart\.total \(<repl:1>:1:31\)\n {4}at \(<repl:2>:1:12\)\npending: /u);
  });

  it("shows the frames of the service where a command's function is called by it", async () => {
    using bench = new Bench();
    const globals = globalThis as { callBack?: (() => unknown) | undefined };
    await bench.run("globalThis.callBack = () => $stack()");
    const callFromService = (): unknown => globals.callBack?.();
    const stack = callFromService() as { frames: { call: string; file: string; line: number }[] };
    delete globals.callBack;
    assert.match(stack.frames[0]?.file ?? "", /^<repl:1>$/u);
    assert.equal(stack.frames[1]?.call, "callFromService");
    assert.match(stack.frames[1]?.file ?? "", /tools\.test\.(?:js|ts)$/u);
  });

  it("counts what keeps the process waiting", async () => {
    using bench = new Bench();
    const timer = setTimeout(() => {}, 60_000);
    const pending = await bench.run("$stack().pending.Timeout >= 1");
    clearTimeout(timer);
    assert.equal(pending, "true");
  });

  it("leaves the process's own formatting of stacks as it is", async () => {
    using bench = new Bench();
    const describe = (): unknown[] =>
      ["prepareStackTrace", "stackTraceLimit"].map((name) => Object.getOwnPropertyDescriptor(Error, name));
    const before = describe();
    await bench.run("$stack()");
    assert.deepEqual(describe(), before);
  });
});
