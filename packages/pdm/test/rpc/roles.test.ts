import assert from "node:assert/strict";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { directory, expose, listen, MethodTable, ValueAttribute } from "../../src/index.js";
import { METHODS } from "../../src/rpc/methods.js";
import { Gated, isAllowed, MODES, ROLES } from "../session/gated.js";
import type { Need } from "../session/gated.js";
import { LineClient } from "./line-client.js";
import type { Message } from "./line-client.js";
import { TAKING_RIGHTS } from "./taking-rights.js";

/** A request, what it takes, and what it calls where it is done. */
interface Case {
  readonly what: string;
  readonly method: string;
  readonly params?: object;
  readonly needs: Need;
  readonly calls: readonly string[];
  /** Where a refusal is an item of the result. */
  readonly isBulk?: boolean;
}

const THING = { name: "gated.thing" };

const CASES: readonly Case[] = [
  { what: "hello", method: "hello", params: { client: { user: "ann" } }, needs: "nothing", calls: [] },
  { what: "ping", method: "ping", needs: "nothing", calls: [] },
  { what: "describe", method: "describe", params: { ...THING, depth: 0 }, needs: "read", calls: [] },
  { what: "describe with entries", method: "describe", params: THING, needs: "read", calls: ["list", "lookup"] },
  { what: "read", method: "read", params: THING, needs: "read", calls: ["read"] },
  { what: "read of an entry", method: "read", params: { name: "gated.thing/entry" }, needs: "read", calls: ["lookup"] },
  { what: "read of a secret", method: "read", params: { name: "gated.secret" }, needs: "expose", calls: ["read"] },
  {
    what: "read of what cannot say what it is",
    method: "read",
    params: { name: "gated.silent" },
    needs: "execute",
    calls: ["read"],
  },
  {
    what: "readMany",
    method: "readMany",
    params: { names: ["gated.thing"] },
    needs: "read",
    calls: ["read"],
    isBulk: true,
  },
  {
    what: "readMany of a secret",
    method: "readMany",
    params: { names: ["gated.secret"] },
    needs: "expose",
    calls: ["read"],
    isBulk: true,
  },
  { what: "write", method: "write", params: { ...THING, value: 9 }, needs: "change", calls: ["read", "write 9"] },
  {
    what: "write where it is expected",
    method: "write",
    params: { ...THING, value: 9, expected: 7 },
    needs: "change",
    calls: ["read", "write 9"],
  },
  ...(["look read", "set change", "drop destroy", "reveal expose", "other execute"] as const).map((pair): Case => {
    const [operation, effect] = pair.split(" ") as [string, Need];
    const params = { ...THING, operation, args: [1] };
    return { what: `invoke of ${pair}`, method: "invoke", params, needs: effect, calls: [`invoke ${operation}`] };
  }),
  { what: "subscribe", method: "subscribe", params: THING, needs: "read", calls: ["subscribe"] },
  { what: "unsubscribe", method: "unsubscribe", params: { subscription: 1 }, needs: "nothing", calls: ["unsubscribe"] },
  { what: "fetch", method: "fetch", params: { handle: 1 }, needs: "nothing", calls: [] },
  { what: "release", method: "release", params: { handle: 1 }, needs: "nothing", calls: [] },
  { what: "cancel", method: "cancel", params: { id: "none" }, needs: "nothing", calls: [] },
  { what: "stream.credit", method: "stream.credit", params: { stream: 1, bytes: 1 }, needs: "nothing", calls: [] },
  { what: "stream.cancel", method: "stream.cancel", params: { stream: 1 }, needs: "nothing", calls: [] },
  { what: "stream.data", method: "stream.data", params: { stream: 1, data: 1 }, needs: "nothing", calls: [] },
  { what: "stream.end", method: "stream.end", params: { stream: 1 }, needs: "nothing", calls: [] },
  { what: "stream.error", method: "stream.error", params: { stream: 1 }, needs: "nothing", calls: [] },
];

