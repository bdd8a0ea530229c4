import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  connect,
  ConnectionLostError,
  NoSuchInterfaceError,
  NoSuchMethodError,
  NoSuchNameError,
  ReadFailedError,
  RemoteError,
  Tuple,
  type Client,
} from "../../src/client.js";
import { PYTHON2, PYTHON3, isTested } from "../fixtures/python.js";
import { startPythonServer, type PythonServer, type PythonServerOptions } from "./python-server.js";

const PEERS: readonly (PythonServerOptions & { name: string })[] = [
  ...[0, 1, 2, 3, 4, 5].map((pickle) => ({
    name: `0.3 on Python 3, pickle ${pickle}`,
    edition: "0.3" as const,
    pickle,
  })),
  { name: "0.2 on Python 3, pickle 2, byte by byte", edition: "0.2", pickle: 2, chunk: 1 },
  { name: "0.2 on Python 2, pickle 0", python: PYTHON2, edition: "0.2", pickle: 0 },
  { name: "0.2 on Python 2, pickle 2, in threes", python: PYTHON2, edition: "0.2", pickle: 2, chunk: 3 },
];

/** The class of the error, and which classes each edition raises for it. */
const FAILURES: readonly {
  what: string;
  run(client: Client): Promise<unknown>;
  type: new (message: string) => RemoteError;
  code: string;
  raised: Record<"0.2" | "0.3", string | undefined>;
  message: RegExp;
}[] = [
  {
    what: "no such module",
    run: (client) => client.find("nowhere.at"),
    type: NoSuchNameError,
    code: "ERR_PDM_NO_SUCH_NAME",
    raised: { "0.2": "exceptions.ImportError", "0.3": "pdm.perf.nosuchname" },
    message: /^no such name: nowhere\.at \(.*: No module named nowhere\)$/,
  },
  {
    what: "no such object",
    run: (client) => client.lookup("shop", "window"),
    type: NoSuchNameError,
    code: "ERR_PDM_NO_SUCH_NAME",
    raised: { "0.2": "exceptions.AttributeError", "0.3": "pdm.perf.nosuchname" },
    message: /^no such name: shop\.window /,
  },
  {
    what: "an object that speaks no interface",
    run: (client) => client.find("shop.plain"),
    type: NoSuchNameError,
    code: "ERR_PDM_NO_SUCH_NAME",
    raised: { "0.2": "exceptions.ValueError", "0.3": "pdm.perf.nosuchname" },
    message: /^no such name: shop\.plain /,
  },
  {
    what: "no such entry",
    run: (client) => client.find("shop.statistics/deep/nothing"),
    type: NoSuchNameError,
    code: "ERR_PDM_NO_SUCH_NAME",
    raised: { "0.2": "exceptions.KeyError", "0.3": "pdm.perf.nosuchname" },
    message: /^no such name: shop\.statistics\/deep\/nothing \((?:KeyError: 'nothing'|nosuchname: nothing)\)$/,
  },
  {
    what: "an entry that speaks no interface",
    run: (client) => client.find("shop.statistics/plain"),
    type: NoSuchNameError,
    code: "ERR_PDM_NO_SUCH_NAME",
    raised: { "0.2": "exceptions.ValueError", "0.3": "pdm.perf.nosuchname" },
    message: /^no such name: shop\.statistics\/plain /,
  },
  {
    what: "an entry of what is no directory",
    run: (client) => client.find("shop.desk/drawer"),
    type: NoSuchInterfaceError,
    code: "ERR_PDM_NO_SUCH_INTERFACE",
    raised: { "0.2": undefined, "0.3": undefined },
    message: /^shop\.desk is no directory: it cannot contain "drawer"$/,
  },
  {
    what: "reading what is no attribute",
    run: async (client) => (await client.find("shop.desk")).read(),
    type: NoSuchInterfaceError,
    code: "ERR_PDM_NO_SUCH_INTERFACE",
    raised: { "0.2": undefined, "0.3": undefined },
    message: /^shop\.desk does not speak the interface attr; it has invoke$/,
  },
  {
    what: "an attribute that fails",
    run: async (client) => (await client.find("shop.statistics/failing")).read(),
    type: ReadFailedError,
    code: "ERR_PDM_READ_FAILED",
    raised: { "0.2": "exceptions.Exception", "0.3": "exceptions.Exception" },
    message: /^shop\.statistics\/failing could not be read \(Exception: Could not read attribute\)$/,
  },
  {
    what: "an unknown method",
    run: async (client) => (await client.find("shop.desk")).invoke("dance"),
    type: NoSuchMethodError,
    code: "ERR_PDM_NO_SUCH_METHOD",
    raised: { "0.2": "exceptions.AttributeError", "0.3": "exceptions.AttributeError" },
    message: /^no such method: dance of shop\.desk /,
  },
  {
    what: "a fault in a method, which is no unknown method",
    run: async (client) => (await client.find("shop.desk")).invoke("stumble"),
    type: RemoteError,
    code: "ERR_PDM_REMOTE",
    raised: { "0.2": "exceptions.AttributeError", "0.3": "exceptions.AttributeError" },
    message: /^stumble of shop\.desk raised AttributeError: 'NoneType' object has no attribute 'missing'$/,
  },
  {
    what: "an exception of a method",
    run: async (client) => (await client.find("shop.desk")).invoke("fail", ["KeyError", "tea", 3]),
    type: RemoteError,
    code: "ERR_PDM_REMOTE",
    raised: { "0.2": "exceptions.KeyError", "0.3": "exceptions.KeyError" },
    message: /^fail of shop\.desk raised KeyError: 'tea', 3$/,
  },
  {
    what: "an interface that only the other side knows to be missing",
    run: async (client) => (await client.find("shop.desk")).invoke("fail", ["nosuchproto", "gone"]),
    type: NoSuchInterfaceError,
    code: "ERR_PDM_NO_SUCH_INTERFACE",
    raised: { "0.2": "pdm.perf.nosuchproto", "0.3": "pdm.perf.nosuchproto" },
    message: /^shop\.desk does not offer what invoke needs \(nosuchproto: gone\)$/,
  },
  {
    what: "a directory that fails",
    run: async (client) => (await client.find("shop.broken")).lookup("x"),
    type: RemoteError,
    code: "ERR_PDM_REMOTE",
    raised: { "0.2": "exceptions.RuntimeError", "0.3": "exceptions.RuntimeError" },
    message: /^lookup of shop\.broken\/x raised RuntimeError: cannot look up$/,
  },
];

