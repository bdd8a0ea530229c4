import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { attribute, operation } from "../../src/index.js";
import { VERSION } from "../../src/version.js";
import { RawSocket } from "../fixtures/raw-socket.js";
import type { LineClient } from "./line-client.js";
import { RpcServer } from "./rpc-server.js";

/** Settles what is pending at the object of that name. */
const finish = new Map<string, (value: unknown) => void>();
const pending = (name: string): object =>
  attribute({
    description: "Comes when the test says so.",
    read: () =>
      new Promise((resolve) => {
        finish.set(name, resolve);
      }),
  });

let calls = 0;
let server: RpcServer;
let client: LineClient;
before(async () => {
  server = await RpcServer.start(
    {
      stock: attribute({ description: "Pieces left.", read: () => 3 }),
      never: attribute({ description: "Never comes.", read: () => new Promise(() => undefined) }),
      first: pending("first"),
      second: pending("second"),
      count: operation({ description: "Counts its calls.", effect: "change", run: () => ++calls }),
    },
    { build: "shop 1.2", limits: { requestTimeoutMs: 400, maxRequestTimeoutMs: 500, frameBytes: 10_000 } },
  );
  client = await server.connect();
});
after(() => server[Symbol.asyncDispose]());

test("the greeting says which protocol, server, process, session, role, methods and limits these are", () => {
  const { jsonrpc, method, params = {} } = client.hello;
  assert.deepEqual([jsonrpc, method], ["2.0", "hello"]);
  const { process: own, session, capabilities, limits, ...others } = params;
  const { startedAt, ...rest } = own as { startedAt: string };
  assert.deepEqual(others, {
    rpc: 1,
    server: { name: "pdm", version: VERSION },
    role: "admin",
    rights: ["repl", "inspect"],
    ...(process.platform === "win32" ? {} : { outOfBand: { protocol: "urgent", version: 1 } }),
  });
  assert.deepEqual(rest, { pid: process.pid, title: process.title, node: process.version, build: "shop 1.2" });
  assert.equal(new Date(startedAt).toISOString(), startedAt);
  assert.ok(Date.parse(startedAt) <= Date.now());
  assert.ok(Number.isSafeInteger(session) && Number(session) > 0);
  for (const name of ["describe", "invoke", "stream.data", "event", "lost", "sample", "bye"]) {
    assert.ok((capabilities as string[]).includes(name), name);
  }
  assert.deepEqual([(limits as { frameBytes: number }).frameBytes, typeof limits], [10_000, "object"]);
});

test("the greeting speaks of the second socket to nobody who may not use the REPL", async () => {
  for (const rights of [[], ["inspect"]] as const) {
    await using other = await RpcServer.start({}, { rights });
    const { hello } = await other.connect();
    assert.equal("outOfBand" in (hello.params ?? {}), false);
  }
});

test("a service that says nothing of its build has none", async () => {
  await using other = await RpcServer.start({}, {});
  const { hello } = await other.connect();
  assert.equal((hello.params?.["process"] as { build: unknown } | undefined)?.build, null);
});

