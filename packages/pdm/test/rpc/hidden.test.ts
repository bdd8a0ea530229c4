import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { attribute, directory, operation } from "../../src/index.js";
import type { LineClient } from "./line-client.js";
import { RpcServer } from "./rpc-server.js";

const run = (): string => "done";
const OBJECTS = {
  stock: attribute({ description: "Pieces left.", read: () => 3 }),
  takings: attribute({ description: "Of today.", read: () => 250 }),
  door: directory({
    description: "Its operations.",
    entries: {
      open: operation({ description: "Opens it.", effect: "change", run }),
      blowUp: operation({ description: "For emergencies.", effect: "change", run }),
      call: operation({ description: "Rings.", effect: "change", run }),
    },
  }),
};

let server: RpcServer;
let client: LineClient;
before(async () => {
  server = await RpcServer.start(OBJECTS, {
    role: "viewer",
    policy: {
      viewer: [
        { names: ["shop.takings", "shop.door/blowUp", "shop.door/call"], allow: [] },
        { names: "shop.door", allow: ["change"] },
      ],
    },
  });
  client = await server.connect();
});
after(() => server[Symbol.asyncDispose]());

/** What is said, with another name in the place of the one that was asked for. */
const ask = async (method: string, params: Readonly<Record<string, string>>, name: string): Promise<string> =>
  (await client.fail(method, params)).replaceAll(name, "NAME");

test("no page can be asked for from a hidden object on, as none can from one that is not there", async () => {
  for (const method of ["list", "describe"]) {
    const hidden = await ask(method, { cursor: "shop.takings" }, "takings");
    assert.equal(hidden, await ask(method, { cursor: "shop.absent" }, "absent"));
  }
});

test("a hidden operation is answered like one that is not there, also by a directory that names its operations", async () => {
  const hidden = await ask("invoke", { name: "shop.door", operation: "blowUp" }, "blowUp");
  assert.equal(hidden, await ask("invoke", { name: "shop.door", operation: "absent" }, "absent"));
  assert.match(await client.fail("invoke", { name: "shop.door", operation: "open" }), /^ERR_PDM_REFUSED/u);
});

test("an entry called call is hidden as any other is, by whichever name it is called", async () => {
  assert.match(await client.fail("invoke", { name: "shop.door/call" }), /^ERR_PDM_NO_SUCH_NAME/u);
  assert.match(await client.fail("invoke", { name: "shop.door" }), /^ERR_PDM_UNKNOWN_METHOD/u);
  const { objects } = (await client.get("describe", { name: "shop.door", depth: 0 })) as {
    objects: { operations: object }[];
  };
  assert.deepEqual(Object.keys(objects[0]?.operations ?? {}), ["open"]);
});
