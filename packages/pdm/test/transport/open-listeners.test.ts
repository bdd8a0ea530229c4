import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { listen } from "../../src/index.js";
import { listOpenListeners } from "../../src/transport/open-listeners.js";
import { VERSION } from "../../src/version.js";
import { makeFolder } from "./surroundings.js";

test("the listeners that are open are known to every copy of the package in the process, until they are closed", async (t) => {
  const folder = makeFolder(t);
  // Another address makes another instance of the module.
  const address = new URL("../../src/transport/open-listeners.js?copy", import.meta.url).href;
  const other = (await import(address)) as { readonly listOpenListeners: typeof listOpenListeners };
  assert.notEqual(other.listOpenListeners, listOpenListeners);
  const specs = [join(folder, "one.sock"), join(folder, "two.sock")];
  const [one, two] = [await listen(specs[0]), await listen(specs[1])];
  const expected = specs.map((spec) => ({ spec, version: VERSION }));
  assert.deepEqual(listOpenListeners(), expected);
  assert.deepEqual(other.listOpenListeners(), expected);
  await one.close();
  assert.deepEqual(other.listOpenListeners(), expected.slice(1));
  await two.close();
  assert.deepEqual(listOpenListeners(), []);
});
