import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect, connectRepl } from "../../src/client.js";
import { EventChannel, expose, listen, MethodTable, ValueAttribute } from "../../src/index.js";
import { createFolder } from "./folder.js";

function fail(): never {
  throw new TypeError("no good");
}

describe("the client and the server of this package", () => {
  const folder = createFolder();
  const spec = folder.path("own.sock");

  it("agree on values, failures and the REPL", async () => {
    const exposure = { number: new ValueAttribute(5, "Always five."), methods: new MethodTable({ fail }) };
    expose("client-test", exposure);
    const listener = await listen(spec);
    try {
      await using client = await connect(listener.spec);
      await using number = await client.find("client-test.number");
      assert.equal(await number.read(), 5);
      assert.equal((await number.describe())?.description, "Always five.");
      await using methods = await client.find("client-test.methods");
      await assert.rejects(methods.invoke("fail"), { code: "ERR_PDM_REMOTE", message: /raised TypeError: no good$/ });
      await assert.rejects(methods.invoke("absent"), { code: "ERR_PDM_NO_SUCH_METHOD" });
      for (const name of ["client-test.absent", "absent.number", "pdm.perf.sysres/absent"]) {
        await assert.rejects(client.find(name), { code: "ERR_PDM_NO_SUCH_NAME" });
      }
      await using repl = await connectRepl(listener.spec);
      assert.deepEqual((await repl.run("6 * 7")).output, ["42"]);
    } finally {
      await listener.close();
    }
  });

  it("lose events of a slow reader, and account for each", async () => {
    const ticks = new EventChannel();
    expose("client-events", { ticks });
    const listener = await listen(spec, { limits: { queuedOutputBytes: 100_000 } });
    try {
      await using client = await connect(listener.spec);
      await using source = await client.find("client-events.ticks");
      const stream = await source.subscribe({ maxQueuedEvents: 10 });
      const count = 20_000;
      for (let number = 0; number <= count; number += 1) ticks.notify({ number });
      let accounted = 0;
      for await (const event of stream) {
        accounted += event.lost;
        assert.equal(event.fields["number"], accounted);
        accounted += 1;
        if (accounted > count) break;
      }
      assert.ok(stream.lost > 0);
    } finally {
      await listener.close();
      folder.remove();
    }
  });
});
