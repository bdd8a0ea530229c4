import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { listen } from "../../src/index.js";
import type { Listener } from "../../src/index.js";
import { DaemonProcess } from "../fixtures/daemon-process.js";
import { UrgentClient } from "../out-of-band/urgent-client.js";
import { LineClient } from "./line-client.js";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-rpc-repl-"));
let listener: Listener;
before(async () => {
  listener = await listen(path.join(folder, "repl.sock"));
});
after(async () => {
  await listener.close();
  rmSync(folder, { recursive: true });
});

/** A command that awaits until {@link finish} is called. */
const PENDING = "await new Promise((resolve) => (globalThis.finishPending = resolve))";

function finish(): void {
  (globalThis as unknown as { finishPending(value: string): void }).finishPending("finished");
}

/** One more client in the session of that name. */
async function enter(session: string, spec: string = listener.spec): Promise<LineClient> {
  const client = await LineClient.open(spec);
  await client.get("repl.open", { session });
  return client;
}

describe("of two clients that number their evaluations alike", () => {
  const ways: readonly (readonly [what: string, stop: (client: LineClient, id: number) => Promise<void>])[] = [
    ["whose time is over", async () => undefined],
    ["that is cancelled", async (client, id) => void (await client.get("cancel", { id }))],
    [
      "that is interrupted",
      async (client) => {
        assert.deepEqual(await client.get("repl.interrupt", { session: "same", evaluation: 1 }), { interrupted: true });
      },
    ],
  ];
  for (const [what, stop] of ways) {
    test(`an evaluation ${what} while it waits leaves the other's running`, async () => {
      using one = await enter("same");
      using other = await enter("same");
      const running = one.send("repl.evaluate", { session: "same", source: PENDING, evaluation: 1 });
      await other.notified("repl.event");
      const source = "globalThis.hasRunInVain = true";
      const waiting = other.send("repl.evaluate", { session: "same", source, evaluation: 1, timeoutMs: 500 });
      await stop(other, waiting);
      const given = await other.take(({ id }) => id === waiting);
      assert.ok(given.error !== undefined || given.result?.["cause"] === "interrupt", JSON.stringify(given));
      finish();
      const answer = await one.take(({ id }) => id === running);
      assert.equal(answer.result?.["text"], "'finished'");
      assert.equal("hasRunInVain" in globalThis, false);
    });
  }

  test("each stops its own by its number over the second socket, and any without a number", async () => {
    await using daemon = await DaemonProcess.start();
    using one = await LineClient.open(daemon.spec);
    using other = await LineClient.open(daemon.spec);
    await one.get("repl.open", { session: "same" });
    const { interrupt } = await other.get("repl.open", { session: "same" });
    const { spec, secret } = interrupt as { spec: string; secret: string };
    using urgent = await UrgentClient.open(spec);
    const running = one.send("repl.evaluate", { session: "same", source: "for (;;);", evaluation: 1 });
    await other.notified("repl.event");
    for (const [id, evaluation] of [1, undefined].entries()) {
      urgent.raw.write(`${JSON.stringify({ id, method: "interrupt", params: { secret, evaluation } })}\n`);
    }
    const answers = [await urgent.raw.readLine(), await urgent.raw.readLine()].map(
      (line) => JSON.parse(line ?? "") as { id: number; result: object },
    );
    // The first one waits for the service, which comes to it when the loop has ended.
    assert.deepEqual(
      answers.map(({ id, result }) => [id, result]),
      [
        [1, { interrupted: true }],
        [0, { interrupted: false }],
      ],
    );
    assert.equal((await one.take(({ id }) => id === running)).result?.["cause"], "interrupt");
  });
});

describe("an evaluation under way when its client leaves the session", () => {
  for (const [what, timeoutMs] of [
    ["its time is over", 500],
    ["it is cancelled", undefined],
  ] as const) {
    test(`ends, and is answered, when ${what}`, async () => {
      using client = await enter("left");
      const running = client.send("repl.evaluate", { session: "left", source: PENDING, timeoutMs });
      await client.get("repl.close", { session: "left", keep: true });
      if (timeoutMs === undefined) await client.get("cancel", { id: running });
      const answer = await client.take(({ id }) => id === running);
      assert.equal(answer.error?.data.code, timeoutMs === undefined ? "ERR_PDM_CANCELLED" : "ERR_PDM_DEADLINE");
      await client.get("repl.open", { session: "left" });
      assert.equal((await client.get("repl.evaluate", { session: "left", source: "1 + 1" }))["text"], "2");
      await client.get("repl.close", { session: "left" });
    });
  }
});
