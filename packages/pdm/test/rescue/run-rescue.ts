import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { FinishedProcess } from "../fixtures/run-module.js";

/** The program with these arguments, without a terminal. */
export async function runRescue(args: readonly string[], cwd?: string): Promise<FinishedProcess> {
  const program = fileURLToPath(new URL("../../src/pdm-rescue.js", import.meta.url));
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { status: child.exitCode, stdout, stderr };
}
