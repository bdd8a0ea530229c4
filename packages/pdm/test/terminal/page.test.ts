// The examples of docs/repl.md: what is typed there gives what it says, in a real service.
import assert from "node:assert/strict";
import { fork, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import module from "node:module";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { DEFAULT_LIMITS } from "../../src/limits.js";
import { USAGE } from "../../src/terminal/command-line.js";
import { PLACE_DIRECTIVES } from "../../src/terminal/directives/places.js";
import { TEXT_DIRECTIVES } from "../../src/terminal/directives/text.js";
import { VALUE_DIRECTIVES } from "../../src/terminal/directives/values.js";
import { TOOLS } from "../../src/toolbox/tools.js";
import { listExpected, readBlocks, readPage, runShowing } from "../fixtures/page.js";
import { PageSessions } from "./page-session.js";
import { createFolder, NO_TERMINAL } from "./program-run.js";

const PAGE = "repl.md";
const INDEX = new URL("../../src/index.js", import.meta.url);
const CLIENT = new URL("../../src/client.js", import.meta.url);

/** Of two blocks for different versions of Node, the one for this. */
const OTHER_NODE = "stripTypeScriptTypes" in module ? "does-not-strip" : "strips";

const folder = createFolder();
const binFolder = path.join(folder, "bin");
let service: ChildProcess;
let sessions: PageSessions;

before(async () => {
  mkdirSync(binFolder);
  sessions = new PageSessions(folder, binFolder);
  const sockets = ["shop.sock", "shop-look.sock"].map((name) => path.join(folder, name));
  service = fork(fileURLToPath(new URL("../fixtures/shop/main.js", import.meta.url)), sockets, { silent: true });
  // What is not read is not written in the end.
  service.stdout?.resume();
  service.stderr?.pipe(process.stderr);
  await once(service, "message");
});
after(() => service.disconnect());

const programs = readBlocks(PAGE, "js").map(({ text }) => text);
const isService = (source: string): boolean => source.includes('from "pdm"');

describe("in docs/repl.md", { skip: NO_TERMINAL }, () => {
  const blocks = readBlocks(PAGE, "console").filter(({ note }) => note !== OTHER_NODE);

  // In the order of the page: the service goes on from one to the next.
  for (const [index, { text }] of blocks.entries()) {
    test(`block ${index} gives what it says: ${text.split("\n", 1)[0]}`, () => sessions.run(text));
  }

  test("the service has been through all of it without harm", async () => {
    await sessions.end();
    assert.deepEqual([service.exitCode, service.signalCode], [null, null]);
  });
});

test("docs/repl.md names each dot command, each tool, each long option, and each limit of the REPL", () => {
  const page = readPage(PAGE);
  const directives = [...TEXT_DIRECTIVES, ...VALUE_DIRECTIVES, ...PLACE_DIRECTIVES].map(({ name }) => name);
  const options = [...USAGE.matchAll(/^ {6}(--[a-z-]+)/gm)].map(([, option = ""]) => option);
  const limits = Object.keys(DEFAULT_LIMITS).filter((name) => name.startsWith("repl") && !name.startsWith("reply"));
  assert.ok(options.length > 5 && limits.length > 4);
  for (const name of [".help", ...directives, ...TOOLS.map((tool) => tool.name), ...options, ...limits]) {
    assert.ok(page.includes(`\`${name}`) || page.includes(` ${name} `), name);
  }
});

for (const [index, source] of programs.filter(isService).entries()) {
  test(`the service ${index} of docs/repl.md runs`, () => {
    const file = path.join(folder, `service-${index}.mjs`);
    writeFileSync(
      file,
      source.replace('"pdm"', JSON.stringify(INDEX.href)).replace("/run/", `${path.dirname(file)}/own-`),
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" });
  });
}

test("the other blocks of docs/repl.md are a program that shows what it says", async () => {
  const source = programs.filter((one) => !isService(one)).join("\n");
  const shown = await runShowing(source, path.join(folder, "page.mjs"), {
    '"pdm/client"': JSON.stringify(CLIENT.href),
    "/run/": `${folder}/`,
  });
  assert.deepEqual(shown, listExpected(source));
});
