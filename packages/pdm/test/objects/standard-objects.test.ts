import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { isAttribute, isDirectory, isInvocable, listInterfaces } from "../../src/objects/interfaces.js";
import { findModule } from "../../src/objects/registry.js";
import { observe } from "../../src/http/observe.js";

// Then what the objects give out is checked against what they say.
process.env["NODE_ENV"] = "development";

const names: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ["pdm.perf", "sysres", ["dir"], ["realtime", "cputime", "utime", "stime", "maxrss", "rusage"]],
  ["pdm.perf", "sysinfo", ["dir"], ["pid", "uname", "hostname", "platform"]],
  ["pdm.perf", "sysctl", ["invoke"], []],
  [
    "pdm.http",
    "statistics",
    ["dir"],
    ["count", "byStatus", "aborted", "inFlight", "rates", "durations", "recentDurations", "bytes", "slowest", "latest"],
  ],
  ["pdm.http", "requests", ["event"], []],
  ["ashd.perf", "statistics", ["dir"], ["req"]],
  ["ashd.perf", "requests", ["event"], []],
];
for (const [module, name, interfaces, entries] of names) {
  test(`${module}.${name} and its entries say what they are, and are what they say`, async () => {
    observe();
    const warnings: Error[] = [];
    process.on("warning", (warning) => warnings.push(warning));
    const object = findModule(module)?.get(name);
    assert.deepEqual(listInterfaces(object), interfaces);
    assert.match((object as { describe(): { description: string } }).describe().description, /\.$/u);
    assert.deepEqual(isDirectory(object) ? [...(await object.list())] : [], entries);
    for (const entry of entries) {
      const attribute: unknown = isDirectory(object) ? object.lookup(entry) : undefined;
      assert.ok(isAttribute(attribute));
      assert.match((await attribute.describe?.())?.description ?? "", /\.$/u);
      await attribute.read();
    }
    process.emitWarning("last");
    while (warnings.at(-1)?.message !== "last") await once(process, "warning");
    assert.deepEqual(warnings.length, 1, String(warnings[0]));
    process.removeAllListeners("warning");
  });
}

test("whoever may end the process is told what it takes", async () => {
  const control = findModule("pdm.perf")?.get("sysctl");
  assert.ok(isInvocable(control));
  const description = await control.describe?.();
  const exit = description?.operations?.["exit"];
  assert.equal(exit?.effect, "destroy");
  assert.deepEqual(
    exit.parameters?.map(({ name, required, type }) => [name, required, type.minimum, type.maximum, type.default]),
    [["status", false, 0, 255, 0]],
  );
});