/** One line, and the answer: its id, and its error's number, code and words. */
const FAULTS: Readonly<Record<string, readonly [line: string | Buffer, id: unknown, code: number, message: RegExp]>> = {
  "no JSON": ["{,}", null, -32_700, /no JSON text/u],
  "an empty object's half": ["{", null, -32_700, /no JSON text/u],
  "bytes that are no UTF-8": [Buffer.from([0x22, 0xc3, 0x28, 0x22]), null, -32_700, /not UTF-8/u],
  "a surrogate in UTF-8": [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), null, -32_700, /not UTF-8/u],
  "a NUL": ["\0", null, -32_700, /no JSON text/u],
  "a batch": ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', null, -32_600, /batches are not taken.*a line/u],
  "an empty batch": ["[]", null, -32_600, /batches/u],
  "a number": ["5", null, -32_600, /a request is an object/u],
  "a text": ['"ping"', null, -32_600, /a request is an object/u],
  null: ["null", null, -32_600, /a request is an object/u],
  "another version": ['{"jsonrpc":"1.0","id":7,"method":"ping"}', 7, -32_600, /"jsonrpc": "2\.0"/u],
  "no version": ['{"id":"x","method":"ping"}', "x", -32_600, /"jsonrpc": "2\.0"/u],
  "no method": ['{"jsonrpc":"2.0","id":7}', 7, -32_600, /names its method/u],
  "a method that is no text": ['{"jsonrpc":"2.0","id":7,"method":{}}', 7, -32_600, /names its method/u],
  "an unknown method": ['{"jsonrpc":"2.0","id":7,"method":"frob"}', 7, -32_601, /no method "frob"; there are: hello/u],
  "a method of every object": ['{"jsonrpc":"2.0","id":7,"method":"__proto__"}', 7, -32_601, /no method/u],
  "a notification's name": ['{"jsonrpc":"2.0","id":7,"method":"event"}', 7, -32_601, /no method/u],
  "an id that is null": ['{"jsonrpc":"2.0","id":null,"method":"ping"}', null, -32_600, /an id is/u],
  "an id that is no whole number": ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', null, -32_600, /an id is/u],
  "an id that is too large": ['{"jsonrpc":"2.0","id":1e20,"method":"ping"}', null, -32_600, /an id is/u],
  "an id that is a list": ['{"jsonrpc":"2.0","id":[1],"method":"ping"}', null, -32_600, /an id is/u],
  "an id that is true": ['{"jsonrpc":"2.0","id":true,"method":"ping"}', null, -32_600, /an id is/u],
  "an id that is too long": [
    `{"jsonrpc":"2.0","id":"${"x".repeat(257)}","method":"ping"}`,
    null,
    -32_600,
    /at most 256 characters/u,
  ],
  "a list of parameters": ['{"jsonrpc":"2.0","id":7,"method":"ping","params":[]}', 7, -32_602, /by name/u],
  "parameters that are null": ['{"jsonrpc":"2.0","id":7,"method":"ping","params":null}', 7, -32_602, /by name/u],
  "a parameter that is missing": ['{"jsonrpc":"2.0","id":7,"method":"read"}', 7, -32_602, /^name is missing$/u],
  "a parameter of the wrong type": [
    '{"jsonrpc":"2.0","id":7,"method":"read","params":{"name":5}}',
    7,
    -32_602,
    /^name must be a string .*, not 5$/u,
  ],
  "a deadline of no time": [
    '{"jsonrpc":"2.0","id":7,"method":"ping","params":{"timeoutMs":0}}',
    7,
    -32_602,
    /^timeoutMs must be .* of at least 1, not 0$/u,
  ],
  "a deadline that is a text": [
    '{"jsonrpc":"2.0","id":7,"method":"ping","params":{"timeoutMs":"1s"}}',
    7,
    -32_602,
    /^timeoutMs must be a whole number/u,
  ],
};

for (const [what, [line, id, code, message]] of Object.entries(FAULTS)) {
  test(`a line with ${what} gets its error, and the connection goes on`, async () => {
    using own = await server.connect();
    own.raw.write(Buffer.concat([Buffer.from(line), Buffer.from("\n")]));
    const answer = await own.next();
    assert.deepEqual([answer.id, answer.error?.code], [id, code]);
    assert.match(answer.error?.message ?? "", message);
    assert.deepEqual(await own.get("ping"), {});
  });
}

test("empty lines are nothing, and a line may end as on Windows", async () => {
  using own = await server.connect();
  own.raw.write('\n\n{"jsonrpc":"2.0","id":1,"method":"ping"}\r\n');
  assert.deepEqual(await own.next(), { jsonrpc: "2.0", id: 1, result: {} });
});

test("fields and parameters that are not known are ignored", async () => {
  using own = await server.connect();
  own.raw.write(
    '{"trace":{"a":[1]},"jsonrpc":"2.0","id":1,"method":"read","params":{"name":"shop.stock","later":true,"__proto__":{"limits":5}}}\n',
  );
  assert.deepEqual((await own.next()).result, { value: 3 });
});

test("a notification is carried out and answered by nobody, nor are its faults", async () => {
  using own = await server.connect();
  own.notify("invoke", { name: "shop.count" });
  own.notify("invoke", { name: "shop.missing" });
  own.notify("frob");
  own.notify("read", { name: 5 });
  const id = own.send("ping");
  assert.deepEqual(await own.next(), { jsonrpc: "2.0", id, result: {} });
  assert.equal(calls, 1);
});

