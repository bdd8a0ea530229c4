// npm run -s shop -- --listen SPEC --http PORT: builds what is outdated, quietly, and then is the example shop.
// The script in package.json begins with `exec`: a shell between npm and this process would not pass on a signal. Windows
// has no such thing; there it is `node tools/shop.mjs --listen SPEC --http PORT`.
import "./node-version.mjs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { mustRun, ROOT, runTool } from "./command.mjs";
import { installPackages } from "./install.mjs";

await runTool(async () => {
  await installPackages();
  await mustRun([process.execPath, "tools/build.mjs", "--if-needed"]);
});
if (process.exitCode === 0) {
  // In this process, as if Node had been started with it: no signal and no exit status can get lost between two.
  const main = path.join(ROOT, "examples", "shop", "dist", "main.js");
  process.argv[1] = main;
  process.exitCode = undefined;
  await import(pathToFileURL(main).href);
}
