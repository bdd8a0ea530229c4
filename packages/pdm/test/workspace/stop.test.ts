import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_LIMITS } from "../../src/limits.js";
import type { Workspace } from "../../src/workspace/workspace.js";
import { createWorkspace } from "../../src/workspace/workspaces.js";
import { SILENT_CLIENT } from "./silent-client.js";

describe("a command that names $modules does not run where, before these are known,", () => {
  const stops: readonly (readonly [what: string, stop: (workspace: Workspace) => void])[] = [
    [
      "it is interrupted",
      (workspace) => assert.deepEqual([workspace.interrupt(), workspace.interrupt()], [true, false]),
    ],
    [
      "it is given up",
      (workspace) =>
        assert.equal(
          workspace.stop((request) => request.client === SILENT_CLIENT),
          true,
        ),
    ],
    ["its session ends", (workspace) => workspace.end("a test ended it")],
  ];
  for (const [what, stop] of stops) {
    it(what, async () => {
      const workspace = createWorkspace(DEFAULT_LIMITS);
      workspace.attach(SILENT_CLIENT);
      const source = "globalThis.hasRunAnyway = true; $modules";
      const outcome = workspace.evaluate({ client: SILENT_CLIENT, source, deadlineMs: 1_000 });
      stop(workspace);
      const { kind, cause } = (await outcome) as { kind: string; cause?: string };
      assert.deepEqual([kind, cause], ["threw", "interrupt"]);
      assert.equal("hasRunAnyway" in globalThis, false);
      workspace.end("the test is done");
    });
  }
});
