import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { splitOptions } from "../option-words.js";

const BARE = "pdm/register";

/** Options of Node's that load a module first; `true` where they take a URL, else a path. */
const LOADING: Readonly<Record<string, boolean>> = { "--import": true, "--require": false, "-r": false };

/**
 * What to put into `NODE_OPTIONS` to have every Node.js process load this very copy, in whatever folder it starts. A URL has neither
 * white space nor quotes, so none are needed around it.
 *
 * @param registerUrl the URL of the file `register.js`
 */
export function registrationOptions(registerUrl: string): string {
  return `--import=${registerUrl}`;
}

/**
 * Has the children of this process find the module, also those that start in another folder, where a bare `pdm/register` kills them: in `NODE_OPTIONS`, and in
 * `process.execArgv`, which `fork` passes on, it becomes this copy's address. Nothing else is changed there. Where this copy is no
 * file of that name, as in an application's bundle, nothing is.
 *
 * @param registerUrl the URL of the module that runs
 */
export function passOnRegistration(registerUrl: string): void {
  const url = findRegisterFile(registerUrl);
  if (url === undefined) return;
  const { env, execArgv } = process;
  const options = env["NODE_OPTIONS"];
  if (options?.includes(BARE) === true) env["NODE_OPTIONS"] = replaceInOptions(options, url);
  for (const [index, replacement] of findReplacements(execArgv, url)) execArgv[index] = replacement;
}

function findRegisterFile(registerUrl: string): string | undefined {
  try {
    const url = new URL("./register.js", registerUrl).href;
    return existsSync(fileURLToPath(url)) ? url : undefined;
  } catch {
    return undefined;
  }
}

/** The text of `NODE_OPTIONS` with the bare name in it replaced, however it is written. */
export function replaceInOptions(text: string, registerUrl: string): string {
  const parts = splitOptions(text);
  let replaced = text;
  const values = parts.map(({ value }) => value);
  // From the end, since places before it stay what they are.
  for (const [index, replacement] of findReplacements(values, registerUrl).toReversed()) {
    const { start, end } = parts[index] ?? { start: 0, end: 0 };
    replaced = replaced.slice(0, start) + quote(replacement) + replaced.slice(end);
  }
  return replaced;
}

/** The arguments that name the module, with what they become. */
function findReplacements(args: readonly string[], registerUrl: string): [index: number, replacement: string][] {
  return args.flatMap((arg, index): [number, string][] => {
    const [, inline] = /^(--\w+)=/.exec(arg) ?? [];
    const option = inline ?? args[index - 1] ?? "";
    const takesUrl = LOADING[option];
    if (takesUrl === undefined || arg !== (inline === undefined ? BARE : `${inline}=${BARE}`)) return [];
    const target = takesUrl ? registerUrl : fileURLToPath(registerUrl);
    return [[index, inline === undefined ? target : `${inline}=${target}`]];
  });
}

function quote(value: string): string {
  return /[" ]/.test(value) ? `"${value.replaceAll(/["\\]/g, "\\$&")}"` : value;
}
