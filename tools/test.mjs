// npm test: the checks and the tests on this Node; with CI set, or with `npm test -- --matrix`, on the other versions too.
// In a fresh clone it installs what is missing first. Its last line says how many passed and failed, over all.
import "./node-version.mjs";
import { parseArgs } from "node:util";
import { runChecks } from "./checks.mjs";
import { mustRun, runTool } from "./command.mjs";
import { installPackages, installPrograms } from "./install.mjs";
import { runMatrix } from "./matrix-run.mjs";
import { Tallies } from "./tally.mjs";
import { runTests } from "./test-run.mjs";

await runTool(async () => {
  const { values } = parseArgs({ options: { matrix: { type: "boolean" } } });
  const isCi = process.env["CI"] !== undefined;
  await installPrograms();
  await installPackages();

  const tallies = new Tallies();
  tallies.add("check", await runChecks());
  await mustRun([process.execPath, "tools/build.mjs", "tests"]);
  console.log(`\nTests on Node ${process.version}`);
  tallies.add(`Node ${process.version}`, await runTests({}));
  if (isCi || values.matrix === true) await runMatrix(tallies);
  return tallies.finish(!isCi);
});
