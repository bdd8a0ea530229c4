import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EventChannel, ValueAttribute } from "../../src/index.js";
import type { CallContext } from "../../src/index.js";
import { PROCESS_LEDGER } from "../../src/session/ledger.js";
import { RpcServer } from "./rpc-server.js";

let finishWriting: (() => void) | undefined;
let server: RpcServer;
before(async () => {
  server = await RpcServer.start({
    events: new EventChannel(),
    large: new ValueAttribute("x".repeat(100_000)),
    never: { read: () => new Promise(() => undefined) },
    disk: {
      read: () => 1,
      write: () =>
        new Promise<void>((resolve) => {
          finishWriting = resolve;
        }),
    },
  });
});
after(() => server[Symbol.asyncDispose]());

/** Waits until all clients together hold what `fits`. */
async function waitForHeld(fits: (bytes: number) => boolean): Promise<void> {
  while (!fits(PROCESS_LEDGER.totalBytes)) await new Promise(setImmediate);
}

test("the names that a sampling holds are charged to its client, until it ends", async () => {
  using own = await server.connect();
  await own.get("ping");
  const held = PROCESS_LEDGER.totalBytes;
  const names = Array.from({ length: 1_000 }, (_, index) => `shop.nothing${"x".repeat(50)}${index}`);
  const { subscription } = await own.get("sample", { names, everyMs: 86_400_000, onChange: true });
  await own.notified("sample");
  await own.get("ping");
  assert.ok(PROCESS_LEDGER.totalBytes - held > 1_000 * 200);
  await own.get("unsubscribe", { subscription });
  await waitForHeld((bytes) => bytes === held);
});

test("the filter of a subscription is charged to its client, until it ends", async () => {
  using own = await server.connect();
  await own.get("ping");
  const held = PROCESS_LEDGER.totalBytes;
  const { subscription } = await own.get("subscribe", { name: "shop.events", where: { text: "x".repeat(100_000) } });
  await own.get("ping");
  assert.ok(PROCESS_LEDGER.totalBytes - held > 200_000);
  await own.get("unsubscribe", { subscription });
  await waitForHeld((bytes) => bytes === held);
});

test("a sampling that ends while it reads holds nothing afterwards", async () => {
  using own = await server.connect();
  await own.get("ping");
  const held = PROCESS_LEDGER.totalBytes;
  const { subscription } = await own.get("sample", { names: ["shop.large", "shop.never"], everyMs: 60_000 });
  await waitForHeld((bytes) => bytes - held > 100_000);
  await own.get("unsubscribe", { subscription });
  await waitForHeld((bytes) => bytes === held);
});

test("a value that is being written is charged until that is done, though the client has gone", async () => {
  await waitForHeld((bytes) => bytes === 0);
  const own = await server.connect();
  own.send("write", { name: "shop.disk", value: "x".repeat(100_000) });
  await own.get("ping");
  own[Symbol.dispose]();
  await waitForHeld((bytes) => bytes < 300_000);
  while (server.listener.connectionCount > 0) await new Promise(setImmediate);
  assert.ok(PROCESS_LEDGER.totalBytes > 100_000);
  finishWriting?.();
  await waitForHeld((bytes) => bytes === 0);
});

test("a call whose arguments cost the client its connection is given up", async () => {
  let signal: AbortSignal | undefined;
  await using small = await RpcServer.start(
    {
      hold: {
        invoke: (_method: string, _args: unknown, _named: unknown, context: CallContext) => {
          ({ signal } = context);
          return new Promise(() => undefined);
        },
      },
    },
    // Of which an eighth is set aside: room for a connection, and not for a stream.
    { limits: { totalBytes: Math.ceil((8_192 * 8) / 7) + 900 } },
  );
  const own = await small.connect();
  own.send("invoke", { name: "shop.hold", args: [{ $stream: 1 }] });
  assert.match(String((await own.notified("bye"))["reason"]), /totalBytes/u);
  assert.equal(signal?.aborted, true);
});
