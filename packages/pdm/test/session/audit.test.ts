import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { AUDIT_CHANNEL, listen, PdmError, Tuple } from "../../src/index.js";
import type { AuditRecord, ObjectDescription } from "../../src/index.js";
import { invokeMethod, readAttribute, writeAttribute } from "../../src/session/access.js";
import { openAuditEvents } from "../../src/session/audit-events.js";
import { AuditFile } from "../../src/audit-file.js";
import { showValue } from "../../src/session/shown-value.js";
import type { Session } from "../../src/session/session.js";
import { encodeRequest, RawSocket } from "../fixtures/raw-socket.js";
import { runModule } from "../fixtures/run-module.js";
import { newSession } from "./new-session.js";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-audit-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
function newPath(): string {
  files += 1;
  return path.join(folder, `${files}`);
}

let records: AuditRecord[] = [];
const collect = (record: unknown): unknown => records.push(record as AuditRecord);
beforeEach(() => {
  records = [];
  subscribe(AUDIT_CHANNEL, collect);
});
afterEach(() => {
  unsubscribe(AUDIT_CHANNEL, collect);
});
// The gate's own timers do not keep the process alive, and nothing else here does.
let alive: NodeJS.Timeout;
before(() => {
  alive = setInterval(() => undefined, 1_000);
});
after(() => clearInterval(alive));

const SECRET = "hunter2";
const leak = (value: unknown): never => {
  throw new PdmError("ERR_SHOP_BAD", `${String(value)} is no good`);
};

function describe(description: ObjectDescription, object: object): { name: string; object: object } {
  return { name: "shop.object", object: { ...object, describe: () => description } };
}

const { invoke, write } = {
  invoke: (
    object: { name: string; object: object },
    args: readonly unknown[],
    kwargs: object = {},
    session: Session = newSession(),
  ) =>
    invokeMethod(
      session,
      object,
      "call",
      args,
      kwargs as Record<string, unknown>,
      { argumentBytes: 0 },
      () => undefined,
    ),
  write: (object: { name: string; object: object }, value: unknown, session: Session = newSession()) =>
    writeAttribute(session, object, value, {}, () => undefined),
};

/** The one record of the kind that is not about a connection. */
function only(): AuditRecord {
  const [record, ...others] = records.filter(({ action }) => action !== "connect");
  assert.ok(record);
  assert.deepEqual(others, []);
  return record;
}

test("a write is recorded with the values before and after, who did it, and how it ended", () => {
  const session = newSession({ role: "operator" });
  session.claim({ user: "ada", program: "test", pid: 5 });
  const object = describe(
    { attribute: { type: { type: "object" } } },
    { read: () => ({ limit: 5 }), write: () => undefined },
  );
  write(object, { limit: 6 }, session);
  const { time, durationMs, ...record } = only();
  assert.deepEqual(record, {
    action: "write",
    session: session.id,
    role: "operator",
    socket: "/run/test.sock",
    claimed: { user: "ada", program: "test", pid: 5 },
    protocol: "",
    target: "shop.object",
    effect: "change",
    before: "{limit: 5}",
    after: "{limit: 6}",
    outcome: "ok",
  });
  assert.ok(Math.abs(time - Date.now() / 1000) < 60 && durationMs >= 0);
});

test("a call is recorded with its arguments by name", () => {
  const parameters = [
    { name: "order", type: { type: "integer" }, required: true, secret: false },
    { name: "reason", type: { type: "string" }, required: false, secret: false },
  ] as const;
  const operation = describe({ operations: { call: { effect: "change", parameters } } }, { invoke: () => 1 });
  invoke(operation, [17], { reason: "lost" });
  assert.deepEqual([only().arguments, only().effect, only().outcome], ['order: 17, reason: "lost"', "change", "ok"]);
});

test("reads are not recorded", () => {
  readAttribute(newSession(), { name: "shop.object", object: { read: () => 1 } }, {}, () => undefined);
  assert.deepEqual(
    records.map(({ action }) => action),
    ["connect"],
  );
});

