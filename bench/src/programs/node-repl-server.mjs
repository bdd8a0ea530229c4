// Node's own REPL on a socket, as its documentation has it: all defaults but for what a socket is not, a terminal.
import { once } from "node:events";
import { createServer } from "node:net";
import { start } from "node:repl";
import { serveControl } from "./control.mjs";

serveControl({
  /** @param {{ path: string }} options */
  async start({ path }) {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      const repl = start({ input: socket, output: socket, terminal: false, useGlobal: false });
      repl.on("exit", () => socket.end());
    });
    await once(server.listen(path), "listening");
  },
});
