// A service for the tests in tmux: node shop-daemon.js FOLDER. It listens on FOLDER/shop.sock as the README has it, and on sockets for
// others; its standard output says `ready` then, and `running` whenever the function of that name is called.
import { once } from "node:events";
import { writeSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { EventChannel, expose, listen, StaticDirectory, ValueAttribute } from "../../src/index.js";
import { Cart } from "./shop-cart.js";

const [, , folder = ""] = process.argv;
const WORKER = new URL("../fixtures/worker-thread.js", import.meta.url);

/** Signals that reached the service's own handler. */
let sigints = 0;
process.on("SIGINT", () => (sigints += 1));

/** Turns of the service's own clock: it goes on. */
let ticks = 0;
const cart = new Cart();
setInterval(() => {
  ticks += 1;
  cart.add("tea", 2);
}, 20);

let openOrders = 3;
const open = { read: () => openOrders, write: (count: number) => (openOrders = count) };
const shipped = new EventChannel();
expose("shop.orders", {
  statistics: new StaticDirectory({ req: new ValueAttribute(7, "Requests so far."), open }),
  shipped,
});

Object.assign(globalThis, {
  cart,
  /** Tells the test that a command has come to here, even if it never lets the event loop run. */
  running: () => writeSync(1, "running\n"),
  /** What a service does, in its own time. */
  report: () => setTimeout(() => console.log("order 7 is shipped"), 1),
  /** Starts a worker thread beside the one that is there always. */
  startWorker: async () => {
    const started = new Worker(WORKER);
    await once(started, "message");
    Object.assign(globalThis, { endWorker: () => started.terminate() });
    return started.threadId;
  },
  state: () => ({ sigints, isAlive: ticks > 0 }),
  waitForTicks: async (count: number) => {
    const until = ticks + count;
    while (ticks < until) await new Promise((resolve) => setTimeout(resolve, 5));
    return "ticking";
  },
});

const worker = new Worker(WORKER);
worker.once("message", () => void begin());

async function begin(): Promise<void> {
  await listen(path.join(folder, "shop.sock"));
  await listen(path.join(folder, "look.sock"), { role: "viewer", rights: ["inspect"] });
  await listen(path.join(folder, "blind.sock"), { role: "operator", rights: ["repl"] });
  process.stdin.on("data", () => {}).on("end", () => process.exit());
  console.log("ready");
}