test("secrets are in no record, not in the errors either, and neither are arguments that nobody described", () => {
  const parameters = [
    { name: "user", type: { type: "string" }, required: true, secret: false },
    { name: "password", type: { type: "string" }, required: true, secret: true },
  ] as const;
  const nested = [
    {
      name: "login",
      type: { type: "object", properties: { password: { "x-secret": true } } },
      required: true,
      secret: false,
    },
  ] as const;
  const call = (parameters_: ObjectDescription): { name: string; object: object } =>
    describe(parameters_, {
      invoke: (_method: string, args: readonly unknown[]) => leak(JSON.stringify(args) + SECRET),
    });
  invoke(call({ operations: { call: { effect: "change", parameters } } }), ["ada", SECRET]);
  invoke(call({ operations: { call: { effect: "change", parameters } } }), [], { user: "ada", password: SECRET });
  invoke(call({ operations: { call: { effect: "change", parameters } } }), ["ada", "x", SECRET], { pasword: SECRET });
  invoke(call({ operations: { call: { effect: "change", parameters: nested } } }), [{ password: SECRET }]);
  write(describe({ attribute: { secret: true } }, { read: () => SECRET, write: leak }), SECRET);
  write(describe({ attribute: { type: { "x-secret": true } } }, { read: () => SECRET, write: leak }), SECRET);
  invoke({ name: "shop.object", object: { invoke: () => 1 } }, [SECRET]);
  write({ name: "shop.object", object: { read: () => SECRET, write: () => 1 } }, SECRET);
  const shown = records.filter(({ action }) => action !== "connect");
  assert.equal(shown.length, 8);
  assert.doesNotMatch(JSON.stringify(shown), /hunter2/u);
  assert.deepEqual(
    shown.map(({ arguments: args, before: was, after: is }) => args ?? [was, is]),
    [
      'user: "ada", password: ***',
      'user: "ada", password: ***',
      'user: "ada", password: ***, (2 that it does not have)',
      "login: ***",
      ["***", "***"],
      ["***", "***"],
      [undefined, undefined],
      [undefined, undefined],
    ],
  );
  assert.equal(shown[0]?.error, "PdmError (ERR_SHOP_BAD)");
});

test("each way to end has its word", async () => {
  const session = newSession({ role: "operator" });
  const outcome = (run: () => unknown, method: string = "call", timeoutMs?: number): (() => void) | undefined => {
    const description: ObjectDescription = { operations: { call: { effect: "change" }, drop: { effect: "destroy" } } };
    return invokeMethod(
      session,
      describe(description, { invoke: run }),
      method,
      [],
      {},
      { timeoutMs, argumentBytes: 0 },
      () => undefined,
    );
  };
  outcome(() => 1);
  outcome(() => leak("x"));
  outcome(() => 1, "drop");
  outcome(() => new Promise(() => undefined))?.();
  outcome(() => new Promise(() => undefined), "call", 1);
  while (!records.some((record) => record.outcome === "deadline")) await new Promise(setImmediate);
  assert.deepEqual(
    records.map((record) => [record.action, record.outcome, record.error]),
    [
      ["connect", "ok", undefined],
      ["invoke", "ok", undefined],
      ["invoke", "threw", "x is no good"],
      ["refuse", "refused", "refused: this socket's role, operator, may not destroy shop.object/drop"],
      ["invoke", "cancelled", "nobody waits for shop.object any more"],
      ["invoke", "deadline", "shop.object did not answer within 1 ms"],
    ],
  );
});

