// Other versions of Node, for the tests: npm packages, one a platform, kept out of the ordinary installation.
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { mustRun, npm, ROOT, run, ToolError } from "./command.mjs";

/** The versions that the tests run on besides the oldest, which is the one to develop with. */
export const MATRIX = [22, 24, 26];

/**
 * Brings the newest Node of a major version, as it is in the registry now; without a network the one that was brought before.
 *
 * @param {number} major
 * @returns {Promise<{ node: string, version: string }>} the program's path
 * @throws {ToolError} where there is none
 */
export async function installNode(major) {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = path.join(ROOT, ".cache", "node", String(major));
  const node = path.join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  mkdirSync(folder, { recursive: true });
  const install = [...npm(), "install", "--no-save", "--no-package-lock", "--loglevel=error", "--no-progress"];
  const { status, output } = await run([...install, "--prefix", folder, `${name}@${major}`], {
    env: plainEnvironment(),
  });
  if (status !== 0 && !existsSync(node)) throw new ToolError(`Node ${major} could not be installed:\n${output}`);
  return { node, version: (await mustRun([node, "--version"])).trim() };
}

/** An npm within an npm would take the outer one's settings, its prefix among them. */
function plainEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?:config_(?:local_)?prefix|package|lifecycle)/iu.test(name)),
  );
}
