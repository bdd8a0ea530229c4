// What a fresh clone lacks: the npm packages of the lock file, and Python 3 for the tests.
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { mustRun, npm, ROOT, run, ToolError } from "./command.mjs";

/** Installs the locked npm packages where they are missing or older than the lock file. */
export async function installPackages() {
  const lock = path.join(ROOT, "package-lock.json");
  // npm writes this file last, so an installation that was cut short is begun again.
  const mark = path.join(ROOT, "node_modules", ".package-lock.json");
  if (existsSync(mark) && statSync(mark).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error("Installing npm packages…");
  // Programs that npm starts get its settings as variables; a dry run or a production setting must not reach this one.
  await mustRun([...npm(), "ci", "--include=dev", "--loglevel=error", "--no-audit", "--no-fund", "--no-progress"]);
}

/**
 * Sees to it that there is a Python 3, which the tests need: it is the other side that this package must agree with.
 *
 * @throws {ToolError} that says what to install, where this process may not do it
 */
export async function installPython() {
  if ((await run(["python3", "--version"])).status === 0) return;
  const advice =
    "python3 is missing, and the tests talk to real Python programs: install Python 3 so that python3 is on the PATH";
  const mayInstall =
    process.platform === "linux" && process.getuid?.() === 0 && (await run(["apt-get", "--version"])).status === 0;
  if (!mayInstall) throw new ToolError(process.platform === "linux" ? `${advice} (apt-get install python3)` : advice);
  console.error("Installing python3…");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", "python3"];
  // A machine with package lists needs no new ones; one without knows no package at all.
  if ((await run(install, { env })).status === 0) return;
  await mustRun(["apt-get", "update", "--quiet=2"], { env });
  await mustRun(install, { env });
}
