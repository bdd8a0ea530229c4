import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { attribute, event, operation } from "../../src/index.js";
import { RawSocket } from "../fixtures/raw-socket.js";
import { RpcServer } from "./rpc-server.js";

/**
 * What the first version said and was asked. Never to be changed: a client that was written then knows these members, and
 * must find them in every later version. What is added since is added to another list.
 */
const FIRST_GREETING = `{"jsonrpc":"2.0","method":"hello","params":{"rpc":1,"server":{"name":"pdm","version":"0.1.0"},
  "process":{"pid":4711,"startedAt":"2026-11-25T12:00:00.000Z","title":"node","node":"v20.19.0","build":null},
  "session":1,"role":"admin","rights":["repl","inspect"],
  "capabilities":["hello","ping","describe","list","read","readMany","write","invoke","subscribe","unsubscribe","sample",
    "fetch","release","cancel","stream.credit","stream.cancel","stream.data","stream.end","stream.error","event","lost","bye"],
  "limits":{"frameBytes":1048576,"replyBytes":16777216,"requestTimeoutMs":30000,"maxRequestTimeoutMs":600000,
    "requestsInFlight":1024,"subscriptions":256,"streams":64,"streamWindowBytes":262144,"streamIdleMs":60000,"handles":256,
    "handleIdleMs":60000,"bulkItems":10000,"pageObjects":10000,"minSampleMs":10,"valueDepth":100,"valueItems":1000000,
    "arguments":1000}}}`;

/** Lines of that client, each with the lines that it must get. What it does not know is left out of the answers before. */
const FIRST_REQUESTS: readonly (readonly [request: string, ...answers: string[]])[] = [
  [
    '{"jsonrpc":"2.0","id":1,"method":"read","params":{"name":"shop.stock"}}',
    '{"jsonrpc":"2.0","id":1,"result":{"value":3}}',
  ],
  [
    '{"jsonrpc":"2.0","id":"two","method":"write","params":{"name":"shop.stock","value":4,"expected":3}}',
    '{"jsonrpc":"2.0","id":"two","result":{"before":3}}',
  ],
  [
    '{"jsonrpc":"2.0","id":3,"method":"readMany","params":{"names":["shop.stock","shop.none"]}}',
    '{"jsonrpc":"2.0","id":3,"result":{"items":[{"name":"shop.stock","value":4},{"name":"shop.none","error":{"code":-32001,"data":{"code":"ERR_PDM_NO_SUCH_NAME","name":"shop.none"}}}]}}',
  ],
  [
    '{"jsonrpc":"2.0","id":4,"method":"invoke","params":{"name":"shop.add","args":[40],"named":{"second":2}}}',
    '{"jsonrpc":"2.0","id":4,"result":{"value":42}}',
  ],
  [
    '{"jsonrpc":"2.0","id":5,"method":"describe","params":{"name":"shop.stock","depth":0}}',
    '{"jsonrpc":"2.0","id":5,"result":{"objects":[{"name":"shop.stock","interfaces":["attr"],"description":"Pieces left.","attribute":{"type":{"type":"integer"},"unit":"{piece}","kind":"gauge","effect":"read","writable":true,"writeEffect":"change"}}]}}',
  ],
  [
    '{"jsonrpc":"2.0","id":6,"method":"list","params":{"names":"shop.*","where":{"kind":"gauge"}}}',
    '{"jsonrpc":"2.0","id":6,"result":{"items":[{"name":"shop.stock","interfaces":["attr"],"description":"Pieces left."}]}}',
  ],
  [
    '{"jsonrpc":"2.0","id":7,"method":"subscribe","params":{"name":"shop.sold","where":{"count":{"minimum":2}}}}',
    '{"jsonrpc":"2.0","id":7,"result":{"subscription":1,"sequence":0}}',
  ],
  [
    '{"jsonrpc":"2.0","id":8,"method":"invoke","params":{"name":"shop.sell","args":{"count":2}}}',
    '{"jsonrpc":"2.0","id":8,"result":{"value":{"$undefined":true}}}',
    '{"jsonrpc":"2.0","method":"event","params":{"subscription":1,"sequence":1,"value":{"count":2}}}',
  ],
  [
    '{"jsonrpc":"2.0","id":9,"method":"unsubscribe","params":{"subscription":1}}',
    '{"jsonrpc":"2.0","id":9,"result":{}}',
  ],
  [
    '{"jsonrpc":"2.0","id":10,"method":"read","params":{"name":"shop.orders","limits":{"items":2}}}',
    '{"jsonrpc":"2.0","id":10,"result":{"value":[17,18,{"$cut":{"by":"items","left":1,"handle":1}}]}}',
  ],
  [
    '{"jsonrpc":"2.0","id":11,"method":"fetch","params":{"handle":1}}',
    '{"jsonrpc":"2.0","id":11,"result":{"value":[19]}}',
  ],
  ['{"jsonrpc":"2.0","id":12,"method":"release","params":{"handle":1}}', '{"jsonrpc":"2.0","id":12,"result":{}}'],
  [
    '{"jsonrpc":"2.0","id":13,"method":"invoke","params":{"name":"shop.export","credit":1}}',
    '{"jsonrpc":"2.0","id":13,"result":{"value":{"$stream":1}}}',
    '{"jsonrpc":"2.0","method":"stream.data","params":{"stream":1,"data":{"sku":"tea"}}}',
  ],
  [
    '{"jsonrpc":"2.0","method":"stream.credit","params":{"stream":1,"bytes":1000}}',
    '{"jsonrpc":"2.0","method":"stream.end","params":{"stream":1}}',
  ],
  [
    '{"jsonrpc":"2.0","id":14,"method":"cancel","params":{"id":13}}',
    '{"jsonrpc":"2.0","id":14,"result":{"cancelled":false}}',
  ],
  [
    '{"jsonrpc":"2.0","id":15,"method":"invoke","params":{"name":"shop.add","args":["x"]}}',
    '{"jsonrpc":"2.0","id":15,"error":{"code":-32602,"data":{"code":"ERR_PDM_INVALID_ARGUMENT","argument":"first"}}}',
  ],
];

