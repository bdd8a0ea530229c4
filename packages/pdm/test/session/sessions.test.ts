import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { EventChannel, expose, listen } from "../../src/index.js";
import { connect } from "../../src/client.js";
import { CallContext } from "../../src/objects/call-context.js";
import type { Attribute, Directory, Invocable } from "../../src/objects/interfaces.js";
import { findModule } from "../../src/objects/registry.js";
import { readSessions } from "../../src/session/session-list.js";
import type { SessionRecord } from "../../src/session/session-list.js";
import { RawSocket } from "../fixtures/raw-socket.js";
import { newSession } from "./new-session.js";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-sessions-"));
after(() => rmSync(folder, { recursive: true }));
let sockets = 0;
function newPath(): string {
  sockets += 1;
  return path.join(folder, `${sockets}.sock`);
}

/** The object `pdm.sessions`, which is there once somebody listens. */
function findSessions(): Directory & Attribute<SessionRecord[]> {
  return findModule("pdm")?.get("sessions") as Directory & Attribute<SessionRecord[]>;
}

function readAll(): SessionRecord[] {
  return findSessions().read() as SessionRecord[];
}

test("who is connected is listed, over what, since when, and what it costs", async () => {
  await using listener = await listen(newPath(), { role: "operator" });
  using raw = await RawSocket.open(listener.spec, "perf");
  raw.request(["bind", 1, "pdm", "sessions"], ["ls", 1]);
  await raw.readMessage();
  const reply = await raw.readMessage();
  const [record, ...others] = readAll().filter(({ socket }) => socket === listener.spec);
  assert.ok(record);
  assert.deepEqual(others, []);
  assert.deepEqual(reply?.[1], [...readSessions().keys()].map(String));
  const { id, startedAt, handlerMs, receivedBytes, sentBytes, ...rest } = record;
  assert.deepEqual(rest, {
    socket: listener.spec,
    role: "operator",
    rights: [],
    claimed: null,
    protocol: "perf",
    requests: 2,
    eventsLost: 0,
  });
  assert.ok(id > 0 && Math.abs(startedAt - Date.now() / 1000) < 60 && handlerMs > 0);
  assert.ok(receivedBytes > "perf\n".length && sentBytes > "+PDM1\n+PERF1\n".length);
});

test("a session that is over is listed no more", async () => {
  await using listener = await listen(newPath());
  const raw = await RawSocket.open(listener.spec, "perf");
  const isListed = (): boolean => readAll().some(({ socket }) => socket === listener.spec);
  assert.ok(isListed());
  raw[Symbol.dispose]();
  while (isListed()) await new Promise(setImmediate);
});

test("an admin disconnects a session, whose client is told by whom", async () => {
  await using listener = await listen(newPath());
  await using viewers = await listen(newPath(), { role: "viewer", rights: ["repl"] });
  using victim = await RawSocket.open(viewers.spec, "repl");
  const record = readAll().find(({ socket }) => socket === viewers.spec);
  const admin = await connect(listener.spec);
  const entry = await admin.find(`pdm.sessions/${record?.id}`);
  assert.equal(((await entry.read()) as SessionRecord).protocol, "repl");
  await assert.rejects(entry.invoke("explode"), { code: "ERR_PDM_NO_SUCH_METHOD" });
  assert.equal(await entry.invoke("disconnect"), null);
  assert.match(await victim.readToEnd(), /^-session \d+ \(admin\) ended this session, \d+\n$/u);
  await assert.rejects(admin.find("pdm.sessions/none"), { code: "ERR_PDM_NO_SUCH_NAME" });
  admin.close();
});

test("an operator may not disconnect anybody", async () => {
  await using operators = await listen(newPath(), { role: "operator" });
  using victim = await RawSocket.open(operators.spec, "perf");
  const id = readAll().find(({ socket }) => socket === operators.spec)?.id;
  const operator = await connect(operators.spec);
  const entry = await operator.find(`pdm.sessions/${id}`);
  await assert.rejects(entry.invoke("disconnect"), /may not destroy pdm\.sessions\/\d+\/disconnect/u);
  victim.request(["bind", 1, "pdm", "sessions"]);
  assert.equal((await victim.readMessage())?.[0], "+");
  operator.close();
});

test("a session costs the events that it lost", async () => {
  const channel = new EventChannel();
  using exposed = expose("sessions.test", { channel });
  await using listener = await listen(newPath(), { limits: { queuedOutputBytes: 100_000, closeGraceMs: 10 } });
  using raw = await RawSocket.open(listener.spec, "perf");
  raw.request(["bind", 1, "sessions.test", "channel"], ["subs", 1]);
  await raw.readMessage();
  await raw.readMessage();
  raw.socket.pause();
  const countLost = (): number => readAll().find(({ socket }) => socket === listener.spec)?.eventsLost ?? 0;
  while (countLost() === 0) {
    for (let count = 0; count < 100; count++) channel.notify({ text: "x".repeat(10_000) });
    await new Promise(setImmediate);
  }
  // One that cannot be sent is lost as well.
  const before = countLost();
  channel.notify({ when: new Date() });
  channel.notify({ text: "after" });
  assert.ok(countLost() > before);
  assert.ok(exposed);
});

test("a claim is bounded, and drives nobody's terminal", () => {
  const session = newSession();
  assert.equal(session.principal.claimed, undefined);
  session.claim({ user: "x".repeat(10_000_000), program: "a\u001b[2J\u009b\u202eb\nc\u2028d", pid: 17 });
  assert.deepEqual(session.principal.claimed, { user: "x".repeat(256), program: "a [2J  b c d", pid: 17 });
  for (const pid of [-1, 0, 1.5, NaN, Infinity, "5", {}]) session.claim({ pid: pid as number });
  assert.deepEqual(session.principal.claimed, {});
  session.claim({ user: 5, program: {} } as object);
  assert.deepEqual(session.principal.claimed, {});
  assert.equal(session.principal.role, "admin");
  session.end(undefined);
});

test("a thousand sessions with the largest claims are listed, and each is found", () => {
  const sessions = Array.from({ length: 1_000 }, () => newSession());
  for (const session of sessions) session.claim({ user: "\u20ac".repeat(10_000), program: "x".repeat(10_000) });
  const all = findSessions();
  const listed = new Set(all.list() as string[]);
  for (const { id } of sessions) {
    assert.ok(listed.has(`${id}`));
    assert.equal((all.lookup(`${id}`) as Attribute<SessionRecord>).read() && all.lookup(`${id}`), all.lookup(`${id}`));
  }
  assert.ok(JSON.stringify(readAll()).length < 2_000_000);
  for (const name of ["0", "-1", "1e3", " 1", "9".repeat(100), "__proto__"]) assert.equal(all.lookup(name), undefined);
  for (const session of sessions) session.end(undefined);
});

test("the operation takes no arguments", async () => {
  await using listener = await listen(newPath());
  using raw = await RawSocket.open(listener.spec, "perf");
  const id = readAll().find(({ socket }) => socket === listener.spec)?.id;
  const entry = findSessions().lookup(`${id}`) as Invocable;
  const context = new CallContext({ session: 1, role: "admin" });
  assert.throws(() => entry.invoke("disconnect", [5], {}, context), TypeError);
  raw.request(["bind", 1, "pdm", "sessions"]);
  assert.equal((await raw.readMessage())?.[0], "+");
});
