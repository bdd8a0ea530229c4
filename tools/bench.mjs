// npm run bench: what pdm costs, measured on the build that is published; -- --help says more. In a fresh clone it installs
// and builds first.
import "./node-version.mjs";
import { runBench } from "../bench/src/bench.mjs";
import { CommandLineError, parseCommandLine, USAGE } from "../bench/src/command-line.mjs";
import { mustRun, runTool } from "./command.mjs";
import { installPackages } from "./install.mjs";

/** @import { CommandLine } from "../bench/src/command-line.mjs" */

await runTool(async () => {
  const args = process.argv.slice(2);
  /** @type {CommandLine} */
  let options;
  try {
    options = parseCommandLine(args);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  await installPackages();
  await mustRun([process.execPath, "tools/build.mjs", "--if-needed"]);
  return runBench(options, ["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" "));
});
