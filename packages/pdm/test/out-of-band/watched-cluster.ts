/**
 * A cluster of two workers, each with a watchdog in the folder that is the argument; the first one loops until `globalThis.isOver`, and then tells. Ends when its
 * parent says so.
 */
import cluster from "node:cluster";
import { once } from "node:events";
import path from "node:path";
import { listen } from "../../src/index.js";

const [, , folder = ""] = process.argv;

function spinInWorker(): void {
  while ((globalThis as { isOver?: boolean }).isOver !== true);
}

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  await Promise.all(workers.map((worker) => once(worker, "message")));
  workers[0]?.send("loop");
  workers[0]?.once("message", () => process.send?.("over"));
  process.once("message", () => {
    for (const worker of workers) worker.kill("SIGKILL");
    process.disconnect();
  });
  process.send?.("ready");
} else {
  await listen(path.join(folder, `app-${cluster.worker?.id}.sock`), { watchdog: { blockedMs: 400 } });
  process.once("message", () => {
    spinInWorker();
    process.send?.("over");
  });
  process.send?.("ready");
}
