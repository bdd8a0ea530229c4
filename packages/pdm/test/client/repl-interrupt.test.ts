import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { connect } from "../../src/client.js";
import { interruptOutOfBand, listSpecs } from "../../src/client/rpc/out-of-band.js";
import { DaemonProcess } from "../fixtures/daemon-process.js";
import { NO_SSH, SshServer } from "../fixtures/ssh-server.js";
import { LineClient } from "../rpc/line-client.js";

const LOOP = "for (;;);";

for (const address of [undefined, "127.0.0.1"]) {
  describe(address === undefined ? "over a Unix socket" : "over TCP", () => {
    let daemon: DaemonProcess;
    before(async () => {
      daemon = await DaemonProcess.start({}, address);
    });
    after(() => daemon[Symbol.asyncDispose]());

    test("a loop that blocks the service is interrupted, and both go on as before", async () => {
      await using client = await connect(daemon.spec);
      const session = await client.openRepl();
      assert.equal(session.interruptReason, undefined);
      for (let round = 0; round < 5; round += 1) {
        const loop = session.evaluate(LOOP);
        assert.equal(await interruptSoon(session), true);
        assert.equal((await loop).cause, "interrupt");
        assert.equal((await session.evaluate("1 + 1")).text, "2");
      }
      assert.equal(daemon.alive, true);
      await session.close();
    });

    test("an evaluation whose signal aborts is interrupted while it blocks the service", async () => {
      await using client = await connect(daemon.spec);
      const session = await client.openRepl();
      const controller = new AbortController();
      const loop = session.evaluate(`globalThis.begun = 1; ${LOOP}`, { signal: controller.signal });
      const rejected = assert.rejects(loop, { message: "enough" });
      setTimeout(() => controller.abort(new Error("enough")), 100);
      await rejected;
      assert.equal((await session.evaluate("begun + 1")).text, "2");
    });

    test("somebody else in the session interrupts it too", async () => {
      await using client = await connect(daemon.spec);
      await using other = await connect(daemon.spec);
      const session = await client.openRepl({ session: "both" });
      const shared = await other.openRepl({ session: "both" });
      const loop = session.evaluate(LOOP);
      assert.equal(await interruptSoon(shared), true);
      assert.equal((await loop).cause, "interrupt");
    });

    // The client that says what it is told to has no TCP.
    if (address === undefined)
      test("whoever does not know the secret interrupts nothing, nor does the secret of another session", async () => {
        using raw = await LineClient.open(daemon.spec);
        const one = await raw.get("repl.open", { session: "one" });
        const two = await raw.get("repl.open", { session: "two" });
        const { spec, secret } = one["interrupt"] as { spec: string; secret: string };
        const foreign = (two["interrupt"] as { secret: string }).secret;
        assert.notEqual(secret, foreign);
        const loop = raw.ask("repl.evaluate", { session: "one", source: `Date.now(); ${LOOP}`, evaluation: 7 });
        const way = (wrong: string): { clientSpec: string; serverSpec: string; secret: string } => ({
          clientSpec: daemon.spec,
          serverSpec: spec,
          secret: wrong,
        });
        await assert.rejects(interruptOutOfBand(way("0".repeat(64)), undefined), /no session/u);
        await assert.rejects(interruptOutOfBand(way(""), undefined), /no session/u);
        const stopped = async (): Promise<void> => {
          while (!(await interruptOutOfBand(way(secret), 7)));
        };
        await stopped();
        const answer = await loop;
        assert.equal(answer.result?.["cause"], "interrupt");
        assert.equal(await interruptOutOfBand(way(foreign), undefined), false);
        // A session that is closed takes its secret along.
        await raw.get("repl.close", { session: "one" });
        await assert.rejects(interruptOutOfBand(way(secret), undefined), /no session/u);
        await raw.get("repl.close", { session: "two" });
      });

    test("a loop ends by itself with its deadline, without anybody's doing", async () => {
      await using client = await connect(daemon.spec);
      const session = await client.openRepl({ interruptible: false });
      const outcome = await session.evaluate(LOOP, { deadlineMs: 100 });
      assert.deepEqual([outcome.kind, outcome.cause], ["threw", "deadline"]);
      assert.equal((await session.evaluate("await 1; for (;;);", { deadlineMs: 100 })).cause, "deadline");
    });
  });
}

test("the second socket is there while a session wants it, and no longer", async () => {
  await using daemon = await DaemonProcess.start();
  const urgent = path.join(path.dirname(daemon.spec), "daemon.urgent.sock");
  await using client = await connect(daemon.spec);
  assert.equal(existsSync(urgent), false);
  const session = await client.openRepl();
  assert.equal(existsSync(urgent), true);
  await session.close();
  assert.equal(existsSync(urgent), false);
});

for (const [client, server, specs] of [
  ["/run/app.sock", "/run/app.urgent.sock", ["/run/app.urgent.sock"]],
  ["/mnt/run/app.sock", "/run/app.urgent.sock", ["/run/app.urgent.sock", "/mnt/run/app.urgent.sock"]],
  ["./app.sock", "/run/app.urgent.sock", ["/run/app.urgent.sock", "./app.urgent.sock"]],
  ["shop:/run/app.sock", "/run/app.urgent.sock", ["shop:/run/app.urgent.sock"]],
  ["ann@shop:/a/app.sock", "/run/app.urgent.sock", ["ann@shop:/run/app.urgent.sock", "ann@shop:/a/app.urgent.sock"]],
  ["9000", "127.0.0.1:9001", ["localhost:9001"]],
  ["[::1]:9000", "[::1]:9001", ["[::1]:9001"]],
] as const) {
  test(`who is connected to ${client} looks for ${server} at ${specs.join(" and ")}`, () => {
    assert.deepEqual(listSpecs(client, server), specs);
  });
}

describe("over ssh", { skip: NO_SSH }, () => {
  test("a loop is interrupted, by forwarding and by the helper program", async () => {
    await using daemon = await DaemonProcess.start();
    await using _server = await SshServer.start();
    for (const host of ["open", "closed"]) {
      await using client = await connect(`${host}:${daemon.spec}`);
      const session = await client.openRepl();
      const loop = session.evaluate(LOOP, { deadlineMs: 60_000 });
      assert.equal(await interruptSoon(session), true);
      assert.equal((await loop).cause, "interrupt");
      await session.close();
    }
  });
});

/** Interrupts once there is something to interrupt. */
async function interruptSoon(session: { interrupt(): Promise<boolean> }): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt += 1) if (await session.interrupt()) return true;
  return false;
}
