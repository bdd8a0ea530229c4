// The examples of docs/register.md: what is typed in a shell there gives what it says.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readBlocks, readPage } from "../fixtures/page.js";
import { Project, STAY } from "./project.js";

const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));

/** The number of the process on the page. */
const PAGE_PID = "4711";

/** One block of the page, in a folder of its own. */
class Shell implements AsyncDisposable {
  readonly #project = new Project({ "app.js": STAY, "hello.js": 'console.log("hello");' });
  readonly #env: NodeJS.ProcessEnv;
  #background: ChildProcess | undefined;

  constructor() {
    const { folder, runtime } = this.#project;
    const bin = path.join(folder, "bin");
    mkdirSync(bin);
    for (const program of ["pdm-repl", "pdm-node-options"]) {
      const file = path.join(bin, program);
      // The programs themselves do not run with what the page sets for the service.
      writeFileSync(
        file,
        `#!/bin/sh\nunset NODE_OPTIONS\nexec "${process.execPath}" "${SOURCES}/${program}.js" "$@"\n`,
      );
      chmodSync(file, 0o755);
    }
    const own = Object.entries(process.env).filter(([name]) => !/^(?:PDM_|npm_|NODE_)/u.test(name));
    const PATH = [bin, path.dirname(process.execPath), process.env["PATH"]].join(path.delimiter);
    this.#env = { ...Object.fromEntries(own), XDG_RUNTIME_DIR: runtime, PATH };
  }

  /** Starts what ends in `&`, and waits for what it leaves for clients to find; runs what else there is. @returns its output */
  async run(command: string): Promise<string> {
    const [, background] = /^(.*) &$/u.exec(command) ?? [];
    const text = this.#toHere(background ?? command);
    const options = { cwd: this.#project.folder, env: this.#env, encoding: "utf8" } as const;
    if (background === undefined) {
      const { stdout, stderr } = spawnSync("sh", ["-c", `exec 2>&1; ${text}`], {
        ...options,
        stdio: ["ignore", "pipe", "pipe"],
      });
      return this.#toPage(stdout + stderr);
    }
    // The variables in front of a command are for it alone, so it can take the shell's place.
    this.#background = spawn("sh", ["-c", text.replace(/(?=\bnode )/u, "exec ")], { ...options, stdio: "inherit" });
    while (!this.#isThere()) await delay(10);
    return "";
  }

  #isThere(): boolean {
    assert.equal(this.#background?.exitCode, null, "the service has ended");
    const { folder, runtime } = this.#project;
    const folders = [folder, path.join(runtime, "pdm")].filter((each) => existsSync(each));
    return folders.some((each) => readdirSync(each).some((name) => /\.sock(?:\.disabled)?$/u.test(name)));
  }

  #toHere(text: string): string {
    return text
      .replaceAll("npx ", "")
      .replaceAll("/run/user/1000", this.#project.runtime)
      .replaceAll("/run/shop", `${this.#project.folder}/shop`)
      .replaceAll(PAGE_PID, String(this.#background?.pid));
  }

  #toPage(text: string): string {
    return text
      .replaceAll(`file://${SOURCES}`, "file:///srv/app/node_modules/pdm/dist")
      .replaceAll(`${this.#project.folder}/shop`, "/run/shop")
      .replaceAll(this.#project.folder, "/srv/app")
      .replaceAll(String(this.#background?.pid), PAGE_PID);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#background;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    this.#project[Symbol.dispose]();
  }
}

for (const { text } of readBlocks("register.md", "console")) {
  test(`on the page: ${text.split("\n", 1)[0]?.slice(2)}`, async () => {
    await using shell = new Shell();
    let shown = "";
    for (const [, command = ""] of text.matchAll(/^\$ (.*)$/gmu)) shown += `$ ${command}\n${await shell.run(command)}`;
    assert.equal(shown, text);
  });
}

test("the page's table has the variables that are read, and no other", async () => {
  const { readEnvironment } = await import("../../src/registration/environment.js");
  const read = new Set(["PDM_DISABLE"]);
  readEnvironment(new Proxy({}, { get: (_, name) => void read.add(String(name)) }));
  const listed = [...readPage("register.md").matchAll(/^\| `(PDM_\w+)` \|/gmu)].map(([, name]) => name);
  assert.deepEqual(new Set(listed), read);
});
