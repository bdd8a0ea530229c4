// npm run matrix: the tests on the other versions of Node. Arguments choose test files by a part of their path.
import "./node-version.mjs";
import { mustRun, runTool } from "./command.mjs";
import { installPackages, installPrograms } from "./install.mjs";
import { runMatrix } from "./matrix-run.mjs";
import { Tallies } from "./tally.mjs";

await runTool(async () => {
  await installPrograms();
  await installPackages();
  await mustRun([process.execPath, "tools/build.mjs", "--if-needed"]);
  await mustRun([process.execPath, "tools/build.mjs", "tests"]);
  const tallies = new Tallies();
  await runMatrix(tallies, process.argv.slice(2));
  return tallies.finish(process.env["CI"] === undefined);
});