/** Methods that show what may be seen and refuse nothing: below. */
const SHOWING = ["list", "sample"];

let gated: Gated;
before(async () => {
  gated = await Gated.start();
});
after(() => gated[Symbol.asyncDispose]());
beforeEach(() => {
  gated.isHidden = false;
});

/** The code of the error that an answer is, or that its only item is; undefined where it is none. */
function codeOf(answer: Message, isBulk: boolean): string | undefined {
  if (!isBulk) return answer.error?.data.code;
  const [item] = (answer.result?.["items"] ?? []) as { error?: { data: { code: string } } }[];
  return item?.error?.data.code;
}

for (const role of ROLES) {
  for (const mode of MODES) {
    for (const { what, method, params, needs, calls, isBulk = false } of CASES) {
      const isDone = isAllowed(role, mode, needs);
      test(`rpc: ${what} by a ${role}, ${mode}: ${isDone ? "done" : "refused, with no trace but a record"}`, async () => {
        using client = await LineClient.open(gated.spec(role, mode));
        // What is given back or fetched was got before anything was hidden.
        if (method === "unsubscribe") await client.get("subscribe", THING);
        if (method === "fetch") {
          const { read } = gated.thing;
          gated.thing.read = () => [1, 2];
          await client.get("read", { ...THING, limits: { items: 1 } });
          gated.thing.read = read;
        }
        gated.begin();
        const answer = await client.ask(method, params);
        // Of what nobody described, one who may not call it is not told whether it is there.
        const refused = what === "invoke of other execute" ? "ERR_PDM_UNKNOWN_METHOD" : "ERR_PDM_REFUSED";
        const refusal = mode === "hidden" ? "ERR_PDM_NO_SUCH_NAME" : refused;
        assert.equal(codeOf(answer, isBulk), isDone ? undefined : refusal, JSON.stringify(answer));
        assert.deepEqual(gated.calls, isDone ? calls : []);
        const recorded = gated.recorded("refuse").map((record) => [record.role, record.protocol, record.outcome]);
        assert.deepEqual(recorded, isDone ? [] : [[role, "rpc", "refused"]]);
        for (const action of ["invoke", "write"] as const) {
          assert.equal(gated.recorded(action).length, isDone && method === action ? 1 : 0, action);
        }
        if (isDone) return;
        // Nothing is subscribed, and no handle or stream was taken.
        assert.match(await client.fail("unsubscribe", { subscription: 1 }), /^ERR_PDM_NO_SUCH_HANDLE/u);
        assert.match(await client.fail("fetch", { handle: 1 }), /^ERR_PDM_NO_SUCH_HANDLE/u);
        assert.deepEqual(gated.calls, []);
      });
    }

    test(`rpc: list, describe, globs and sample show a ${role}, ${mode}, what may be seen, and read what may be read`, async () => {
      using client = await LineClient.open(gated.spec(role, mode));
      gated.begin();
      const isSeen = isAllowed(role, mode, "read");
      const readable = isAllowed(role, mode, "expose") ? ["thing", "secret", "silent"] : ["thing"];
      const namesOf = (items: unknown): string[] => (items as { name: string }[]).map(({ name }) => name);
      const seen = isSeen ? ["thing", "thing/entry", "secret", "silent"].map((name) => `gated.${name}`) : [];
      const { items } = await client.get("list", { names: "gated.**" });
      assert.deepEqual(namesOf(items), seen);
      const { objects } = await client.get("describe");
      assert.deepEqual(
        namesOf(objects).filter((name) => name.startsWith("gated.")),
        seen,
      );
      const { items: fitting } = await client.get("list", { names: "gated.*", value: {} });
      assert.deepEqual(namesOf(fitting), isSeen ? readable.map((name) => `gated.${name}`) : []);
      const { count } = await client.get("sample", { names: "gated.**", everyMs: 10_000 });
      assert.equal(count, seen.length);
      const { items: sample } = isSeen ? await client.notified("sample") : { items: [] };
      for (const item of sample as { name: string; error?: { data: { code: string } } }[]) {
        const isRead = item.name === "gated.thing/entry" || readable.includes(item.name.slice(6));
        assert.equal(item.error?.data.code, isRead ? undefined : "ERR_PDM_REFUSED", item.name);
      }
      assert.equal(gated.calls.includes("list"), isSeen);
    });
  }
}

