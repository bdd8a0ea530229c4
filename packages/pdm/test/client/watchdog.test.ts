import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { connect, connectRepl, connectWatchdog } from "../../src/client.js";
import { listWatchdogSpecs } from "../../src/client/watchdog.js";
import { describeStuck } from "../../src/terminal/stuck.js";
import { Watched } from "../out-of-band/watched.js";

const skip = process.platform === "win32" ? "there is no watchdog on Windows" : false;

describe("a client of a service that is stuck", { skip }, () => {
  let service: Watched;

  before(async () => {
    service = await Watched.start({ watchdog: { blockedMs: 400 } });
    service.block("loop");
    await using watchdog = await service.connect();
    await service.waitFor(watchdog, ({ report }) => report?.state === "loop");
  });
  after(() => service[Symbol.asyncDispose]());

  for (const [name, open] of Object.entries({ connect, connectRepl })) {
    it(`is told by ${name} what the watchdog says`, async () => {
      await assert.rejects(open(service.spec, { timeoutMs: 200 }), {
        code: "ERR_PDM_HELLO_TIMEOUT",
        message:
          /not greeted within 200 ms.*; its watchdog says: blocked for \d+\.\d s\. Stuck in JavaScript: .* in spinForOrder/u,
      });
    });
  }

  it("finds the watchdog by the service's own spec, also under another name, and by the watchdog's", async () => {
    const link = path.join(path.dirname(service.spec), "current.sock");
    symlinkSync(service.spec, link);
    for (const spec of [service.spec, link, service.watchdogSpec]) {
      await using watchdog = await connectWatchdog(spec);
      assert.equal((await watchdog.state()).pid, service.process.pid);
    }
  });

  it("is told what is wrong with its requests, and goes on", async () => {
    await using other = await service.connect();
    await assert.rejects(other.evaluate("1", { frame: -1 }), { code: "ERR_PDM_INVALID_ARGUMENT" });
    await assert.rejects(other.evaluate("1", { limitMs: 20_000 }), { code: "ERR_PDM_INVALID_ARGUMENT" });
    await assert.rejects(other.profile(100_000), { code: "ERR_PDM_INVALID_ARGUMENT", message: /durationMs/u });
    await assert.rejects(other.evaluate("1", { frame: 99 }), { code: "ERR_PDM_REMOTE", message: /no call 99/u });
    const stopped = await other.evaluate("for (;;);", { limitMs: 50 });
    assert.deepEqual(stopped, { text: "not done within 50 ms, and stopped", isError: true });
    assert.deepEqual(await other.evaluate("missing"), {
      text: "ReferenceError: missing is not defined",
      isError: true,
    });
    assert.equal((await other.evaluate("1 + 1")).text, "2");
  });

  it("gets a CPU profile in which the loop is", async () => {
    await using watchdog = await service.connect();
    const { nodes } = (await watchdog.profile(100)) as {
      nodes: { callFrame: { url: string }; hitCount: number }[];
    };
    // V8 counts a call that it has inlined to the caller.
    assert.ok(nodes.some(({ callFrame, hitCount }) => /watched-daemon/u.test(callFrame.url) && hitCount > 5));
  });

  it("is refused where too many want the thread paused, and it is well afterwards", async () => {
    await using watchdog = await service.connect();
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, () =>
        watchdog.diagnose().then(
          ({ state }) => state,
          (error: { code?: string }) => error.code,
        ),
      ),
    );
    assert.deepEqual(new Set(outcomes), new Set(["loop", "ERR_PDM_LIMIT"]));
    assert.equal((await watchdog.diagnose()).state, "loop");
  });

  it("has it in words for whoever opens a prompt, variables on a terminal only", async () => {
    const said = (await describeStuck(service.spec, true)) ?? "";
    assert.match(said, /^process \d+ has been blocked for \d+\.\d s\. Stuck in JavaScript: /u);
    assert.match(
      said,
      /\n {4}at spinForOrder \(.*\)\n {9}while \(!state\.stop\) turns \+= 1;\n {9}order = \{ id: 4711 \}\n/u,
    );
    assert.ok(said.includes(`pdm-rescue ${service.spec}`));
    assert.doesNotMatch((await describeStuck(service.spec, false)) ?? "", /order = /u);
  });
});

describe("a client of a service without a watchdog", { skip }, () => {
  it("is told that there is none, and what else can be done", async () => {
    await using service = await Watched.start({});
    assert.equal(service.watchdogSpec, "none");
    await assert.rejects(connectWatchdog(service.spec), {
      code: "ERR_PDM_NO_WATCHDOG",
      message: /app\.sock: it has no watchdog that can be reached \(.*app\.urgent\.sock/u,
    });
    service.block("loop");
    await assert.rejects(connect(service.spec, { timeoutMs: 200 }), {
      code: "ERR_PDM_HELLO_TIMEOUT",
      message: /no watchdog tells why; pdm-rescue \S+app\.sock looks at the process$/u,
    });
    assert.equal(await describeStuck(service.spec, true), undefined);
  });

  it("is told so too where the urgent socket is there for the REPL alone", async () => {
    await using service = await Watched.start({});
    const client = await connect(service.spec);
    const session = await client.openRepl();
    await using watchdog = await connectWatchdog(service.spec);
    await assert.rejects(watchdog.state(), { code: "ERR_PDM_NOT_OFFERED", message: /has no watchdog/u });
    await session.close();
    client.close();
  });
});

const places: readonly (readonly [spec: string, watchdogs: readonly string[]])[] = [
  ["/run/app.sock", ["/run/app.urgent.sock"]],
  ["./app", ["./app.urgent.sock"]],
  ["/run/app.urgent.sock", ["/run/app.urgent.sock"]],
  ["shop@host:/run/app.sock", ["shop@host:/run/app.urgent.sock"]],
  ["localhost:9000", ["localhost:9000"]],
];
for (const [spec, watchdogs] of places) {
  it(`the watchdog of ${spec} is looked for at ${watchdogs.join(", ")}`, { skip }, () => {
    assert.deepEqual(listWatchdogSpecs(spec), watchdogs);
  });
}
