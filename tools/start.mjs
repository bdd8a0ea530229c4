// npm start: the example shop with a REPL inside it; where there is no terminal, a short session. In a fresh clone it
// installs and builds first. It leaves nothing running and nothing on the disk but that.
import "./node-version.mjs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mustRun, ROOT, runTool } from "./command.mjs";
import { installPackages } from "./install.mjs";
import { showSession } from "./session.mjs";
import { ShopProcess } from "./shop-process.mjs";

/** Exit status by the signal that ended this, as a shell has it. */
const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

await runTool(async () => {
  await installPackages();
  await mustRun([process.execPath, "tools/build.mjs", "--if-needed"]);
  const shop = new ShopProcess();
  try {
    return await Promise.race([untilSignal(process.stdin.isTTY && process.stdout.isTTY), show(shop)]);
  } finally {
    await shop.end();
  }
});

/** @param {ShopProcess} shop */
async function show(shop) {
  const ready = await shop.ready();
  if (process.stdin.isTTY && process.stdout.isTTY) return openRepl(shop, ready);
  return showSession(shop, ready);
}

/**
 * @param {ShopProcess} shop
 * @param {string} ready
 * @returns {Promise<number>} the REPL's exit status
 */
async function openRepl(shop, ready) {
  console.log(`${ready}
Here is a REPL inside the shop: the next prompt is the running service. Try
  const { shop } = await import("./shop.js")
  shop.catalogue.get("tea")
Ctrl-D leaves, and closes the shop.`);
  const repl = spawn(process.execPath, ["packages/pdm/dist/pdm-repl.js", shop.spec], { cwd: ROOT, stdio: "inherit" });
  const [status] = await once(repl, "exit");
  return status ?? 1;
}

/**
 * Resolves with the exit status when a signal asks this to end.
 *
 * @param {boolean} isTerminal whether Ctrl-C is for the REPL, which gets it too and drops the line
 * @returns {Promise<number>}
 */
function untilSignal(isTerminal) {
  return new Promise((resolve) => {
    for (const [signal, status] of Object.entries(STATUS)) {
      process.on(signal, () => {
        if (signal !== "SIGINT" || !isTerminal) resolve(status);
      });
    }
  });
}
