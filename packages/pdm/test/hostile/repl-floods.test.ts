import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { REPL_LIMITS } from "../../src/limits.js";
import { AttackedDaemon, LIMITS } from "./attacked-daemon.js";

let daemon: AttackedDaemon;
before(async () => {
  daemon = await AttackedDaemon.start();
});
after(() => daemon[Symbol.asyncDispose]());

test("watches without end are limited, and end with the session, as does what they watch", async () => {
  {
    using client = await daemon.attack();
    await client.evaluate("globalThis.watched = { add: (a) => a }; globalThis.original = watched.add; 0");
    const many =
      "(() => { let made = 0; try { for (;; made += 1) $watch(watched, 'add', { limit: 10_000 }); } catch (error) { return [made, error.code]; } })()";
    assert.equal(await client.evaluate(many), "[ 100, 'ERR_PDM_WATCH' ]");
    assert.match(await client.evaluate("$watch(watched, 'add', { limit: Infinity })"), /from 1 to 10000/u);
    client.line.raw.socket.pause();
    const flood = "for (let i = 0; i < 200; i += 1) watched.add('x'.repeat(1_000)); watched.add === original";
    client.line.send("repl.evaluate", { session: client.session, source: flood, deadlineMs: 5_000 });
    await daemon.assertServing();
  }
  await daemon.assertNothingLeft();
  using guest = await daemon.attack();
  assert.equal(await guest.evaluate("watched.add === original"), "true");
  await guest.evaluate("delete globalThis.watched; delete globalThis.original");
});

/** What a session prints or taps, to a client that does not read: how often, and how many of these are told in one event where they come in one go. */
const FLOODS: Readonly<Record<string, { print: string; count: number; inOneEvent: number }>> = {
  echo: { print: "echo('x'.repeat(1_000))", count: 20_000, inOneEvent: fitting(1_003) },
  "console.log": { print: "console.log('x'.repeat(1_000))", count: 20_000, inOneEvent: fitting(1_001) },
  tap: { print: "tap('x'.repeat(1_000))", count: 20_000, inOneEvent: 1 },
  "short lines of console.error": { print: "console.error('x')", count: 4_000_000, inOneEvent: fitting(2) },
  "echoes of what is huge": { print: "echo(huge)", count: 100, inOneEvent: 3 },
};

function fitting(characters: number): number {
  return Math.floor(REPL_LIMITS.printedCharacters / characters);
}

for (const [what, { print, count, inOneEvent }] of Object.entries(FLOODS)) {
  test(`a flood of ${what} to a client that does not read holds a bounded part of it, and is told as lost`, async () => {
    {
      using client = await daemon.attack();
      await client.line.get("subscribe", { name: "pdm.taps" });
      client.line.raw.socket.pause();
      const flood = `(() => { const huge = 'y'.repeat(1e6); for (let i = 0; i < ${count}; i += 1) ${print}; return 'flooded'; })()`;
      const { usedBytes: before } = await daemon.process.measureMemory();
      client.line.send("repl.evaluate", { session: client.session, source: flood, deadlineMs: 20_000 });
      await daemon.assertServing();
      const grown = (await daemon.process.measureMemory()).usedBytes - before;
      assert.ok(grown < LIMITS.totalBytes, `it holds ${grown} bytes more`);
      client.line.raw.socket.resume();
      let [received, lost] = [0, 0];
      for (;;) {
        const { id, result, method, params } = await client.line.next();
        if (id !== undefined) {
          assert.equal(result?.["text"], "'flooded'");
          break;
        }
        const event = params?.["event"] as { kind?: string; count?: number } | undefined;
        if (method === "lost") lost += Number(params?.["count"]);
        else if (event?.kind === "lost") lost += Number(event.count);
        else received += 1;
      }
      assert.ok(lost > 0, "nothing was lost: the test proves nothing");
      assert.equal(received + lost, Math.ceil(count / inOneEvent));
      await client.ask("repl.close");
    }
    await daemon.assertNothingLeft();
  });
}