for (const { name, ...options } of PEERS) {
  const { python = PYTHON3, pickle = 0 } = options;
  if (!isTested(python)) continue;
  const skip =
    python.skip || (pickle > python.highestPickle && `this Python writes pickles up to ${python.highestPickle}`);
  describe(`client of ${name}`, { skip }, () => {
    let server: PythonServer;
    before(async () => {
      server = await startPythonServer(options);
    });
    after(() => server.kill());

    it("lists, describes, reads and calls", async () => {
      await using client = await connect(server.spec);
      await using statistics = await client.find("shop.statistics");
      assert.deepEqual(statistics.interfaces, ["dir"]);
      assert.deepEqual((await statistics.list()).slice(0, 3), ["deep", "described", "failing"]);
      const read = async (entry: string): Promise<unknown> => {
        await using attribute = await statistics.lookup(entry);
        return attribute.read();
      };
      assert.equal(await read("orders"), 3);
      assert.equal(await read("ratio"), 0.5);
      assert.equal(await read("name"), "caf\u00e9 \u{1f375}");
      assert.deepEqual(
        await read("prices"),
        new Map<unknown, number>([
          ["tea", 2.5],
          [null, 1],
        ]),
      );
      assert.deepEqual(Buffer.from((await read("log")) as Uint8Array), Buffer.of(0, 255));
      await using deep = await client.find("shop.statistics/deep/deeper/value");
      assert.equal(await deep.read(), 42);
      await using dotted = await client.find("shop.cellar.wine");
      assert.equal(await dotted.read(), "red");

      assert.equal(await deep.describe(), undefined);
      await using described = await statistics.lookup("described");
      const description = await described.describe();
      assert.equal(description?.description, "Orders taken");
      assert.deepEqual({ ...description?.fields }, { desc: "Orders taken" });

      await using desk = await client.find("shop.desk");
      assert.equal(await desk.invoke("add", [2n ** 70n, 1]), 2n ** 70n + 1n);
      assert.equal(await desk.invoke("add", [1], { kwargs: { b: 0.5 } }), 1.5);
      const echoed = await desk.invoke("echo", [[3], "\ud800"], { kwargs: { __proto__x: null } });
      assert.deepEqual(echoed, Tuple.of<unknown>(Tuple.of<unknown>([3], "\ud800"), new Map([["__proto__x", null]])));
    });

    it("maps each failure to one error, and goes on", async () => {
      await using client = await connect(server.spec);
      for (const failure of FAILURES) {
        const error = await failure.run(client).then(
          () => assert.fail(`${failure.what}: it succeeded`),
          (reason: unknown) => reason,
        );
        assert.ok(error instanceof RemoteError, `${failure.what}: ${String(error)}`);
        assert.equal(error.constructor, failure.type, failure.what);
        assert.equal(error.code, failure.code, failure.what);
        assert.equal(error.pythonClass, failure.raised[options.edition ?? "0.3"], failure.what);
        assert.match(error.message, failure.message);
      }
      await using orders = await client.find("shop.statistics/orders");
      assert.equal(await orders.read(), 3);
    });

    it("keeps the arguments of an exception", async () => {
      await using client = await connect(server.spec);
      await using desk = await client.find("shop.desk");
      const failing = desk.invoke("fail", ["ValueError", "a\x1b[2J", new Map([["code", 7]])]);
      await assert.rejects(failing, (error: RemoteError) => {
        assert.deepEqual(error.args, ["a\x1b[2J", new Map([["code", 7]])]);
        assert.match(error.message, /ValueError: a\\u001b\[2J, Map/);
        return true;
      });
    });

    it("loses the connection, and says so, where the original closes it", async () => {
      for (const [name2, act] of [
        ["shop.statistics/unpicklable", "read"],
        ["shop.broken", "list"],
        ["shop.broken", "subscribe"],
      ] as const) {
        await using client = await connect(server.spec);
        const object = await client.find(name2);
        await assert.rejects(object[act](), ConnectionLostError);
        assert.match((await client.closed)?.message ?? "", /lost: the other side closed it$/);
        await assert.rejects(client.find("shop.desk"), ConnectionLostError);
      }
    });
  });
}
