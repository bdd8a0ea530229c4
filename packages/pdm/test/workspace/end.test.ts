import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { DEFAULT_LIMITS } from "../../src/limits.js";
import { expose } from "../../src/objects/registry.js";
import { createWorkspace } from "../../src/workspace/workspaces.js";
import { SILENT_CLIENT } from "./silent-client.js";

const listeners = new Set<unknown>();
const ticks = {
  subscribe: (listener: unknown) => void listeners.add(listener),
  unsubscribe: (listener: unknown) => void listeners.delete(listener),
};
const counter = { count: () => 1 };
const { count } = counter;
Object.assign(globalThis, { endedCounter: counter });
const exposure = expose("ended", { ticks });
after(() => exposure[Symbol.dispose]());

describe("what a session's code sets up after the session's end", () => {
  const uses: readonly (readonly [use: string, stop: string])[] = [
    ["$watch(endedCounter, 'count')", ".stop()"],
    ["pdm.ended.ticks.on()", ".stop()"],
    ["pdm.ended.ticks.next()", ""],
  ];
  for (const [use, stop] of uses) {
    for (const before of ["", `${use}${stop};`]) {
      it(`is refused, and nothing of it stays: ${use}, ${before === "" ? "for the first time" : "not for the first time"}`, async () => {
        const workspace = createWorkspace(DEFAULT_LIMITS);
        workspace.attach(SILENT_CLIENT);
        const source = `${before} globalThis.useLater = async () => ${use}; 0`;
        const outcome = await workspace.evaluate({ client: SILENT_CLIENT, source, deadlineMs: 1_000 });
        assert.equal(outcome.kind, "done");
        workspace.end("a test ended it");
        const { useLater } = globalThis as unknown as { useLater: () => Promise<unknown> };
        await assert.rejects(useLater(), /the session ended/u);
        assert.equal(counter.count, count);
        assert.equal(listeners.size, 0);
      });
    }
  }
});
