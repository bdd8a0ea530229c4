import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { on, once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import type { PrimaryReport } from "./cluster-primary.js";
import { makeFolder, readAll } from "./surroundings.js";

test("in a cluster's worker the worker itself listens, and what it listened on dies with it", async (t) => {
  const path = `${makeFolder(t)}/app.sock`;
  const primary = fork(join(import.meta.dirname, "cluster-primary.js"), [path, "localhost:0", "fd:4"], {
    execArgv: [],
  });
  t.after(async () => {
    primary.kill("SIGKILL");
    if (primary.exitCode === null && primary.signalCode === null) await once(primary, "exit");
  });

  const reports: PrimaryReport[] = [];
  for await (const [report] of on(primary, "message") as AsyncIterable<[PrimaryReport]>) {
    reports.push(report);
    if (reports.length === 3) break;
  }
  const [unix, tcp, fd] = reports;
  assert.ok(unix !== undefined && "opened" in unix && tcp !== undefined && "opened" in tcp, JSON.stringify(reports));
  assert.deepEqual(fd, { failed: "ERR_PDM_LISTEN_FD" }, "a descriptor's number would be the primary's");
  assert.notEqual(unix.pid, primary.pid);
  const port = Number(tcp.opened.split(":")[1]);
  assert.equal(await readAll(path), `${unix.pid}\n`);
  assert.equal(await readAll({ host: "127.0.0.1", port }), `${unix.pid}\n`);

  const ended = once(primary, "message");
  primary.send("kill the worker");
  assert.deepEqual((await ended)[0], { ended: true }, "and the primary was asked for nothing");
  await assert.rejects(readAll(path), { code: "ECONNREFUSED" });
  await assert.rejects(readAll({ host: "127.0.0.1", port }), { code: "ECONNREFUSED" });
});
