import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DaemonProcess } from "../fixtures/daemon-process.js";
import { RawSocket } from "../fixtures/raw-socket.js";
import { LineClient } from "../rpc/line-client.js";
import type { Message } from "../rpc/line-client.js";

/** What all connections together may hold, here. */
const TOTAL_BYTES = 33_554_432;

let daemon: DaemonProcess;
let usedBytes: number;
before(async () => {
  daemon = await DaemonProcess.start({
    closeGraceMs: 100,
    requestTimeoutMs: 1_000,
    streamIdleMs: 1_000,
    totalBytes: TOTAL_BYTES,
  });
  ({ usedBytes } = await daemon.measureMemory());
});
after(async () => {
  await daemon[Symbol.asyncDispose]();
});

/** The daemon still does its work for others. */
async function assertServing(): Promise<void> {
  assert.ok(daemon.alive, "the daemon ended");
  using guest = await LineClient.open(daemon.spec);
  assert.deepEqual(await guest.get("read", { name: "test.number" }), { value: 5 });
}

/** Everybody is gone, and what they held with them. */
async function assertNothingLeft(): Promise<void> {
  for (;;) {
    const { connections, listens, streams } = await daemon.findLeftovers();
    if (connections === 0 && !listens && streams === 0) break;
    await new Promise((resolve) => void setTimeout(resolve, 10));
  }
  const { reads } = await daemon.findLeftovers();
  const grown = (await daemon.measureMemory()).usedBytes - usedBytes;
  assert.ok(grown < 8_000_000, `it holds ${grown} bytes more`);
  assert.equal((await daemon.findLeftovers()).reads, reads, "it is still sampling");
}

