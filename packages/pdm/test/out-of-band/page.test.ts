// The examples of docs/watchdog.md: a real service gets stuck, and is freed as the page says.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { WATCHDOG_LIMITS } from "../../src/limits.js";
import { listExpected, readBlocks, readPage, runShowing } from "../fixtures/page.js";

const PAGE = "watchdog.md";
const INDEX = new URL("../../src/index.js", import.meta.url).href;
const CLIENT = new URL("../../src/client.js", import.meta.url).href;
const skip = process.platform === "win32" ? "there is no watchdog on Windows" : false;

test(
  "the service of docs/watchdog.md reports what the page shows, and is asked and freed as it shows",
  { skip },
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "pdm-watchdog-page-"));
    const [service, ...program] = readBlocks(PAGE, "js").map(({ text }) => text);
    const file = path.join(folder, "shop.mjs");
    writeFileSync(file, (service ?? "").replace('"pdm"', JSON.stringify(INDEX)).replace("/run/", `${folder}/`));
    const child = spawn(process.execPath, [file], { stdio: ["ignore", "inherit", "pipe"] });
    const ended = once(child, "exit");
    let said = "";
    for await (const chunk of child.stderr.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      said += chunk.toString();
      if (/processTimers.*\n/u.test(said)) break;
    }
    /** Without what differs from one machine, one moment and one Node.js to the other. */
    const rid = (text: string): string =>
      text
        .replaceAll(/\/\S*(?=shop\.mjs)/gu, "")
        .replaceAll(/process \d+|[\d.]+ s(?=[.,])|(?<=node:internal\S*):\d+:\d+|(?<=shop\.mjs:14):\d+/gu, "_");
    assert.equal(rid(said), rid(readBlocks(PAGE, "console")[0]?.text ?? ""));
    const source = program.join("\n");
    const shown = await runShowing(source, path.join(folder, "client.mjs"), {
      '"pdm/client"': JSON.stringify(CLIENT),
      "/run/": `${folder}/`,
    });
    assert.deepEqual(shown, listExpected(source));
    child.kill();
    assert.deepEqual(await ended, [null, "SIGTERM"]);
    rmSync(folder, { recursive: true });
  },
);

test("docs/watchdog.md says the limits as they are", () => {
  const page = readPage(PAGE);
  const { blockedMs, leastBlockedMs, rules, waiting, evaluateCharacters, mostProfileMs, mostEvaluateMs } =
    WATCHDOG_LIMITS;
  for (const text of [
    `\`blockedMs: ${blockedMs}\``,
    `at least ${leastBlockedMs}`,
    `${rules} at most`,
    `${waiting} diagnoses`,
    `at most ${evaluateCharacters.toLocaleString("en")} characters`,
    `at most ${mostProfileMs.toLocaleString("en")}`,
    `at most ${mostEvaluateMs.toLocaleString("en")}`,
  ])
    assert.ok(page.includes(text), text);
});