test("an id may be used again after its answer, and not before", async () => {
  using own = await server.connect();
  const line = (method: string, params: object): string =>
    `${JSON.stringify({ jsonrpc: "2.0", id: "a", method, params })}\n`;
  own.raw.write(line("read", { name: "shop.first" }) + line("ping", {}));
  const refused = await own.next();
  assert.deepEqual([refused.id, refused.error?.code], [null, -32_600]);
  assert.match(refused.error?.message ?? "", /the id "a" belongs to a request under way/u);
  finish.get("first")?.(1);
  assert.deepEqual(await own.next(), { jsonrpc: "2.0", id: "a", result: { value: 1 } });
  own.raw.write(line("ping", {}));
  assert.deepEqual(await own.next(), { jsonrpc: "2.0", id: "a", result: {} });
});

test('the ids 1 and "1" are two', async () => {
  using own = await server.connect();
  own.raw.write(
    '{"jsonrpc":"2.0","id":1,"method":"read","params":{"name":"shop.first"}}\n{"jsonrpc":"2.0","id":"1","method":"ping"}\n',
  );
  assert.deepEqual(await own.next(), { jsonrpc: "2.0", id: "1", result: {} });
  finish.get("first")?.(1);
  assert.equal((await own.next()).id, 1);
});

test("answers come in the order in which they are there", async () => {
  using own = await server.connect();
  const first = own.send("read", { name: "shop.first" });
  const second = own.send("read", { name: "shop.second" });
  const ping = own.send("ping");
  assert.equal((await own.next()).id, ping);
  finish.get("second")?.(2);
  assert.equal((await own.next()).id, second);
  finish.get("first")?.(1);
  assert.equal((await own.next()).id, first);
});

test("what was asked in one segment is answered in one", async () => {
  const raw = await RawSocket.open(server.listener.spec, "rpc");
  await raw.readLine();
  const chunks: Buffer[] = [];
  raw.socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  raw.write('{"jsonrpc":"2.0","id":1,"method":"read","params":{"name":"shop.stock"}}\n'.repeat(100));
  await once(raw.socket, "data");
  assert.equal(chunks.length, 1);
  assert.equal(String(chunks[0]).split("\n").length, 101);
  raw[Symbol.dispose]();
});

test("a request that takes too long fails with its object's name: after its own time, within the server's bounds", async () => {
  for (const [timeoutMs, shown] of [
    [undefined, 400],
    [30, 30],
    [1e9, 500],
  ] as const) {
    const { error } = await client.ask("read", { name: "shop.never", timeoutMs });
    assert.equal(error?.code, -32_004);
    assert.deepEqual(error?.data, { code: "ERR_PDM_DEADLINE", name: "shop.never" });
    const words = /^shop\.never did not answer within (\d+(?:\.\d+)?) ms$/u.exec(error?.message ?? "");
    assert.equal(Math.ceil(Number(words?.[1])), shown, error?.message);
  }
});

test("a client that ends its side gets what it asked for before, pending or not, and then the end", async () => {
  const raw = await RawSocket.connect(server.listener.spec);
  raw.socket.end(
    'rpc\n{"jsonrpc":"2.0","id":1,"method":"read","params":{"name":"shop.never","timeoutMs":50}}\n' +
      '{"jsonrpc":"2.0","id":2,"method":"describe"}\n{"jsonrpc":"2.0","id":3,"method":"readMany","params":{"names":["shop.stock"]}}\n' +
      '{"jsonrpc":"2.0","id":4,"method":"ping"}\n',
  );
  const lines = (await raw.readToEnd()).trimEnd().split("\n").slice(3);
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { id: number }).id).toSorted((a, b) => a - b),
    [1, 2, 3, 4],
  );
});

test("a server that ends the connection says why first", async () => {
  using own = await server.connect();
  own.raw.write("x".repeat(10_001));
  assert.deepEqual((await own.next()).params, { reason: "a request is longer than 10000 bytes (frameBytes)" });
  assert.equal(await own.raw.readToEnd(), "");
});
