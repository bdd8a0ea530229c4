// npm run check: the steps of checks.mjs.
import "./node-version.mjs";
import { runChecks } from "./checks.mjs";
import { runTool } from "./command.mjs";
import { installPackages } from "./install.mjs";
import { Tallies } from "./tally.mjs";

await runTool(async () => {
  await installPackages();
  const tallies = new Tallies();
  tallies.add("check", await runChecks());
  return tallies.finish(true);
});
