/**
 * A cluster's primary with one worker, which listens on each spec of the arguments. To the parent process (`fork`) it says
 * what each came to, `{ throughPrimary }` when the worker has it bind something, and `{ ended }`; a message kills the worker.
 */
import cluster from "node:cluster";
import { parseListenSpec } from "../../src/transport/listen-spec.js";
import { openListener } from "../../src/transport/listener.js";

export type PrimaryReport =
  | { readonly opened: string; readonly pid: number }
  | { readonly failed: string }
  | { readonly throughPrimary: unknown }
  | { readonly ended: true };

if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.on("listening", (address) => process.send?.({ throughPrimary: address }));
  worker.on("message", (message: PrimaryReport) => process.send?.(message));
  worker.on("exit", () => process.send?.({ ended: true }));
  process.once("message", () => worker.process.kill("SIGKILL"));
} else {
  for (const spec of process.argv.slice(2)) {
    try {
      const listener = await openListener(parseListenSpec(spec), {
        onSocket: (socket) => socket.on("error", () => undefined).end(`${process.pid}\n`),
        onError: (error) => console.error(error),
      });
      process.send?.({ opened: listener.spec, pid: process.pid });
    } catch (error) {
      process.send?.({ failed: (error as { code: string }).code });
    }
  }
}
