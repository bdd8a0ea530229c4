/* oxlint-disable typescript/unbound-method -- `release` of a lease needs no `this`. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { OUT_OF_BAND_LIMITS } from "../../src/limits.js";
import { leaseOutOfBand } from "../../src/out-of-band/host.js";
import type { OutOfBandLease } from "../../src/out-of-band/host.js";
import { UrgentClient } from "./urgent-client.js";

const skip = process.platform === "win32" ? "there is no interrupt on Windows" : false;

describe("a lease of the thread beside the main one", { skip }, () => {
  let folder = "";
  let socketPath = "";
  /** What the main thread was asked to end, and what it says to that. */
  let asked: (readonly [client: number, evaluation: number | undefined])[] = [];
  let ends = true;

  let keptAlive: NodeJS.Timeout | undefined;

  before(() => {
    // The thread does not.
    keptAlive = setInterval(() => undefined, 60_000);
    folder = mkdtempSync(path.join(tmpdir(), "pdm-urgent-"));
    socketPath = path.join(folder, "app.sock");
    writeFileSync(socketPath, "");
  });
  after(() => {
    clearInterval(keptAlive);
    rmSync(folder, { recursive: true, force: true });
  });

  function lease(spec: string = socketPath, client: number = 1): Promise<OutOfBandLease> {
    asked = [];
    ends = true;
    return leaseOutOfBand(spec, {
      workspace: 1,
      client,
      onInterrupt: (evaluation) => {
        asked.push([client, evaluation]);
        return ends;
      },
    });
  }

  it("has a socket beside the listener's, with its mode, until the last session of the listener is gone", async () => {
    chmodSync(socketPath, 0o640);
    const [first, second] = [await lease(), await lease(socketPath, 2)];
    const urgent = path.join(folder, "app.urgent.sock");
    assert.deepEqual([first.spec, second.spec], [urgent, urgent]);
    assert.equal(statSync(urgent).mode & 0o777, 0o640);
    assert.notEqual(first.secret, second.secret);
    assert.match(first.secret, /^[0-9a-f]{64}$/u);
    first.release();
    first.release();
    assert.ok(existsSync(urgent));
    second.release();
    assert.equal(existsSync(urgent), false);
  });

  it("has another port of the same address beside a TCP listener", async () => {
    const { spec, secret, release } = await lease("127.0.0.1:9000");
    using client = await UrgentClient.open(spec);
    assert.match(spec, /^127\.0\.0\.1:\d+$/u);
    assert.deepEqual((await client.interrupt(secret)).result, { interrupted: true });
    release();
  });

  it("has a socket in the private folder where the path would be too long, or is not known", async () => {
    for (const spec of [path.join(folder, `${"x".repeat(100 - folder.length)}.sock`), "fd:3"]) {
      const one = await lease(spec);
      assert.ok(Buffer.byteLength(one.spec) < 104 && !one.spec.startsWith(folder), one.spec);
      assert.equal(statSync(one.spec).mode & 0o777, 0o600);
      one.release();
      assert.equal(existsSync(one.spec), false);
    }
  });

  it("has the main thread end what the session awaits, and tells whether it did", async () => {
    const { spec, secret, release } = await lease();
    using client = await UrgentClient.open(spec);
    assert.deepEqual(await client.interrupt(secret, 3), { jsonrpc: "2.0", id: 1, result: { interrupted: true } });
    ends = false;
    assert.deepEqual((await client.interrupt(secret)).result, { interrupted: false });
    assert.deepEqual(asked, [
      [1, 3],
      [1, undefined],
    ]);
    release();
  });

  it("answers what was asked last by a client that has ended its side", async () => {
    const { spec, secret, release } = await lease();
    using client = await UrgentClient.open(spec);
    client.raw.write(`{"id":5,"method":"interrupt","params":{"secret":"${secret}"}}\n`);
    client.raw.socket.end();
    assert.equal(await client.raw.readToEnd(), '{"jsonrpc":"2.0","id":5,"result":{"interrupted":true}}\n');
    release();
  });

  it("takes a secret only on the socket of its own listener, and not after its release", async () => {
    const [one, other] = [await lease(), await lease("127.0.0.1:9000", 2)];
    using client = await UrgentClient.open(one.spec);
    assert.equal((await client.interrupt(other.secret)).error?.code, -32_003);
    assert.equal((await client.interrupt("0".repeat(64))).error?.code, -32_003);
    const third = await lease(socketPath, 3);
    third.release();
    // Its dismissal is on the way before this one's answer is.
    const fourth = await lease(socketPath, 4);
    assert.equal((await client.interrupt(third.secret)).error?.code, -32_003);
    assert.deepEqual(asked, []);
    for (const { release } of [one, other, fourth]) release();
  });

  const faults: readonly (readonly [what: string, request: unknown, code: number])[] = [
    ["no JSON", "{", -32_700],
    ["no object", "[1]", -32_600],
    ["no method", { id: 1 }, -32_600],
    ["an unknown method", { id: 1, method: "constructor" }, -32_601],
    ["no secret", { id: 1, method: "interrupt" }, -32_602],
    ["params of another kind", { id: 1, method: "interrupt", params: [1] }, -32_600],
    [
      "an evaluation that is no number",
      { id: 1, method: "interrupt", params: { secret: "", evaluation: "1" } },
      -32_602,
    ],
  ];
  for (const [what, request, code] of faults) {
    it(`says what is wrong with a request that has ${what}, and goes on`, async () => {
      const { spec, secret, release } = await lease();
      using client = await UrgentClient.open(spec);
      assert.equal((await client.ask(request)).error?.code, code);
      assert.deepEqual((await client.interrupt(secret)).result, { interrupted: true });
      release();
    });
  }

  it("refuses other protocols and endless lines", async () => {
    const { spec, release } = await lease();
    for (const [sent, reason] of [
      ["repl\n", /^\+PDM1\n-ERR here is no protocol but urgent\n$/u],
      ["x".repeat(OUT_OF_BAND_LIMITS.lineBytes + 1), /^\+PDM1\n-ERR a line is longer than 4096 bytes\n$/u],
      [`urgent\n${"x".repeat(OUT_OF_BAND_LIMITS.lineBytes + 1)}\n`, /\+URGENT1\n-ERR a line is longer/u],
    ] as const) {
      using client = await UrgentClient.connect(spec);
      client.raw.write(sent);
      assert.match(await client.raw.readToEnd(), reason);
    }
    release();
  });

  it("lets clients that show no secret hold no place that one with a secret needs", async () => {
    const { spec, secret, release } = await lease();
    using known = await UrgentClient.open(spec);
    await known.interrupt(secret);
    const strangers = [];
    for (let count = 1; count < OUT_OF_BAND_LIMITS.connections; count++) strangers.push(await UrgentClient.open(spec));
    using late = await UrgentClient.open(spec);
    assert.deepEqual((await late.interrupt(secret)).result, { interrupted: true });
    assert.deepEqual((await known.interrupt(secret)).result, { interrupted: true });
    assert.match((await strangers[0]?.raw.readLine()) ?? "", /another client takes this place/u);
    for (const stranger of strangers) stranger[Symbol.dispose]();
    release();
  });

  it("fails with the reason where its socket cannot be opened, and works again when it can", async () => {
    const absent = path.join(folder, "absent", "app.sock");
    await assert.rejects(lease(absent), {
      code: "ERR_PDM_OUT_OF_BAND",
      message: /^a loop cannot be interrupted here: .*absent does not exist/u,
    });
    const { release } = await lease();
    release();
  });

  it("says so when the thread ends by itself, and which sessions that concerns: the next has another thread", async () => {
    const starting = once(process, "worker") as Promise<[Worker]>;
    const first = await lease();
    const [worker] = await starting;
    const warning = once(process, "warning") as Promise<[Error]>;
    await worker.terminate();
    assert.match(
      (await warning)[0].message,
      /open sessions cannot be interrupted any more; in those opened from now on/,
    );
    const second = await lease(socketPath, 2);
    using client = await UrgentClient.open(second.spec);
    assert.deepEqual((await client.interrupt(second.secret)).result, { interrupted: true });
    assert.equal((await client.interrupt(first.secret)).error?.code, -32_003);
    first.release();
    second.release();
  });

  it("neither keeps the process alive nor leaves a file, however the process ends", async () => {
    const host = pathToFileURL(path.join(import.meta.dirname, "../../src/out-of-band/host.js")).href;
    for (const ending of ["", "process.exit(0)", "setTimeout(() => process.exit(0), 1)"]) {
      const script = `
        import { leaseOutOfBand } from ${JSON.stringify(host)};
        const alive = setInterval(() => {}, 1000);
        const { spec } = await leaseOutOfBand(${JSON.stringify(socketPath)}, { workspace: 1, client: 1, onInterrupt: () => false });
        clearInterval(alive);
        console.log(spec);
        ${ending}`;
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
      assert.deepEqual([stdout.trim(), stderr], [path.join(folder, "app.urgent.sock"), ""]);
      assert.deepEqual(readdirSync(folder), ["app.sock"], ending);
    }
  });

  it("is not for worker threads", async () => {
    const { Worker } = await import("node:worker_threads");
    const host = pathToFileURL(path.join(import.meta.dirname, "../../src/out-of-band/host.js")).href;
    const worker = new Worker(
      `import(${JSON.stringify(host)}).then(({ leaseOutOfBand }) =>
        leaseOutOfBand("/x.sock", { workspace: 1, client: 1, onInterrupt: () => false }),
      ).catch(({ code }) => require("node:worker_threads").parentPort.postMessage(code))`,
      { eval: true },
    );
    assert.deepEqual(await once(worker, "message"), ["ERR_PDM_OUT_OF_BAND"]);
  });
});
