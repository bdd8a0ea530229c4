// Sends back what comes, chunk by chunk: what any protocol over a socket costs at the least.
import { once } from "node:events";
import { createServer } from "node:net";
import { serveControl } from "./control.mjs";

serveControl({
  /** @param {{ path: string }} options */
  async start({ path }) {
    const server = createServer((socket) => {
      socket.on("data", (chunk) => socket.write(chunk));
      socket.on("error", () => undefined);
    });
    await once(server.listen(path), "listening");
  },
});
