/** A cluster of two workers, each with a watchdog in the folder that is the argument; the first one loops until `globalThis.isOver`. */
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
  const ended = once(workers[0] ?? cluster, "exit");
  workers[0]?.send("loop");
  process.send?.("ready");
  await ended;
  workers[1]?.kill();
  process.disconnect();
} else {
  await listen(path.join(folder, `app-${cluster.worker?.id}.sock`), { watchdog: { blockedMs: 400 } });
  process.once("message", () => {
    spinInWorker();
    process.exit(0);
  });
  process.send?.("ready");
}
