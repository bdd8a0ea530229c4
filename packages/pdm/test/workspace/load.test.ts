import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

const BUILT = path.join(import.meta.dirname, "../..");

/** In a copy of the built files, whose parser can be taken away; where the parser is found again once it is back. */
const SCRIPT = `
import { closeSync, existsSync, openSync, renameSync } from "node:fs";
import { DEFAULT_LIMITS } from "./src/limits.js";
import { loadWorkspaces } from "./src/workspace/load.js";
const run = async () => {
  try {
    const { createWorkspace } = await loadWorkspaces();
    const client = { number: 1, role: "admin", canAnswer: false, canInterruptLoops: false, tell() {}, end() {} };
    const { text } = await createWorkspace(DEFAULT_LIMITS).evaluate({ client, source: "1 + 1", deadlineMs: 1_000 });
    return { threw: false, printed: text };
  } catch (error) {
    return { threw: true, printed: String(error) };
  }
};
const results = [];
if (process.argv[2] === "missing") {
  renameSync("src/workspace/entry.js", "src/workspace/away.js");
  results.push(await run());
  renameSync("src/workspace/away.js", "src/workspace/entry.js");
} else {
  const descriptors = [];
  try {
    for (;;) descriptors.push(openSync("/dev/null"));
  } catch {}
  results.push(await run());
  for (const descriptor of descriptors) closeSync(descriptor);
}
results.push(await run());
console.log(JSON.stringify(results));
`;

/** In the same copy: a client of the text protocol whose REPL is found only when it types something, and that goes meanwhile. */
const GONE_SCRIPT = `
import { renameSync } from "node:fs";
import { DEFAULT_LIMITS } from "./src/limits.js";
import { REPL } from "./src/repl/conversation.js";
import { createGrant } from "./src/session/grant.js";
import { Ledger } from "./src/session/ledger.js";
import { Session } from "./src/session/session.js";
import { InputBuffer } from "./src/wire/input-buffer.js";
import { loadWorkspaces } from "./src/workspace/load.js";
const account = new Ledger().open(1_000_000, () => undefined);
const parts = { grant: createGrant({}), socket: "/run/test.sock", limits: DEFAULT_LIMITS, account, disconnect() {} };
renameSync("src/workspace/entry.js", "src/workspace/away.js");
const conversation = await new Promise((resolve) => {
  const connection = { session: new Session(parts), limits: DEFAULT_LIMITS, congested: false, send() {}, resume: () => resolve(started) };
  const started = REPL.start(connection);
});
renameSync("src/workspace/away.js", "src/workspace/entry.js");
const input = new InputBuffer();
input.append(Buffer.from("globalThis.hasRun = true\\n\\n"));
conversation.process(input);
const wasTaken = conversation.busy;
if (process.argv[2] === "goes") conversation.release();
await loadWorkspaces();
// The command has a turn of its own.
for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
console.log(JSON.stringify({ wasTaken, hasRun: globalThis.hasRun === true }));
`;

describe("the parser that is loaded late", () => {
  let folder = "";

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "pdm-parser-"));
    const modules = path.join(path.dirname(createRequire(import.meta.url).resolve("acorn/package.json")), "..");
    await symlink(modules, path.join(folder, "node_modules"));
    await cp(path.join(BUILT, "src"), path.join(folder, "src"), { recursive: true });
    await writeFile(path.join(folder, "script.mjs"), SCRIPT);
    await writeFile(path.join(folder, "gone.mjs"), GONE_SCRIPT);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("runs no command whose client goes while it is loaded for that", async () => {
    for (const what of ["stays", "goes"]) {
      const { stdout } = await promisify(execFile)(process.execPath, ["gone.mjs", what], { cwd: folder });
      assert.deepEqual(JSON.parse(stdout), { wasTaken: true, hasRun: what === "stays" });
    }
  });

  const reasons = { missing: /Cannot find module/, descriptors: /EMFILE/ } as const;
  for (const [name, reason] of Object.entries(reasons)) {
    const skip =
      name === "descriptors" && process.platform === "win32" ? "this system has no limit of descriptors to set" : false;
    it(
      `is a clear error when it cannot be loaded (${name}), and is loaded by the next command that finds it`,
      { skip },
      async () => {
        const command = `ulimit -n 100; exec "${process.execPath}" script.mjs ${name}`;
        const { stdout } = await promisify(execFile)("/bin/sh", ["-c", command], { cwd: folder });
        const [failed, worked] = JSON.parse(stdout) as { threw: boolean; printed: string }[];
        assert.equal(failed?.threw, true);
        assert.match(failed?.printed ?? "", /^ParserError: the REPL's parser cannot be loaded.*$/);
        assert.match(failed?.printed ?? "", reason);
        assert.deepEqual(worked, { threw: false, printed: "2" });
      },
    );
  }
});