test("every text in a record is bounded, whatever it is made of", () => {
  const huge = "x".repeat(1_000_000);
  const many = Array.from({ length: 100_000 }, () => [huge, { [huge]: huge }]);
  let deep: unknown = 1;
  for (let depth = 0; depth < 10_000; depth++) deep = [deep];
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const hostile = [
    huge,
    many,
    deep,
    cyclic,
    new Map([[many, many]]),
    new Set(many),
    2n ** 100_000n,
    new Proxy({}, { ownKeys: () => assert.fail("asked") }),
    Object.defineProperty({}, "x", { enumerable: true, get: () => assert.fail("asked") }),
  ];
  for (const value of hostile) assert.ok(showValue(value).length <= 2_100);
  const session = newSession();
  invokeMethod(
    session,
    { name: huge, object: { invoke: () => leak(huge) } },
    huge,
    [],
    {},
    { argumentBytes: 0 },
    () => undefined,
  );
  assert.ok(JSON.stringify(only()).length < 10_000);
});

test("values are shown as people write them", () => {
  const value = [
    1,
    -0,
    "a\n",
    null,
    undefined,
    5n,
    true,
    { a: [] },
    new Map([["k", new Set([1])]]),
    new Uint8Array(3),
    Symbol("s"),
  ];
  assert.equal(
    showValue(value),
    '[1, -0, "a\\n", null, undefined, 5n, true, {a: []}, Map {"k" => Set {1}}, (3 bytes), Symbol(s)]',
  );
});

test("the file has a line for each record of its socket's sessions, is its owner's alone, and is appended to", async () => {
  const [spec, auditFile] = [newPath(), newPath()];
  for (let round = 0; round < 2; round++) {
    await using listener = await listen(spec, { auditFile });
    await using other = await listen(newPath());
    for (const path_ of [listener.spec, other.spec]) {
      using raw = await RawSocket.open(path_, "repl");
      raw.write("1 + 1\n\n");
      assert.equal(await raw.readLine(), " 2");
    }
  }
  assert.equal(statSync(auditFile).mode & 0o777, 0o600);
  const lines = readFileSync(auditFile, "utf8").trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => {
      const { action, protocol, socket } = JSON.parse(line) as AuditRecord;
      return [action, protocol, socket];
    }),
    [0, 1].flatMap(() => [
      ["connect", "", spec],
      ["repl", "repl", spec],
      ["disconnect", "repl", spec],
    ]),
  );
});

test("listen fails where the file cannot be opened, saying so, and leaves no socket behind", async () => {
  mkdirSync(path.join(folder, "directory"));
  const [spec, readOnly] = [newPath(), newPath()];
  writeFileSync(readOnly, "");
  chmodSync(readOnly, 0o400);
  const refused: unknown[] = [path.join(folder, "directory"), path.join(folder, "no", "such"), "", 5];
  if (process.getuid?.() !== 0) refused.push(readOnly);
  for (const auditFile of refused) {
    await assert.rejects(listen(spec, { auditFile: auditFile as string }), {
      name: "ListenError",
      code: "ERR_PDM_LISTEN_AUDIT",
      message: /the audit file cannot be opened for writing/u,
    });
  }
  assert.throws(() => statSync(spec), { code: "ENOENT" });
});

test("a disk that is full is one warning, and the records are counted", async () => {
  const warnings: string[] = [];
  const note = (warning: Error): unknown => warnings.push(warning.message);
  process.on("warning", note);
  const file = new AuditFile("/dev/full");
  invoke({ name: "shop.object", object: { invoke: () => 1 } }, []);
  for (let count = 0; count < 3; count++) file.append(only());
  assert.equal(file.lost, 3);
  file.close();
  await new Promise(setImmediate);
  process.off("warning", note);
  const [warning, ...others] = warnings.filter((message) => message.includes("/dev/full"));
  assert.deepEqual(others, []);
  assert.match(warning ?? "", /^audit records cannot be written to \/dev\/full: ENOSPC/u);
});

