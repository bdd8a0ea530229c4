import { listen } from "pdm";
import type { Listener } from "pdm";
import { parseCommandLine, USAGE } from "./command-line.js";
import type { CommandLine } from "./command-line.js";
import { exposeShop } from "./management.js";
import { shop } from "./shop.js";

const listeners: Listener[] = [];

async function start({ specs, port }: CommandLine): Promise<void> {
  exposeShop(shop);
  const wanted = specs.length === 0 ? [undefined] : specs;
  for (const spec of wanted) listeners.push(await listen(spec, { name: "shop" }));
  const url = await shop.open(port);
  console.log(["shop", url, ...listeners.map(({ spec }) => spec)].join(" "));
}

async function stop(): Promise<void> {
  await Promise.all([shop.close(), ...listeners.map((listener) => listener.close())]);
}

function fail(error: unknown): void {
  console.error(`shop: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function run(args: readonly string[]): void {
  let commandLine: CommandLine;
  try {
    commandLine = parseCommandLine(args);
  } catch (error) {
    fail(error);
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const starting = start(commandLine);
  let ending: Promise<void> | undefined;
  const end = (): void => {
    ending ??= starting.catch(fail).then(stop).catch(fail);
    // Else the channel keeps the process alive.
    if (process.connected) process.disconnect();
  };
  starting.catch(end);
  // Again and again: npm passes on the Ctrl-C that the shop got from the terminal too.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
  // Started by a program with a channel to it, the shop ends with that program, however that ended.
  if (process.connected) process.once("disconnect", end);
}

run(process.argv.slice(2));
