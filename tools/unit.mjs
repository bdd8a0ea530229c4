// Runs the tests on this Node, or on the one given by --node PATH; other arguments choose test files by a part of their path.
// Build them first: node tools/build.mjs tests
import "./node-version.mjs";
import { parseArgs } from "node:util";
import { runTool } from "./command.mjs";
import { Tallies } from "./tally.mjs";
import { runTests } from "./test-run.mjs";

await runTool(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { node: { type: "string" } } });
  const tallies = new Tallies();
  tallies.add(
    "tests",
    await runTests({ parts: positionals, ...(values.node === undefined ? {} : { node: values.node }) }),
  );
  return tallies.finish(process.env["CI"] === undefined);
});
