import assert from "node:assert/strict";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { expose, listen, Tuple } from "../../src/index.js";
import { RawSocket } from "../fixtures/raw-socket.js";
import { Gated, isAllowed, MODES, ROLES } from "./gated.js";
import type { Need } from "./gated.js";

/** Each request, what it needs, and what it calls; ids 1 (thing), 2 (secret) and 3 (silent) are bound, and 1 is subscribed where `subscribed` says so. */
interface Case {
  readonly what: string;
  readonly request: readonly unknown[];
  readonly needs: Need;
  readonly calls: readonly string[];
  readonly subscribed?: boolean;
}
const CASES: readonly Case[] = [
  { what: "bind", request: ["bind", 9, "gated", "thing"], needs: "read", calls: [] },
  { what: "lookup", request: ["lookup", 9, 1, "entry"], needs: "read", calls: ["lookup"] },
  { what: "ls", request: ["ls", 1], needs: "read", calls: ["list"] },
  { what: "attrinfo", request: ["attrinfo", 1], needs: "read", calls: [] },
  { what: "readattr", request: ["readattr", 1], needs: "read", calls: ["read"] },
  { what: "readattr of a secret", request: ["readattr", 2], needs: "expose", calls: ["read"] },
  { what: "readattr of what cannot say what it is", request: ["readattr", 3], needs: "execute", calls: ["read"] },
  ...(["look read", "set change", "drop destroy", "reveal expose", "other execute"] as const).map((pair): Case => {
    const [method, effect] = pair.split(" ") as [string, Need];
    const request = ["invoke", 1, method, Tuple.of(), new Map()];
    return { what: `invoke of ${pair}`, request, needs: effect, calls: [`invoke ${method}`] };
  }),
  { what: "subs", request: ["subs", 1], needs: "read", calls: ["subscribe"] },
  { what: "unsubs", request: ["unsubs", 1], needs: "nothing", calls: ["unsubscribe"], subscribed: true },
  { what: "unbind", request: ["unbind", 1], needs: "nothing", calls: [] },
  {
    what: "unbind of what is subscribed",
    request: ["unbind", 1],
    needs: "nothing",
    calls: ["unsubscribe"],
    subscribed: true,
  },
];

let gated: Gated;
before(async () => {
  gated = await Gated.start();
});
after(() => gated[Symbol.asyncDispose]());
beforeEach(() => {
  gated.isHidden = false;
});

for (const role of ROLES) {
  for (const mode of MODES) {
    for (const { what, request, needs, calls: expected, subscribed = false } of CASES) {
      const isDone = isAllowed(role, mode, needs);
      test(`perf: ${what} by a ${role}, ${mode}: ${isDone ? "done" : "refused, with no trace but a record"}`, async () => {
        using raw = await RawSocket.open(gated.spec(role, mode), "perf");
        raw.request(["bind", 1, "gated", "thing"], ["bind", 2, "gated", "secret"], ["bind", 3, "gated", "silent"]);
        for (let reply = 0; reply < 3; reply++) assert.equal((await raw.readMessage())?.[0], "+");
        if (subscribed) {
          raw.request(["subs", 1]);
          await raw.readMessage();
        }
        gated.begin();
        raw.request(request);
        const reply = await raw.readMessage();
        assert.deepEqual([reply?.[0], gated.calls], isDone ? ["+", expected] : ["-", []]);
        const refused = gated.recorded("refuse");
        if (isDone) {
          assert.deepEqual(refused, []);
        } else {
          assert.equal(refused.length, 1);
          assert.deepEqual(
            [refused[0]?.role, refused[0]?.protocol, refused[0]?.outcome, refused[0]?.effect],
            [role, "perf", "refused", needs],
          );
        }
        assert.equal(gated.recorded("invoke").length, isDone && what.startsWith("invoke") ? 1 : 0);
      });
    }
  }
}

test("what is hidden is answered as if it were not there, word for word", async () => {
  const spec = path.join(gated.folder, "words.sock");
  await using listener = await listen(spec, {
    role: "admin",
    policy: {
      admin: [{ names: ["gated.secret", "gated.thing/entry", "gated.thing/drop", "hidden.**"], allow: [] }],
    },
  });
  using withdrawn = expose("hidden", { thing: gated.entry });
  using raw = await RawSocket.open(listener.spec, "perf");
  raw.request(["bind", 1, "gated", "thing"]);
  await raw.readMessage();
  for (const [hidden, missing] of [
    [
      ["bind", 2, "gated", "secret"],
      ["bind", 2, "gated", "absent"],
    ],
    [
      ["bind", 2, "hidden", "thing"],
      ["bind", 2, "absent", "thing"],
    ],
    [
      ["lookup", 2, 1, "entry"],
      ["lookup", 2, 1, "absent"],
    ],
    [
      ["invoke", 1, "drop", Tuple.of(), new Map()],
      ["invoke", 1, "absent", Tuple.of(), new Map()],
    ],
  ] as const) {
    const replies: string[] = [];
    gated.thing.lookup = () => undefined;
    gated.thing.invoke = (method) => {
      throw Object.assign(new Error(`${JSON.stringify(method)} is not a method of this object`), {
        code: "ERR_PDM_UNKNOWN_METHOD",
      });
    };
    for (const request of [hidden, missing]) {
      raw.request(request);
      replies.push(
        JSON.stringify(await raw.readMessage(), (_key, value: unknown) => (value instanceof Map ? [...value] : value)),
      );
    }
    const [first = "", second = ""] = replies;
    assert.equal(first.replaceAll(/secret|hidden|entry|drop/gu, "absent"), second);
  }
  assert.ok(withdrawn);
});

for (const role of ROLES) {
  test(`repl: a ${role} without the right is refused in the hello, with a record; with the right its commands are recorded`, async () => {
    const spec = path.join(gated.folder, `repl-${role}.sock`);
    await using without = await listen(spec, { role });
    gated.records = [];
    {
      using raw = await RawSocket.connect(without.spec);
      raw.write("repl\nglobalThis.trace = 1\n\n");
      const said = await raw.readToEnd();
      assert.equal(said, `+PDM1\n-ERR refused: this socket's role, ${role}, has no right to the REPL\n`);
    }
    assert.equal("trace" in globalThis, false);
    const [connect, refused] = gated.records;
    assert.equal(connect?.action, "connect");
    assert.deepEqual(
      [refused?.action, refused?.effect, refused?.outcome, refused?.session === connect?.session],
      ["refuse", "repl", "refused", true],
    );
    await using withRight = await listen(path.join(gated.folder, `right-${role}.sock`), { role, rights: ["repl"] });
    using raw = await RawSocket.open(withRight.spec, "repl");
    gated.records = [];
    raw.write("1 + 1\n\nthrow new RangeError('no')\n\n");
    assert.deepEqual([await raw.readLine(), await raw.readLine()], [" 2", "+OK"]);
    while ((await raw.readLine()) !== "+EXC");
    assert.deepEqual(
      gated.records.map(({ action, input, outcome, error }) => ({ action, input, outcome, error })),
      [
        { action: "repl", input: "1 + 1", outcome: "ok", error: undefined },
        { action: "repl", input: "throw new RangeError('no')", outcome: "threw", error: "Uncaught RangeError: no" },
      ],
    );
  });
}
