import { ignoreRejection } from "../engine/promise.js";
import { formatValue } from "../engine/value-text.js";
import type { Variables } from "../engine/variables.js";
import { createModules } from "./modules.js";
import { createObjectTree } from "./object-tree.js";
import { readRunningStack } from "./running-stack.js";
import type { RunningStack } from "./running-stack.js";
import { createSessionConsole } from "./session-console.js";
import { openTaps } from "./taps.js";
import { timeRuns } from "./timing.js";
import { showHelp } from "./tool.js";
import type { ToolHelp, ToolHost } from "./tool.js";
import { createWatch } from "./watch.js";

export type { ToolHelp, ToolHost } from "./tool.js";
export { needsModules, prepareModules } from "./modules.js";

const HELP = {
  console: {
    name: "console",
    usage: "console.log(…values)",
    summary:
      "A console of this session's own: log, error, table, dir, time and so on print here, not in the service's log.",
    example: "console.table(orders)",
  },
  echo: {
    name: "echo",
    usage: "echo(…values)",
    summary: "Prints values as the REPL prints results.",
    example: "for (const order of orders) echo(order.id)",
  },
  tap: {
    name: "tap",
    usage: "tap(value)",
    summary: "Sends a value to everybody who listens to the event pdm.taps, and gives it back.",
    example: "orders.filter((order) => tap(order).total > 100)",
  },
  ask: {
    name: "ask",
    usage: "await ask(question)",
    summary: "Asks you, and gives your answer as text.",
    example: 'const name = await ask("Whose orders? ")',
  },
  pdm: {
    name: "pdm",
    usage: "pdm.MODULE.OBJECT",
    summary:
      "The objects that the service has declared: attributes are values, and written by assignment, operations functions, events have .on() and .next().",
    example: "pdm.shop.orders.statistics.req",
  },
  modules: {
    name: "$modules",
    usage: "$modules[NAME]",
    summary:
      "The live exports of every loaded module, CommonJS and ES; a part of the name will do where it fits only one.",
    example: '$modules["./orders.mjs"]',
  },
  stack: {
    name: "$stack",
    usage: "$stack()",
    summary: "The calls that led to here, with their places in the source, and what keeps the process waiting.",
    example: 'shop.on("order", () => echo($stack()))',
  },
  time: {
    name: "$time",
    usage: "$time(run, { runs = 1 })",
    summary: "Calls a function, asynchronous ones too, and says how long it takes: least, median, most.",
    example: "$time(() => search(index), { runs: 100 })",
  },
  watch: {
    name: "$watch",
    usage: "$watch(object, method, { limit = 10 })",
    summary:
      "Prints each call of a method, an accessor or a constructor, with arguments, result or error, and time. Ends with its limit, .stop(), or the session.",
    example: '$watch(Cart.prototype, "total", { limit: 5 })',
  },
} as const satisfies Readonly<Record<string, ToolHelp>>;

/** What is in the scope of each session besides the language's own. */
export const TOOLS: readonly ToolHelp[] = Object.freeze(Object.values(HELP));

/** Puts the tools into a session's scope. A client may declare each name anew. */
export function installTools(variables: Variables, host: ToolHost): void {
  variables.defineLazy("console", () => createSessionConsole(host));
  variables.define("echo", showHelp(createEcho(host), HELP.echo));
  const taps = openTaps();
  const tap = <T>(value: T): T => {
    taps.notify(value);
    return value;
  };
  variables.define("tap", showHelp(tap, HELP.tap));
  const ask = (question: unknown = ""): Promise<string> => {
    const answer = host.ask(String(question));
    ignoreRejection(answer);
    return answer;
  };
  variables.define("ask", showHelp(ask, HELP.ask));
  variables.defineLazy("pdm", () => createObjectTree(host));
  variables.defineLazy("$modules", createModules);
  const stack = (): RunningStack => readRunningStack(stack);
  variables.define("$stack", showHelp(stack, HELP.stack));
  variables.define("$time", showHelp(timeRuns, HELP.time));
  variables.defineLazy("$watch", () => showHelp(createWatch(host), HELP.watch));
}

function createEcho(host: ToolHost): (...values: unknown[]) => void {
  return (...values) => {
    for (const value of values) {
      ignoreRejection(value);
      host.print("stdout", `${host.correct(formatValue(value).text)}\n`);
    }
  };
}
