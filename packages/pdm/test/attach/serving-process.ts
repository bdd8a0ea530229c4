import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { VictimProcess } from "../fixtures/victim-process.js";
import type { VictimOptions } from "../fixtures/victim-process.js";

/** An HTTP server that never heard of this package, with a runtime folder of its own. */
export class ServingProcess implements Disposable {
  readonly victim: VictimProcess;
  /** `$XDG_RUNTIME_DIR` of the process; the package's folder is `pdm` in it. */
  readonly runtime: string;

  private constructor(victim: VictimProcess, runtime: string) {
    this.victim = victim;
    this.runtime = runtime;
  }

  /** @param prelude what runs first; `require` is there, in an ES module too. Where it sets `globalThis.answer(path)`, that answers, else the number of requests */
  static async start(prelude = "", options: VictimOptions = {}): Promise<ServingProcess> {
    const runtime = mkdtempSync(path.join(tmpdir(), "pdm-attach-"));
    mkdirSync(path.join(runtime, "run"), { mode: 0o700 });
    const isModule = (options.file ?? "victim.mjs").endsWith(".mjs");
    const source = `
${isModule ? 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' : ""}
const { createServer } = require("node:http");
${prelude}
globalThis.served = 0;
const server = createServer((request, response) => response.end(globalThis.answer?.(request.url) ?? String(++served)));
server.listen(0, "127.0.0.1", () => process.stdout.write(server.address().port + "\\nbegin\\n"));`;
    const env = { XDG_RUNTIME_DIR: path.join(runtime, "run"), ...options.env };
    const victim = await VictimProcess.start(source, { ...options, env });
    return new ServingProcess(victim, path.join(runtime, "run"));
  }

  get pid(): number {
    return this.victim.pid;
  }

  /** The port of its HTTP server. */
  get port(): number {
    return Number(/^\d+$/m.exec(this.victim.stdout)?.[0]);
  }

  /** The answer of its HTTP server. */
  async request(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.port}/`);
    return response.text();
  }

  [Symbol.dispose](): void {
    this.victim[Symbol.dispose]();
    rmSync(path.dirname(this.runtime), { recursive: true, force: true });
  }
}