let stock = 3;
const sold = event({ description: "Something was sold.", type: { type: "object" } });
let server: RpcServer;
before(async () => {
  server = await RpcServer.start({
    stock: attribute({
      description: "Pieces left.",
      type: { type: "integer" },
      unit: "{piece}",
      kind: "gauge",
      read: () => stock,
      write: (value) => {
        stock = value;
      },
    }),
    orders: attribute({ description: "Order numbers.", read: () => [17, 18, 19] }),
    add: operation({
      description: "Adds.",
      effect: "read",
      params: { first: { type: "integer" }, second: { type: "integer", default: 1 } },
      run: ({ first, second }) => first + second,
    }),
    sold,
    sell: operation({
      description: "Sells.",
      effect: "change",
      params: { count: { type: "integer" } },
      run: ({ count }) => sold.notify({ count }),
    }),
    export: operation({
      description: "All products.",
      effect: "read",
      run: async function* run() {
        yield { sku: "tea" };
      },
    }),
  });
});
after(() => server[Symbol.asyncDispose]());

/** Fails where something of `known` is missing in `given`, or is of another type. */
function assertKnown(given: unknown, known: unknown, place: string): void {
  const kind = (value: unknown): string => (Array.isArray(value) ? "array" : value === null ? "null" : typeof value);
  assert.equal(kind(given), kind(known), place);
  if (Array.isArray(known)) {
    for (const item of known) assert.ok((given as unknown[]).includes(item), `${place} lacks ${String(item)}`);
  } else if (typeof known === "object" && known !== null) {
    for (const [name, value] of Object.entries(known)) {
      assertKnown((given as Record<string, unknown>)[name], value, `${place}.${name}`);
    }
  }
}

/** What of `given` has a counterpart in `known`: a client looks at what it knows. */
function pickKnown(given: unknown, known: unknown): unknown {
  if (Array.isArray(given) && Array.isArray(known)) return given.map((item, index) => pickKnown(item, known[index]));
  if (typeof given !== "object" || given === null || typeof known !== "object" || known === null) return given;
  return Object.fromEntries(
    Object.entries(given)
      .filter(([name]) => Object.hasOwn(known, name))
      .map(([name, value]) => [name, pickKnown(value, (known as Record<string, unknown>)[name])]),
  );
}

test("a client of the first version finds all that it knows in the greeting", async () => {
  const { hello } = await server.connect();
  assertKnown(hello, JSON.parse(FIRST_GREETING), "greeting");
  assert.equal(hello.params?.["rpc"], 1);
});

for (const [whose, grow] of [
  ["a client of the first version", (request: object) => request],
  [
    "a client of a version to come, with members that nobody knows here",
    (request: { params?: object }) => ({
      ...request,
      trace: { id: ["x"] },
      params: { ...request.params, priority: { level: 3 }, tags: ["a"], $later: null },
    }),
  ],
] as const) {
  test(`${whose} gets the answers of the first version`, async () => {
    stock = 3;
    using raw = await RawSocket.open(server.listener.spec, "rpc");
    await raw.readLine();
    const start = sold.sequence;
    for (const [request, ...answers] of FIRST_REQUESTS) {
      raw.write(`${JSON.stringify(grow(JSON.parse(request) as object))}\n`);
      for (const answer of answers) {
        const known = JSON.parse(answer) as { result?: { sequence?: number }; params?: { sequence?: number } };
        // The event's numbers go on from one client to the next.
        if (known.result?.sequence !== undefined) known.result.sequence += start;
        if (known.params?.sequence !== undefined) known.params.sequence += start;
        assert.deepEqual(pickKnown(JSON.parse((await raw.readLine()) ?? "null"), known), known, request);
      }
    }
  });
}
