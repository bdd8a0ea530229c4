/** Node.js programs that do nothing but start others: the address is meant for those. By the names of their scripts, without an extension. */
const LAUNCHERS: ReadonlySet<string> = new Set([
  "corepack",
  "npm",
  "npm-cli",
  "npx",
  "npx-cli",
  "pnpm",
  "pnpx",
  "yarn",
  "yarnpkg",
]);

/** Whether the main script is a package manager's, as in `npm start`. */
export function isLauncher(script: string | undefined): boolean {
  const [, name = ""] = /([^/\\]+?)(?:\.[cm]?js)?$/.exec(script ?? "") ?? [];
  return LAUNCHERS.has(name);
}
