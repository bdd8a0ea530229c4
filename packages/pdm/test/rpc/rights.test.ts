import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { listen } from "../../src/index.js";
import type { ListenOptions } from "../../src/index.js";
import { METHODS } from "../../src/rpc/methods.js";
import { LineClient } from "./line-client.js";
import { TAKING_RIGHTS } from "./taking-rights.js";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-rights-"));
after(() => rmSync(folder, { recursive: true }));

const SOCKETS: Readonly<Record<string, ListenOptions>> = {
  "a viewer": { role: "viewer" },
  "an operator": { role: "operator" },
  "an admin without rights": { role: "admin" },
  "a viewer with the other right": { role: "viewer" },
};

test("every method of the REPL, of threads and of looking is among those that take a right", () => {
  const named = [...METHODS.keys()].filter((name) => /^(?:repl|thread)\.|^inspect$/u.test(name));
  assert.deepEqual(named.toSorted(), Object.keys(TAKING_RIGHTS).toSorted());
});

for (const [who, options] of Object.entries(SOCKETS)) {
  for (const [method, { right, params }] of Object.entries(TAKING_RIGHTS)) {
    test(`${who} is refused ${method}`, async () => {
      const rights = who.includes("other") ? ([right === "repl" ? "inspect" : "repl"] as const) : [];
      await using listener = await listen(path.join(folder, "s.sock"), { ...options, rights });
      using client = await LineClient.open(listener.spec);
      assert.match(
        await client.fail(method, params),
        /^ERR_PDM_REFUSED: refused: this socket's role, \w+, has no right to /u,
      );
      assert.equal("reached" in globalThis, false);
    });
  }
}