test("every method of the protocol is tried with every role", () => {
  // Those that take a right, whatever the role: rights.test.ts.
  const tried = new Set([...CASES.map(({ method }) => method), ...SHOWING, ...Object.keys(TAKING_RIGHTS)]);
  assert.deepEqual(
    [...METHODS.keys()].filter((name) => !tried.has(name)),
    [],
  );
});

test("what is hidden is answered as if it were not there, word for word, by every method", async () => {
  const entries = { open: new ValueAttribute(1), hidden: new ValueAttribute(2) };
  const hidden = new ValueAttribute(3);
  const table = new MethodTable({ open: () => 1, hidden: () => 2 });
  using _exposure = expose("veiled", {
    hidden,
    table,
    attribute: new ValueAttribute(4),
    folder: directory({ description: "Some may be seen.", entries }),
    late: directory({ description: "The same.", list: () => ["hidden"], lookup: () => hidden }),
  });
  using _module = expose("hidden", { thing: hidden });
  await using listener = await listen(path.join(gated.folder, "words.sock"), {
    role: "admin",
    policy: { admin: [{ names: ["veiled.hidden", "**/hidden", "**/hidden/**", "hidden.**"], allow: [] }] },
  });
  using client = await LineClient.open(listener.spec);
  // The same with another name in place of the hidden one.
  const bare = ({ result, error }: Message): string => JSON.stringify({ result, error }).replaceAll("hidden", "absent");
  const answerFor = async (method: string, params: object): Promise<string> => bare(await client.ask(method, params));
  for (const hiddenName of [
    "veiled.hidden",
    "hidden.thing",
    "veiled.folder/hidden",
    "veiled.hidden/x",
    "veiled.folder/hidden/x",
    "veiled.attribute/hidden",
  ]) {
    const absentName = hiddenName.replaceAll("hidden", "absent");
    for (const [method, paramsOf] of [
      ["read", (name: string) => ({ name })],
      ["read", (name: string) => ({ name, path: ["x"] })],
      ["write", (name: string) => ({ name, value: 1 })],
      ["write", (name: string) => ({ name, value: 1, expected: 3 })],
      ["invoke", (name: string) => ({ name })],
      ["invoke", (name: string) => ({ name, operation: "x", args: [1] })],
      ["subscribe", (name: string) => ({ name })],
      ["describe", (name: string) => ({ name })],
      ["readMany", (name: string) => ({ names: [name] })],
      ["list", (name: string) => ({ names: name })],
      ["list", (name: string) => ({ names: `${name}*` })],
      ["list", (name: string) => ({ cursor: name })],
      ["describe", (name: string) => ({ cursor: name })],
    ] as const) {
      assert.equal(
        await answerFor(method, paramsOf(hiddenName)),
        await answerFor(method, paramsOf(absentName)),
        `${method} ${hiddenName}`,
      );
    }
  }
  const invokeTable = (operation: string): Promise<string> => answerFor("invoke", { name: "veiled.table", operation });
  assert.equal(await invokeTable("hidden"), await invokeTable("absent"));
  assert.match(await client.fail("read", { name: "veiled.late/hidden" }), /^ERR_PDM_NO_SUCH_NAME/u);
  const { items } = await client.get("list", { names: ["veiled.**", "hidden.**"] });
  assert.deepEqual(
    (items as { name: string }[]).map(({ name }) => name),
    ["veiled.table", "veiled.attribute", "veiled.folder", "veiled.folder/open", "veiled.late"],
  );
});
