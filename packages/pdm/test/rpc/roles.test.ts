// Every method with every role: done, or refused with no trace but a record.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { listen } from "../../src/index.js";
import { METHODS } from "../../src/rpc/methods.js";
import { Gated, isAllowed, MODES, ROLES } from "../session/gated.js";
import type { Need } from "../session/gated.js";
import { LineClient } from "./line-client.js";

interface Case {
  readonly method: string;
  readonly params: object;
  readonly needs: Need;
  /** What of the objects is called where it is done. */
  readonly calls: readonly string[];
  /** Whether one who may not is answered all the same, without what may not be seen or done. */
  readonly isPartial?: boolean;
}

const THING = { name: "gated.thing" };
const REFUSED_READ = "gated.secret";

/** What is nobody's object needs nothing; what is asked of many is answered for each. */
const CASES: readonly Case[] = [
  { method: "hello", params: { client: { user: "eve" } }, needs: "nothing", calls: [] },
  { method: "ping", params: {}, needs: "nothing", calls: [] },
  { method: "describe", params: { ...THING, depth: 0 }, needs: "read", calls: [] },
  { method: "list", params: { names: "gated.*" }, needs: "read", calls: ["list", "lookup"], isPartial: true },
  { method: "read", params: THING, needs: "read", calls: ["read"] },
  { method: "read", params: { name: REFUSED_READ }, needs: "expose", calls: ["read"] },
  { method: "read", params: { name: "gated.silent" }, needs: "execute", calls: ["read"] },
  { method: "readMany", params: { names: ["gated.thing"] }, needs: "read", calls: ["read"], isPartial: true },
  { method: "readMany", params: { names: [REFUSED_READ] }, needs: "expose", calls: ["read"], isPartial: true },
  { method: "write", params: { ...THING, value: 8 }, needs: "change", calls: ["read", "write 8"] },
  ...(["look read", "set change", "drop destroy", "reveal expose", "other execute"] as const).map((pair): Case => {
    const [operation, needs] = pair.split(" ") as [string, Need];
    return { method: "invoke", params: { ...THING, operation }, needs, calls: [`invoke ${operation}`] };
  }),
  { method: "subscribe", params: THING, needs: "read", calls: ["subscribe"] },
  { method: "unsubscribe", params: { subscription: 1 }, needs: "nothing", calls: ["unsubscribe"] },
  {
    method: "sample",
    params: { names: ["gated.thing"], everyMs: 60_000 },
    needs: "read",
    calls: ["read"],
    isPartial: true,
  },
  { method: "fetch", params: { handle: 1 }, needs: "nothing", calls: [] },
  { method: "release", params: { handle: 1 }, needs: "nothing", calls: [] },
  { method: "cancel", params: { id: 99 }, needs: "nothing", calls: [] },
  ...["stream.credit", "stream.cancel", "stream.data", "stream.end", "stream.error"].map((method): Case => {
    return { method, params: { stream: 1, bytes: 1, data: 1 }, needs: "nothing", calls: [] };
  }),
];

let gated: Gated;
before(async () => {
  gated = await Gated.start();
});
after(() => gated[Symbol.asyncDispose]());
beforeEach(() => {
  gated.isHidden = false;
});

test("the table has every method of the protocol", () => {
  assert.deepEqual([...new Set(CASES.map(({ method }) => method))].toSorted(), [...METHODS.keys()].toSorted());
});

for (const role of ROLES) {
  for (const mode of MODES) {
    for (const { method, params, needs, calls, isPartial = false } of CASES) {
      const isDone = isAllowed(role, mode, needs);
      test(`${method} ${JSON.stringify(params)} by a ${role}, ${mode}: ${isDone ? "done" : "refused, with no trace but a record"}`, async () => {
        using client = await LineClient.open(gated.spec(role, mode));
        if (method === "unsubscribe") await client.ask("subscribe", THING);
        if (method === "fetch" || method === "release") {
          await client.ask("read", { ...THING, path: [], limits: { bytes: 512 } });
        }
        gated.begin();
        const { result, error } = await client.ask(method, params);
        // A sampling reads after it has answered.
        await client.get("ping");
        // Nothing was cut, so that there is no handle of that number.
        if (method === "fetch") assert.equal(error?.data.code, "ERR_PDM_NO_SUCH_HANDLE");
        else if (isDone || isPartial) assert.ok(result, JSON.stringify(error));
        else assert.match(error?.data.code ?? "", mode === "hidden" ? /NO_SUCH_NAME/u : /REFUSED|UNKNOWN_METHOD/u);
        if (method !== "list" || isDone) assert.deepEqual(gated.calls, isDone ? calls : []);
        if (!isDone && isPartial) assert.doesNotMatch(JSON.stringify(result), /hunter2|"value"|"interfaces"/u);
        const refused = gated.recorded("refuse");
        // What is not listed was not asked for by its name.
        if (isDone || method === "list") assert.deepEqual(method === "list" ? [] : refused, []);
        else {
          assert.ok(refused.length > 0);
          for (const record of refused) assert.deepEqual([record.role, record.protocol], [role, "rpc"]);
        }
        assert.equal(gated.recorded("invoke").length, isDone && method === "invoke" ? 1 : 0);
        assert.equal(gated.recorded("write").length, isDone && method === "write" ? 1 : 0);
      });
    }
  }
}

/** As if it had been the missing one that was asked for. */
function rename(text: string): string {
  return text.replaceAll(/secret|(?<=\/|entry )entry/gu, "absent");
}

test("what is hidden is answered as if it were not there, word for word, by every method that takes a name", async () => {
  const policy = { admin: [{ names: ["gated.secret", "gated.thing/entry"], allow: [] }] };
  await using listener = await listen(path.join(gated.folder, "words.sock"), { role: "admin", policy });
  using client = await LineClient.open(listener.spec);
  gated.thing.lookup = () => undefined;
  const requests: readonly (readonly [method: string, more: object])[] = [
    ["describe", {}],
    ["read", {}],
    ["read", { path: ["x"] }],
    ["write", { value: 1 }],
    ["invoke", {}],
    ["invoke", { operation: "look" }],
    ["subscribe", {}],
  ];
  for (const [hidden, missing] of [
    ["gated.secret", "gated.absent"],
    ["gated.thing/entry", "gated.thing/absent"],
    ["gated.secret/any", "gated.absent/any"],
  ] as const) {
    for (const [method, more] of requests) {
      const [answer, expected] = [
        await client.fail(method, { name: hidden, ...more }),
        await client.fail(method, { name: missing, ...more }),
      ];
      assert.equal(rename(answer), expected);
    }
    const many = await client.get("readMany", { names: [hidden, missing] });
    const [one, other] = many["items"] as { error: object }[];
    assert.equal(rename(JSON.stringify(one?.error)), JSON.stringify(other?.error));
  }
  const { items } = (await client.get("list", { names: "gated.**" })) as { items: { name: string }[] };
  assert.ok(items.every(({ name }) => name !== "gated.secret" && name !== "gated.thing/entry"));
});