const line = (message: object | string): string =>
  `${typeof message === "string" ? message : JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
const request = (id: unknown, method: string, params: object = {}): string => line({ id, method, params });

/** A JSON text, `levels` arrays or objects deep. */
const nest = (levels: number, open = "[", close = "]"): string => open.repeat(levels) + close.repeat(levels);

const READ = '"jsonrpc":"2.0","id":1,"method":"read"';
const INVOKE = '"jsonrpc":"2.0","id":1,"method":"invoke"';
const ECHO = '"name":"test.methods","operation":"echo"';
const POLLUTION = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';

/** Numbers that V8 puts into the same place of its hash tables come close together in none; many of them are slow to read. */
const collidingKeys = Array.from({ length: 40_000 }, (_, index) => `[${index * 2 ** 32 + 2 ** 31},1]`).join(",");

/** One line, and what is answered. */
const LINES: Readonly<Record<string, readonly [text: string, answer: RegExp]>> = {
  "10,000 levels": [nest(10_000), /batches are not taken/u],
  "400,000 levels": [nest(400_000), /batches are not taken/u],
  "10,000 levels that never close": ["[".repeat(10_000), /no JSON text/u],
  "10,000 levels of objects": [nest(10_000, '{"a":', "}").replace(":}", ":1}"), /"jsonrpc": \\"2|jsonrpc/u],
  "10,000 levels in an unknown member": [
    `{"deep":${nest(10_000)},${READ},"params":{"name":"test.number","more":${nest(10_000)}}}`,
    /"result":\{"value":5\}/u,
  ],
  "10,000 levels as an id": [`{"jsonrpc":"2.0","method":"ping","id":${nest(10_000)}}`, /-32600.*an id is/u],
  "10,000 levels as a method": [`{"jsonrpc":"2.0","id":1,"method":${nest(10_000)}}`, /-32600/u],
  "10,000 levels as a name": [`{${READ},"params":{"name":${nest(10_000)}}}`, /-32602.*name must be/u],
  "10,000 levels as a path": [`{${READ},"params":{"name":"test.number","path":${nest(10_000)}}}`, /-32602.*path/u],
  "10,000 levels as an argument": [
    `{${INVOKE},"params":{${ECHO},"args":[${nest(10_000)}]}}`,
    /-32602.*nests deeper than \d+/u,
  ],
  "10,000 levels as a named argument": [
    `{${INVOKE},"params":{${ECHO},"named":{"x":${nest(10_000, '{"a":', "}").replace(":}", ":1}")}}}}`,
    /-32602.*nests deeper than \d+/u,
  ],
  "10,000 levels as a value to write": [
    `{"jsonrpc":"2.0","id":1,"method":"write","params":{"name":"test.number","value":${nest(10_000)}}}`,
    /-32602.*nests deeper than \d+/u,
  ],
  "10,000 levels as a filter": [
    `{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"name":"test.happened","where":{"a":${nest(10_000)}}}}`,
    /-32602.*nested deeper/u,
  ],
  "10,000 levels of schemas": [
    `{"jsonrpc":"2.0","id":1,"method":"list","params":{"value":${nest(10_000, '{"items":', "}").replace(":}", ":{}}")}}}`,
    /-32602.*nested deeper/u,
  ],
  "a schema of 1 MiB": [
    `{"jsonrpc":"2.0","id":1,"method":"list","params":{"where":{"a":{"enum":[${"[],".repeat(340_000)}0]}}}}`,
    /-32602.*too many parts/u,
  ],
  "a schema of 30,000 choices": [
    `{"jsonrpc":"2.0","id":1,"method":"list","params":{"value":{"anyOf":[${'{"minimum":1},'.repeat(30_000)}{}]}}}`,
    /-32602.*too many parts/u,
  ],
  "names that every object has": [
    `{"__proto__":{"id":9},${INVOKE},"params":{"__proto__":{"name":"x"},${ECHO},"args":[${POLLUTION}],"named":${POLLUTION}}}`,
    /"result":\{"value":\{"__proto__":\{"polluted":1\}/u,
  ],
  "names that every object has, as arguments": [`{${INVOKE},"params":{${ECHO},"args":${POLLUTION}}}`, /"result"/u],
  "names that every object has, as a filter": [
    `{"jsonrpc":"2.0","id":1,"method":"list","params":{"where":${POLLUTION}}}`,
    /-32602.*keyword/u,
  ],
  "a reference to itself": [`{${INVOKE},"params":{${ECHO},"args":[{"$ref":""}]}}`, /-32602.*leads to no object/u],
  "references in a circle": [
    `{${INVOKE},"params":{${ECHO},"args":[[{"$ref":"/1"},{"$ref":"/0"}]]}}`,
    /-32602.*leads to no object/u,
  ],
  "a cycle": [`{${INVOKE},"params":{${ECHO},"args":[[[{"$ref":"/0"}]]]}}`, /"value":\[\[\{"\$ref":"\/0"\}\]\]/u],
  "a reference to what every object has": [
    `{${INVOKE},"params":{${ECHO},"args":[[{"$ref":"/constructor"},{"$ref":"/__proto__"}]]}}`,
    /-32602.*leads to no object/u,
  ],
  "30,000 references to one object": [
    `{${INVOKE},"params":{${ECHO},"args":[[{"a":1}${',{"$ref":"/0"}'.repeat(30_000)}]]}}`,
    /"value":\[\{"a":1\},\{"\$ref":"\/0"\}/u,
  ],
  "a long reference": [`{${INVOKE},"params":{${ECHO},"args":[[{"$ref":"${"/0".repeat(400_000)}"}]]}}`, /-32602/u],
  "a Map with numbers chosen to collide": [
    `{${INVOKE},"params":{"name":"test.methods","operation":"echoLater","args":[{"$map":[${collidingKeys}]}]}}`,
    /-32602.*took longer than|"result"/u,
  ],
  "a bigint of a million digits": [
    `{${INVOKE},"params":{${ECHO},"args":[{"$bigint":"${"9".repeat(1_000_000)}"}]}}`,
    /-32602.*100000 digits/u,
  ],
  "an expression that takes for ever": [
    `{${INVOKE},"params":{${ECHO},"args":[{"$regexp":["(a+)+$","u"]}]}}`,
    /"\$regexp":\["\(a\+\)\+\$","u"\]/u,
  ],
  "a huge id": [`{"jsonrpc":"2.0","id":"${"x".repeat(1_000_000)}","method":"ping"}`, /-32600/u],
  "a huge number as id": [`{"jsonrpc":"2.0","id":1e308,"method":"ping"}`, /-32600/u],
  "numbers of a million digits": [
    `{${READ},"params":{"name":"test.number","timeoutMs":${"9".repeat(1_000_000)}}}`,
    /-32602/u,
  ],
  "a name of a million characters": [`{${READ},"params":{"name":"${"a.b/".repeat(250_000)}"}}`, /-32001/u],
  "a name of a million dots": [`{${READ},"params":{"name":"${".".repeat(1_000_000)}"}}`, /-32001/u],
  "a million NULs": ["\0".repeat(1_000_000), /no JSON text/u],
  "globs made to try again": [
    `{"jsonrpc":"2.0","id":1,"method":"list","params":{"names":[${Array.from({ length: 32 }, () => `"${"**?".repeat(10)}x"`).join(",")}]}}`,
    /"items":\[\]|-32004/u,
  ],
  "globs of too many characters together": [
    `{"jsonrpc":"2.0","id":1,"method":"list","params":{"names":[${Array.from({ length: 32 }, () => `"${"**?".repeat(11)}"`).join(",")}]}}`,
    /-32009.*1056 characters together/u,
  ],
  "a filter that compares all items with each other": [
    `{"jsonrpc":"2.0","id":1,"method":"list","params":{"value":{"uniqueItems":true}}}`,
    /-32602.*uniqueItems/u,
  ],
  "a thousand globs": [
    `{"jsonrpc":"2.0","id":1,"method":"readMany","params":{"names":[${'"**",'.repeat(999)}"**"]}}`,
    /-32009.*1000 globs/u,
  ],
  "a cursor of a million levels": [
    `{"jsonrpc":"2.0","id":1,"method":"describe","params":{"cursor":"test.sources${"/s0".repeat(300_000)}"}}`,
    /"objects"|-32011/u,
  ],
};

for (const [what, [text, answer]] of Object.entries(LINES)) {
  test(`a line with ${what} is answered, and harms nobody`, async () => {
    using client = await LineClient.open(daemon.spec);
    client.raw.write(`${text}\n`);
    const [answered] = await Promise.all([client.raw.readLine(), assertServing()]);
    assert.match((answered ?? "the connection ended").slice(0, 5_000), answer);
    assert.deepEqual(await client.get("ping"), {});
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });
}

test("after all these lines nothing is left of them", assertNothingLeft);

/** Bytes that end the connection, and the reason. */
for (const [what, bytes, reason] of [
  ["a line without end", "x".repeat(3_000_000), /longer than 1048576 bytes/u],
  ["white space without end", " ".repeat(3_000_000), /longer than 1048576 bytes/u],
  ["a line that is a little too long", line(" ".repeat(1_048_577)), /longer than 1048576 bytes/u],
] as const) {
  test(`${what} ends the connection with the reason`, async () => {
    using client = await LineClient.open(daemon.spec);
    client.raw.write(bytes);
    assert.match(String((await client.notified("bye"))["reason"]), reason);
    await assertServing();
  });
}

test("the same answers come when text is split inside a character, and byte by byte", async () => {
  using client = await LineClient.open(daemon.spec);
  client.raw.socket.setNoDelay(true);
  const text = "\u00e9\u20ac\u{1f375}";
  for (const byte of Buffer.from(request(1, "invoke", { name: "test.methods", operation: "echo", args: [text] }))) {
    await new Promise((resolve) => client.raw.socket.write(Buffer.from([byte]), resolve));
  }
  assert.deepEqual((await client.next()).result, { value: text });
});

test("a client may leave at any byte of a conversation", async () => {
  const conversation = Buffer.from(
    `rpc\n${request(1, "subscribe", { name: "test.happened" })}${request(2, "read", { name: "test.never" })}` +
      `${request(3, "subscribe", { name: "test.late" })}${request(4, "unsubscribe", { subscription: 2 })}` +
      request(5, "sample", { names: "test.counter", everyMs: 10 }) +
      request(6, "invoke", { name: "test.methods", operation: "stream", args: [10], credit: 100 }) +
      `${request(7, "invoke", { name: "test.methods", operation: "swallow", args: [{ $stream: 1 }] })}${request(8, "describe")}`,
  );
  for (let cut = 0; cut <= conversation.length; cut += 3) {
    const raw = await RawSocket.connect(daemon.spec);
    raw.write(conversation.subarray(0, cut));
    if (cut % 2 === 0) raw.socket.end();
    else raw.socket.destroy();
    if (cut % 10 === 0) await daemon.ask({ command: "notify", count: 1, bytes: 10 });
    raw[Symbol.dispose]();
  }
  await assertServing();
  await assertNothingLeft();
});

test("10,000 requests in one segment are all answered, known and unknown, while another client is served", async () => {
  using client = await LineClient.open(daemon.spec);
  const kinds = ["ping", "read", "frob", "cancel", "fetch", "unsubscribe", "describe", "stream.credit"];
  const requests = Array.from({ length: 10_000 }, (_, index) =>
    request(index, kinds[index % kinds.length] ?? "", { name: "test.number", id: "none", handle: 1, subscription: 1 }),
  );
  client.raw.write(requests.join(""));
  const serving = assertServing();
  const ids = new Set<unknown>();
  while (ids.size < 10_000) ids.add((await client.next()).id);
  await serving;
  assert.deepEqual(await client.get("ping"), {});
});

test("ids that are used again while they are under way are refused, however often", async () => {
  using client = await LineClient.open(daemon.spec);
  client.raw.write(
    request("x", "read", { name: "test.never" }) + request("x", "read", { name: "test.number" }).repeat(5_000),
  );
  const refused: Message[] = [];
  for (;;) {
    const message = await client.next();
    if (message.id === "x") {
      assert.equal(message.error?.data.code, "ERR_PDM_DEADLINE");
      break;
    }
    refused.push(message);
  }
  assert.equal(refused.length, 5_000);
});

test("cancels of nothing are answered as such", async () => {
  using client = await LineClient.open(daemon.spec);
  const ids = [1, -1, 1e15, "", "x", "__proto__", "x".repeat(100_000)];
  for (const id of ids) assert.deepEqual(await client.get("cancel", { id }), { cancelled: false });
  for (const id of [null, {}, [], 0.5]) assert.match(await client.fail("cancel", { id }), /^ERR_PDM_INVALID_ARGUMENT/u);
  assert.match(await client.fail("cancel"), /^ERR_PDM_INVALID_ARGUMENT/u);
});
