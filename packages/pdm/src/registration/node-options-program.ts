import { VERSION } from "../version.js";
import { registrationOptions } from "./node-options.js";

const USAGE = `Usage: pdm-node-options
Prints what to put into NODE_OPTIONS so that every Node.js program that is started with it
can be managed, in whatever folder it starts:

  NODE_OPTIONS="$(npx pdm-node-options)" node app.js

  -h, --help     print this and end
      --version  print the version and end
`;

/**
 * The program `pdm-node-options`.
 *
 * @param args what follows the program's name
 * @param registerUrl the URL of the file `register.js`
 * @returns the exit status
 */
export function runNodeOptions(args: readonly string[], registerUrl: string): number {
  const [option, second] = args;
  const texts: Readonly<Record<string, string>> = { "-h": USAGE, "--help": USAGE, "--version": `${VERSION}\n` };
  const text = option === undefined ? `${registrationOptions(registerUrl)}\n` : texts[option];
  if (text === undefined || second !== undefined) {
    process.stderr.write(`pdm-node-options: it takes no arguments\n${USAGE}`);
    return 1;
  }
  process.stdout.write(text);
  return 0;
}