test("a call that ends the process is recorded, and so is a command", async () => {
  const exits: Readonly<Record<string, readonly [bytes: string, action: string, target: string]>> = {
    perf: [
      Buffer.concat([
        encodeRequest("bind", 1, "pdm.perf", "sysctl"),
        encodeRequest("invoke", 1, "exit", Tuple.of(3), new Map()),
      ]).toString("hex"),
      "invoke",
      "pdm.perf.sysctl/exit",
    ],
    repl: [Buffer.from("process.exit(3)\n\n").toString("hex"), "repl", "repl"],
  };
  for (const [protocol, [bytes, action, target]] of Object.entries(exits)) {
    const auditFile = newPath();
    const finished = await runModule(`
      const { listen } = await import(index);
      const net = await import("node:net");
      const { spec } = await listen(${JSON.stringify(newPath())}, { auditFile: ${JSON.stringify(auditFile)} });
      const client = net.connect(spec);
      client.write("${protocol}\\n");
      client.write(Buffer.from("${bytes}", "hex"));
    `);
    assert.equal(finished.status, 3, finished.stderr);
    const last = JSON.parse(readFileSync(auditFile, "utf8").trimEnd().split("\n").at(-1) ?? "") as AuditRecord;
    assert.deepEqual([last.action, last.target, last.outcome], [action, target, "exit"]);
  }
});

test("an admin hears the records as events of pdm.audit, and nobody else does", async () => {
  await using listener = await listen(newPath());
  await using viewers = await listen(newPath(), { role: "viewer" });
  using raw = await RawSocket.open(listener.spec, "perf");
  raw.request(["bind", 1, "pdm", "audit"], ["subs", 1]);
  assert.equal((await raw.readMessage())?.[0], "+");
  assert.equal((await raw.readMessage())?.[0], "+");
  using viewer = await RawSocket.open(viewers.spec, "perf");
  viewer.request(["bind", 1, "pdm", "audit"], ["subs", 1]);
  assert.equal((await viewer.readMessage())?.[0], "+");
  const refusal = (await viewer.readMessage())?.[1] as { className: string; args: unknown[] };
  assert.equal(refusal.className, "exceptions.RuntimeError");
  assert.equal(refusal.args[0], "refused: this socket's role, viewer, may not expose pdm.audit");
  const actions: unknown[] = [];
  for (let event = 0; event < 2; event++) {
    const instance = (await raw.readMessage())?.[2] as { state?: unknown };
    actions.push(
      /(connect|refuse)/u.exec(
        JSON.stringify(instance, (_key, value: unknown) => (value instanceof Map ? [...value] : value)),
      )?.[0],
    );
  }
  assert.deepEqual(actions, ["connect", "refuse"]);
});

test("all copies of the package in the process share one pdm.audit", async () => {
  await using listener = await listen(newPath());
  const copy = `${new URL("../../src/session/audit-events.js", import.meta.url).href}?copy`;
  const other = (await import(copy)) as { openAuditEvents: typeof openAuditEvents };
  assert.ok(listener);
  assert.notEqual(other.openAuditEvents, openAuditEvents);
  assert.equal(other.openAuditEvents(), openAuditEvents());
});

test("nothing is asked of an object for a record that nobody would get", () => {
  unsubscribe(AUDIT_CHANNEL, collect);
  const object = { describe: () => assert.fail("asked"), read: () => 1, write: () => 2, invoke: () => 3 };
  invoke({ name: "shop.object", object }, []);
  write({ name: "shop.object", object }, 1);
});

test("a connection's end is recorded with its reason, where the server had one", async () => {
  await using listener = await listen(newPath(), { limits: { helloTimeoutMs: 20 } });
  {
    using raw = await RawSocket.connect(listener.spec);
    await raw.readToEnd();
    raw.socket.end();
    await once(raw.socket, "close");
  }
  while (!records.some(({ action }) => action === "disconnect")) await new Promise(setImmediate);
  const last = records.at(-1);
  assert.deepEqual(
    [last?.action, last?.outcome, last?.error],
    ["disconnect", "cancelled", "no protocol was named within 20 ms (helloTimeoutMs)"],
  );
});
