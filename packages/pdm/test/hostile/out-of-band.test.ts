import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { OUT_OF_BAND_LIMITS } from "../../src/limits.js";
import { Interrupts } from "../../src/out-of-band/interrupts.js";
import { UrgentClient } from "../out-of-band/urgent-client.js";
import type { UrgentAnswer } from "../out-of-band/urgent-client.js";
import { DaemonProcess } from "../fixtures/daemon-process.js";
import { RawSocket } from "../fixtures/raw-socket.js";
import { LineClient } from "../rpc/line-client.js";

/** Bytes of memory that are no leak. The process's own count, since the thread's is another. */
const NOISE_BYTES = 48_000_000;

let daemon: DaemonProcess;
let owner: LineClient;
/** The second socket, and the secret of the owner's session. */
let spec = "";
let secret = "";
let residentBytes: number;
before(async () => {
  daemon = await DaemonProcess.start({ closeGraceMs: 100, replIdleMs: 200 });
  owner = await LineClient.open(daemon.spec);
  ({ spec, secret } = await openSession(owner, "owner"));
  await assertWorking();
  ({ residentBytes } = await daemon.measureMemory());
});
after(async () => {
  owner[Symbol.dispose]();
  await daemon[Symbol.asyncDispose]();
});

async function openSession(client: LineClient, session: string): Promise<{ spec: string; secret: string }> {
  const { interrupt } = await client.get("repl.open", { session });
  return interrupt as { spec: string; secret: string };
}

/** A loop of the owner's blocks the daemon, is interrupted over the second socket, and nobody else is. */
async function assertWorking(): Promise<void> {
  const loop = owner.ask("repl.evaluate", { session: "owner", source: "for (;;);", deadlineMs: 60_000 });
  await stop();
  assert.equal((await loop).result?.["cause"], "interrupt");
  using guest = await LineClient.open(daemon.spec);
  assert.deepEqual(await guest.get("read", { name: "test.number" }), { value: 5 });
  const grown = (await daemon.measureMemory()).residentBytes - residentBytes;
  assert.ok(!(grown > NOISE_BYTES), `the process has ${grown} bytes more`);
}

/** Interrupts what the owner runs, once it does. */
async function stop(evaluation?: number): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    // Refused as long as others who have the secret have not quite gone.
    using client = await UrgentClient.open(spec);
    if (((await client.interrupt(secret, evaluation)) as UrgentAnswer | null)?.result?.interrupted === true) return;
  }
  assert.fail("nothing was interrupted");
}

