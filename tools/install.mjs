// What a fresh clone lacks: the npm packages of the lock file, and the programs that the tests talk to.
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
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
 * The other sides that this package must agree with: real Python programs, a real ssh server on loopback, a real terminal, and a container's network.
 *
 * @type {readonly { name: string, debianPackage: string, isThere: () => Promise<boolean> }[]}
 */
const PROGRAMS = [
  { name: "python3", debianPackage: "python3", isThere: () => starts("python3", "--version") },
  { name: "ssh", debianPackage: "openssh-client", isThere: () => starts("ssh", "-V") },
  // Where Debian puts it is not on an ordinary user's PATH.
  { name: "sshd", debianPackage: "openssh-server", isThere: async () => existsSync("/usr/sbin/sshd") },
  { name: "tmux", debianPackage: "tmux", isThere: () => starts("tmux", "-V") },
  { name: "ip", debianPackage: "iproute2", isThere: async () => existsSync("/usr/sbin/ip") || existsSync("/sbin/ip") },
];

/**
 * Sees to it that there are the programs which the tests need. Where this process may not install them it says which are
 * missing; without those of ssh, tmux or ip, their tests are skipped, and say so.
 *
 * @throws {ToolError} where there is no Python 3
 */
export async function installPrograms() {
  const missing = await findMissing();
  if (missing.length === 0) return;
  if (await mayInstall()) await installDebianPackages(missing.map((program) => program.debianPackage));
  const lacking = await findMissing();
  if (lacking.length === 0) return;
  const names = lacking.map((program) => program.name).join(", ");
  const packages = lacking.map((program) => program.debianPackage).join(" ");
  const how = process.platform === "linux" ? ` (on Debian, as root: apt-get install ${packages})` : "";
  const advice = `missing, and the tests talk to real ones: ${names}; install them${how}`;
  if (lacking.some((program) => program.name === "python3")) throw new ToolError(advice);
  console.error(advice);
}

async function findMissing() {
  const found = await Promise.all(PROGRAMS.map((program) => program.isThere()));
  return PROGRAMS.filter((_, index) => found[index] !== true);
}

/** @param {readonly string[]} command */
async function starts(...command) {
  return (await run(command)).status === 0;
}

async function mayInstall() {
  return process.platform === "linux" && process.getuid?.() === 0 && (await starts("apt-get", "--version"));
}

/** @param {readonly string[]} packages */
async function installDebianPackages(packages) {
  console.error(`Installing ${packages.join(", ")}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", ...packages];
  const allowServices = denyServices();
  try {
    // A machine with package lists needs no new ones; one without, or with old ones, finds no package.
    if ((await run(install, { env })).status === 0) return;
    await mustRun(["apt-get", "update", "--quiet=2"], { env });
    await mustRun(install, { env });
  } finally {
    allowServices();
  }
}

/**
 * Debian starts a server when it installs one. The tests start their own: nobody asked for an ssh server on port 22.
 *
 * @returns {() => void} takes it back
 */
function denyServices() {
  const policy = "/usr/sbin/policy-rc.d";
  try {
    writeFileSync(policy, "#!/bin/sh\n# Of pdm's tests, while they install packages; remove it.\nexit 101\n", {
      flag: "wx",
      mode: 0o755,
    });
  } catch (error) {
    // The machine has a policy of its own, which holds.
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return () => {};
    throw error;
  }
  return () => rmSync(policy);
}
