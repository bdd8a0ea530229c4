// The README's first command, where there is no terminal.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { npm, run } from "../command.mjs";

test("npm start without a terminal shows a session with the running shop, and leaves nothing behind", async () => {
  const { status, output, stdout } = await run([...npm(), "start"]);
  assert.equal(status, 0, output);
  const [, spec = ""] = /^shop http:\/\/127\.0\.0\.1:\d+ (.+)$/mu.exec(stdout) ?? [];
  assert.match(stdout, /^\$ pdm-repl .+\n% process\.version\n'v\d+\./mu);
  assert.match(stdout, /^% order\.totalCents \/ 100\n13$/mu);
  assert.match(stdout, /^count 1 \(Orders placed since the shop opened\.\)$/mu);
  assert.equal(existsSync(path.dirname(spec)), false);
});
