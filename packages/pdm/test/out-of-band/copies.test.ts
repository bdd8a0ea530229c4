import assert from "node:assert/strict";
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { connect } from "../../src/client.js";

const skip = process.platform === "win32" ? "there is no interrupt on Windows" : false;

describe("two copies of the package in one process", { skip }, () => {
  // Where the copy finds what it imports.
  const folder = mkdtempSync(path.join(import.meta.dirname, "copy-"));
  const specs = ["one.sock", "other.sock"].map((name) => path.join(folder, name));
  let daemon: ChildProcess | undefined;

  before(async () => {
    cpSync(fileURLToPath(new URL("../../src", import.meta.url)), folder, { recursive: true });
    daemon = fork(fileURLToPath(new URL("../fixtures/two-copies-daemon.js", import.meta.url)), [...specs, folder]);
    await once(daemon, "message");
  });
  after(async () => {
    if (daemon?.connected === true) {
      daemon.disconnect();
      await once(daemon, "exit");
    }
    rmSync(folder, { recursive: true });
  });

  for (const typist of [0, 1]) {
    for (const interrupter of [0, 1]) {
      it(`interrupt a loop that was typed at the ${nameCopy(typist)} through the ${nameCopy(interrupter)}`, async () => {
        const clients = await Promise.all(specs.map((spec) => connect(spec, { claim: false })));
        const sessions = [];
        for (const client of clients) sessions.push(await client.openRepl({ session: "both" }));
        let isOver = false;
        const loop = sessions[typist]?.evaluate("for (;;);", { deadlineMs: 3_000 }).finally(() => {
          isOver = true;
        });
        while (!isOver && (await sessions[interrupter]?.interrupt()) !== true);
        assert.equal((await loop)?.cause, "interrupt");
        for (const client of clients) client.close();
      });
    }
  }
});

function nameCopy(index: number): string {
  return index === 0 ? "one" : "other";
}
