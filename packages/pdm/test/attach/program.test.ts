import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connect } from "../../src/client.js";
import { ATTACH_USAGE, parseAttachCommandLine } from "../../src/rescue/attach-command-line.js";
import { readPage } from "../fixtures/page.js";
import type { FinishedProcess } from "../fixtures/run-module.js";
import { ServingProcess } from "./serving-process.js";

const PROGRAM = fileURLToPath(new URL("../../src/pdm-attach.js", import.meta.url));

/** The program with these arguments, without a terminal. */
async function runAttach(...args: readonly string[]): Promise<FinishedProcess> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { status: child.exitCode, stdout, stderr };
}

describe("pdm-attach", () => {
  test("says what it would send, and sends nothing, where nobody agrees", async () => {
    using server = await ServingProcess.start();
    const { status, stdout, stderr } = await runAttach(String(server.pid));
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(
      stderr,
      /^pdm-attach: process \d+ \(victim\.mjs\) will be sent SIGUSR1.* Say --yes if that is all right$/m,
    );
    assert.equal(server.victim.stderr, "");
  });

  test("prints the socket alone on standard output, takes it out again, and says what it did on standard error", async () => {
    using server = await ServingProcess.start();
    const pid = String(server.pid);
    const attached = await runAttach("--yes", pid);
    const spec = path.join(server.runtime, "pdm", `victim-${pid}.sock`);
    assert.deepEqual([attached.status, attached.stdout], [0, `${spec}\n`]);
    assert.match(attached.stderr, /its inspector was opened for this, and is closed again/);
    assert.match(server.victim.stderr, /^pdm: this process was attached to by \S+ \(pdm-attach, process \d+\): /m);
    await using client = await connect(spec);
    assert.equal(client.server?.process.pid, server.pid);

    const again = await runAttach("--json", pid);
    const { origin, inspector, ...rest } = JSON.parse(again.stdout) as Record<string, unknown>;
    assert.deepEqual(rest, { pid: server.pid, spec });
    assert.deepEqual([origin, inspector], ["attached-before", "unused"]);

    const detached = await runAttach("--detach", pid);
    assert.deepEqual([detached.status, detached.stdout], [0, ""]);
    await client.closed;
    assert.match((await runAttach("--detach", pid)).stderr, /nobody has attached to process/);
  });

  for (const [args, message] of [
    [[], /name one process/],
    [["1", "2"], /name one process/],
    [["1", "--wait", "9999"], /--wait takes seconds, up to 3600/],
    [["1", "--detach", "--name", "shop"], /--name is for attaching/],
    [["1", "--nope"], /nope/],
  ] as const) {
    test(`${args.join(" ") || "no argument"} is refused, and it is said why`, () => {
      assert.throws(() => parseAttachCommandLine(args), { code: "ERR_PDM_USAGE", message });
    });
  }

  test("docs/attach.md names every option but the common ones", () => {
    const options = [...ATTACH_USAGE.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, name = ""]) => name);
    const page = readPage("attach.md");
    assert.ok(options.length > 6);
    assert.deepEqual(
      options.filter((name) => !page.includes(name) && !["--help", "--version"].includes(name)),
      [],
    );
  });
});
