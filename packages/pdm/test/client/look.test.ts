// What a client gets that looks at an expression, without changing anything.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { connect } from "../../src/client.js";
import { listen } from "../../src/index.js";
import { createFolder } from "./folder.js";

const folder = createFolder();
after(() => folder.remove());

test("a look says how many members it leaves out, and nothing where it has them all", async () => {
  await using server = await listen(folder.path("look.sock"), { rights: ["inspect"] });
  await using client = await connect(server.spec);
  for (const [length, shown, omitted] of [
    [100, 100, undefined],
    [250, 100, 150],
  ]) {
    const look = await client.inspect(`new Uint8Array(${length})`);
    assert.ok(look.kind === "value");
    assert.deepEqual([look.members?.length, look.omitted], [shown, omitted]);
  }
});
