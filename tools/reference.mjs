// npm run reference: writes the parts of docs/rpc.md anew that come from the descriptors in packages/pdm/src/rpc.
import "./node-version.mjs";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { mustRun, ROOT, runTool } from "./command.mjs";

const PAGE = path.join(ROOT, "docs", "rpc.md");

await runTool(async () => {
  await mustRun([process.execPath, "tools/build.mjs", "tests"]);
  const { renderReference, replaceParts } = await import(
    new URL("../packages/pdm/.build/test/rpc/reference.js", import.meta.url).href
  );
  writeFileSync(PAGE, replaceParts(readFileSync(PAGE, "utf8"), renderReference()));
});
