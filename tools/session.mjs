// What a user would do with the running shop, shown with the commands typed and what came back.
import { ROOT, mustRun } from "./command.mjs";
import { readFileSync } from "node:fs";
import path from "node:path";

/** @import { ShopProcess } from "./shop-process.mjs" */

/** Typed in the REPL, one after the other. */
const COMMANDS = [
  "process.version",
  'const { shop } = await import("./shop.js")',
  'shop.catalogue.get("tea")',
  'const order = await shop.orders.place("ada", [{ product: "tea", quantity: 2 }])',
  "order.totalCents / 100",
  'shop.catalogue.get("tea").stock',
];

/**
 * @param {ShopProcess} shop
 * @param {string} ready the line that it printed
 * @throws {Error} where something did not work, after what did
 */
export async function showSession(shop, ready) {
  show(`npm run -s shop -- --listen ${shop.spec} --http 0`, `${ready}\n`);

  console.log(`$ pdm-repl ${shop.spec}`);
  // Not before the packages are built can it be loaded.
  const { connectRepl } = await import("pdm/client");
  const repl = await connectRepl(shop.spec);
  try {
    for (const command of COMMANDS) {
      const { output, threw } = await repl.run(command);
      console.log(`% ${[command, ...output].join("\n")}`);
      if (threw) throw new Error("That command should not have thrown.");
    }
  } finally {
    repl.close();
  }
  console.log("");

  const code = '(await import("./shop.js")).shop.orders.count';
  const program = path.join(ROOT, "packages/pdm/dist/pdm-repl.js");
  show(`pdm-repl ${shop.spec} -e '${code}'`, await mustRun([process.execPath, program, shop.spec, "-e", code]));

  const script = "examples/shop/statistics.mjs";
  show(`cat ${script}`, readFileSync(path.join(ROOT, script), "utf8"));
  show(`node ${script} ${shop.spec}`, await mustRun([process.execPath, script, shop.spec]));
}

/**
 * @param {string} command
 * @param {string} output
 */
function show(command, output) {
  console.log(`$ ${command}\n${output}`);
}