const interrupt = (id: unknown, params: unknown): string =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method: "interrupt", params })}\n`;

test("whatever the secret is, and whosever it was, a wrong one is refused in the same words", async () => {
  using other = await LineClient.open(daemon.spec);
  const { secret: gone } = await openSession(other, "gone");
  await other.get("repl.close", { session: "gone" });
  await using second = await DaemonProcess.start();
  using stranger = await LineClient.open(second.spec);
  const { secret: foreign } = await openSession(stranger, "owner");
  const pending = owner.ask("repl.evaluate", {
    session: "owner",
    source: "await new Promise((r) => { globalThis.go = r; })",
  });
  using client = await UrgentClient.open(spec);
  const answers = new Set<string>();
  const flipped = `${secret.slice(0, -1)}${secret.endsWith("0") ? "1" : "0"}`;
  const wrong = [
    "",
    "0",
    "0".repeat(64),
    flipped,
    secret.slice(1),
    `${secret}0`,
    secret.toUpperCase() === secret ? "" : secret.toUpperCase(),
    `${secret.slice(0, -1)}\u0000`,
    "\ud800".repeat(64),
    "__proto__",
    "x".repeat(3_900),
    gone,
    foreign,
    ...Array.from({ length: 100 }, () => randomBytes(32).toString("hex")),
  ];
  for (const text of wrong) answers.add(JSON.stringify((await client.interrupt(text)).error));
  assert.deepEqual([...answers], ['{"code":-32003,"message":"no session of this socket has that secret"}']);
  for (const value of [null, 1, {}, [secret], true]) {
    assert.equal((await client.ask({ id: 1, method: "interrupt", params: { secret: value } })).error?.code, -32_602);
  }
  using guest = await LineClient.open(daemon.spec);
  await guest.get("repl.open", { session: "guest" });
  await guest.get("repl.evaluate", { session: "guest", source: "go('untouched')" });
  assert.equal((await pending).result?.["text"], "'untouched'");
  await assertWorking();
});

test("another session's secret does not interrupt this one, nor does its evaluation's number", async () => {
  using other = await LineClient.open(daemon.spec);
  const { secret: theirs } = await openSession(other, "theirs");
  const loop = owner.ask("repl.evaluate", { session: "owner", source: "for (;;);", evaluation: 7, deadlineMs: 60_000 });
  // It is asked first; the answer is that of the main thread, which is blocked.
  using stranger = await UrgentClient.open(spec);
  const refused = stranger.interrupt(theirs, 7);
  await stop(7);
  assert.equal((await loop).result?.["cause"], "interrupt");
  assert.deepEqual((await refused).result, { interrupted: false });
  await other.get("repl.close", { session: "theirs" });
  await assertWorking();
});

/** What a client sends in place of a conversation, as often as it may. */
const GARBAGE: Readonly<Record<string, string | Buffer>> = {
  "random bytes": randomBytes(100_000),
  "random bytes behind the hello": Buffer.concat([Buffer.from("urgent\n"), randomBytes(100_000)]),
  "a request of HTTP": "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
  "a client hello of TLS": Buffer.from("16030100c8010000c40303", "hex"),
  NULs: "\0".repeat(100_000),
  "empty lines": "\n".repeat(30_000),
  "empty lines behind the hello": `urgent\n${"\n".repeat(17_000)}`,
  "a line without end": `urgent\n${"x".repeat(1_000_000)}`,
  "brackets without end": `urgent\n${"[".repeat(4_000)}\n${'{"a":'.repeat(800)}\n`.repeat(10),
  "half of a character": Buffer.from("urgent\n\xc3", "latin1"),
  "names that every object has": `urgent\n${'{"__proto__":{"method":"interrupt"},"id":1,"method":"__proto__","params":{}}\n'.repeat(100)}`,
  "another protocol": "rpc\n",
  "the other socket's protocols": "repl\n1 + 1\n\n",
  "the hello again and again": "urgent\n".repeat(2_000),
};

for (const [what, bytes] of Object.entries(GARBAGE)) {
  test(`${what} from many clients harm nobody`, async () => {
    const clients: RawSocket[] = [];
    for (let count = 0; count < 12; count += 1) {
      const client = await RawSocket.connectTo(spec);
      clients.push(client);
      // Half of them do not read.
      if (count % 2 === 0) client.socket.pause();
      client.write(bytes);
    }
    await assertWorking();
    for (const client of clients) client[Symbol.dispose]();
    await assertWorking();
  });
}

test("of hundreds of connections that say nothing a few stay, and who has a secret is served", async () => {
  const idle: RawSocket[] = [];
  for (let count = 0; count < 300; count += 1) {
    const client = await RawSocket.connectTo(spec);
    // Else the system has no room for those that are not accepted yet.
    assert.equal(await client.readLine(), "+PDM1");
    if (count % 2 === 0) client.write("urgent\n");
    idle.push(client);
  }
  await assertWorking();
  const ended = await Promise.all(idle.slice(0, -OUT_OF_BAND_LIMITS.connections).map((client) => client.readToEnd()));
  assert.ok(ended.every((said) => said.endsWith("-ERR another client takes this place\n")));
  for (const client of idle) client[Symbol.dispose]();
  await assertWorking();
});

test("where many who have a secret hold all places, one more is refused, and they are served", async () => {
  const known: UrgentClient[] = [];
  for (let count = 0; count < OUT_OF_BAND_LIMITS.connections; count += 1) {
    const client = await UrgentClient.open(spec);
    known.push(client);
    assert.deepEqual((await client.interrupt(secret)).result, { interrupted: false });
  }
  using late = await UrgentClient.connect(spec);
  assert.match(await late.raw.readToEnd(), /-ERR there are 16 connections already\n$/u);
  for (const client of known) assert.deepEqual((await client.interrupt(secret)).result, { interrupted: false });
  for (const client of known) client[Symbol.dispose]();
  await assertWorking();
});

test("thousands of requests at once are all answered: refused, or over the limit, or carried out", async () => {
  using client = await UrgentClient.open(spec);
  const requests = Array.from({ length: 5_000 }, (_, id) => interrupt(id, { secret: id % 2 === 0 ? secret : "no" }));
  client.raw.write(requests.join(""));
  const kinds = new Set<unknown>();
  const ids = new Set<unknown>();
  while (ids.size < 5_000) {
    const { id, error, result } = JSON.parse((await client.raw.readLine()) ?? "null") as UrgentAnswer;
    ids.add(id);
    kinds.add(error?.code ?? result?.interrupted);
  }
  assert.deepEqual(kinds, new Set([false, -32_003, -32_009]));
  await assertWorking();
});

test("of a client that asks and never reads no more is read either", async () => {
  using client = await UrgentClient.open(spec);
  client.raw.socket.pause();
  for (const params of [{ secret: "no" }, { secret }])
    client.raw.write(interrupt("x".repeat(1_000), params).repeat(5_000));
  await assertWorking();
  assert.ok(client.raw.socket.writableLength > 5_000_000, "it was read");
});

test("clients that come, ask and go while the main thread is blocked have it asked a limited number of times", async () => {
  const asked: number[] = [];
  const interrupts = new Interrupts(new SharedArrayBuffer(12), ({ wish }) => asked.push(wish));
  const answers = Array.from({ length: 5_000 }, () => interrupts.interrupt({ workspace: 1, client: 1, evaluation: 1 }));
  assert.equal(asked.length, OUT_OF_BAND_LIMITS.waiting);
  assert.equal(await answers.at(-1), false);
  for (const wish of asked) interrupts.hear({ kind: "answer", wish, ended: true });
  assert.equal((await Promise.all(answers)).filter(Boolean).length, OUT_OF_BAND_LIMITS.waiting);

  const loop = owner.ask("repl.evaluate", { session: "owner", source: "for (;;);", evaluation: 2, deadlineMs: 60_000 });
  const asking = interrupt(1, { secret, evaluation: 1 }).repeat(OUT_OF_BAND_LIMITS.requests);
  for (let count = 0; count < 50; count += 1) {
    using client = await UrgentClient.open(spec);
    await new Promise((resolve) => void client.raw.socket.write(asking, () => resolve(undefined)));
  }
  await stop(2);
  assert.equal((await loop).result?.["cause"], "interrupt");
  await assertWorking();
});

test("a client may leave at any byte of a conversation, also while the main thread is blocked", async () => {
  const conversation = Buffer.from(
    `urgent\n${interrupt(1, { secret: "no" })}${interrupt(2, { secret, evaluation: 1 })}`,
  );
  for (const source of ["1", "for (;;);"]) {
    const running = owner.ask("repl.evaluate", { session: "owner", source, evaluation: 2, deadlineMs: 60_000 });
    for (let cut = 0; cut <= conversation.length; cut += 3) {
      const client = await RawSocket.connectTo(spec);
      client.write(conversation.subarray(0, cut));
      if (cut % 2 === 0) client.socket.end();
      else client.socket.destroy();
      client[Symbol.dispose]();
    }
    if (source !== "1") await stop(2);
    await running;
  }
  await assertWorking();
});

test("when the sessions have ended, the second socket is gone, whoever is connected to it, and comes again with the next", async () => {
  using late = await UrgentClient.open(spec);
  assert.ok(existsSync(spec));
  await owner.get("repl.close", { session: "owner" });
  assert.equal(existsSync(spec), false);
  assert.equal(await late.raw.readLine(), undefined);
  ({ spec, secret } = await openSession(owner, "owner"));
  await assertWorking();
});
