import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/limits.js";
import { DaemonProcess } from "../fixtures/daemon-process.js";
import { encodeRequest, RawSocket } from "../fixtures/raw-socket.js";

/** Half of what a daemon has by default, for half the clients. */
const TOTAL_BYTES = DEFAULT_LIMITS.totalBytes / 2;
const CLIENTS = 500;

/** Where each makes the daemon work for long, fewer: together they still want far more than the total. */
const FEW_CLIENTS = 125;
const HARD_WORK = new Set(["a huge reply that is never read", "a request that never ends, with large arguments"]);

/** What one hostile client does to hold as much as it may, once it has said its protocol's name. */
const GREEDY: Readonly<Record<string, (raw: RawSocket) => void>> = {
  "a frame that never ends": (raw) => {
    const header = Buffer.alloc(4);
    header.writeInt32BE(DEFAULT_LIMITS.frameBytes);
    raw.write(Buffer.concat([header, Buffer.alloc(DEFAULT_LIMITS.frameBytes - 1)]));
  },
  "every id bound": (raw) => {
    const requests: Buffer[] = [];
    for (let id = 0; id < DEFAULT_LIMITS.boundIds; id++) requests.push(encodeRequest("bind", id, "test", "happened"));
    raw.write(Buffer.concat(requests));
  },
  "every subscription taken": (raw) => {
    const requests: Buffer[] = [encodeRequest("bind", 0, "test", "sources")];
    for (let id = 1; id <= DEFAULT_LIMITS.subscriptions; id++) {
      requests.push(encodeRequest("lookup", id, 0, `s${id - 1}`), encodeRequest("subs", id));
    }
    raw.write(Buffer.concat(requests));
  },
  "a huge reply that is never read": (raw) => {
    raw.socket.pause();
    raw.write(Buffer.concat([encodeRequest("bind", 0, "test", "big"), encodeRequest("readattr", 0)]));
  },
  "a request that never ends, with large arguments": (raw) => {
    const args = Array.from({ length: 40_000 }, () => []);
    raw.write(
      Buffer.concat([encodeRequest("bind", 0, "test", "methods"), encodeRequest("invoke", 0, "hold", args, new Map())]),
    );
  },
};

for (const [what, holdAll] of Object.entries(GREEDY)) {
  const count = HARD_WORK.has(what) ? FEW_CLIENTS : CLIENTS;
  test(`${count} clients, each with ${what}, make the daemon hold less than the stated total`, async () => {
    await using daemon = await DaemonProcess.start({ totalBytes: TOTAL_BYTES });
    const before = await daemon.measureMemory();
    const clients: RawSocket[] = [];
    for (let index = 0; index < count; index++) {
      const raw = await RawSocket.open(daemon.spec, "perf");
      clients.push(raw);
      holdAll(raw);
    }
    // Another client is served all the while, and its reply comes after all that the daemon had read by then.
    using guest = await RawSocket.open(daemon.spec, "perf");
    guest.request(["bind", 1, "test", "number"], ["readattr", 1]);
    await guest.readMessage();
    assert.deepEqual([...((await guest.readMessage()) ?? [])], ["+", 5]);
    const after = await daemon.measureMemory();
    const grown = after.usedBytes - before.usedBytes;
    assert.ok(grown < TOTAL_BYTES, `it holds ${grown} bytes more`);
    console.log(
      `${what}: in use +${mebibytes(grown)} MiB, resident +${mebibytes(after.residentBytes - before.residentBytes)} MiB`,
    );
    for (const raw of clients) raw[Symbol.dispose]();
  });
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}

test("calls that go on after their clients have gone hold less than the stated total together", async () => {
  await using daemon = await DaemonProcess.start({ requestTimeoutMs: 20 });
  const before = await daemon.measureMemory();
  const args = [Array.from({ length: 60_000 }, () => [])];
  const answers = new Map<string, number>();
  for (let count = 0; count < 80; count++) {
    using raw = await RawSocket.open(daemon.spec, "perf");
    raw.request(["bind", 0, "test", "methods"], ["invoke", 0, "hold", args, new Map()]);
    await raw.readMessage();
    const exception = (await raw.readMessage())?.[1] as { args: unknown[] };
    const answer = /too much memory|did not answer/u.exec(String(exception.args[0]))?.[0] ?? "another";
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  const grown = (await daemon.measureMemory()).usedBytes - before.usedBytes;
  assert.ok(grown < DEFAULT_LIMITS.totalBytes, `it holds ${grown} bytes more`);
  assert.deepEqual([...answers.keys()], ["did not answer", "too much memory"]);
});

test("a client that waits keeps nothing of the call that was answered last", async () => {
  await using daemon = await DaemonProcess.start();
  const before = await daemon.measureMemory();
  const args = [Array.from({ length: 60_000 }, () => [])];
  const clients: RawSocket[] = [];
  for (let count = 0; count < 40; count++) {
    const raw = await RawSocket.open(daemon.spec, "perf");
    clients.push(raw);
    raw.request(["bind", 0, "test", "methods"], ["invoke", 0, "echoLater", args, new Map()]);
    await raw.readMessage();
    assert.deepEqual([...((await raw.readMessage()) ?? [])], ["+", 60_000]);
  }
  const grown = (await daemon.measureMemory()).usedBytes - before.usedBytes;
  assert.ok(grown < 10_000_000, `it holds ${grown} bytes more`);
  for (const raw of clients) raw[Symbol.dispose]();
});
