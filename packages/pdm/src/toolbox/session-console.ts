import { Console } from "node:console";
import { Writable } from "node:stream";
import type { ToolHost } from "./tool.js";

/**
 * A console whose text goes to the session. The daemon's own console stays what it is: code of the daemon that a command calls
 * prints where it always does.
 */
export function createSessionConsole(host: ToolHost): Console {
  return new Console({
    stdout: createStream(host, "stdout"),
    stderr: createStream(host, "stderr"),
    // The client decides on colours, and text that was printed cannot be asked.
    colorMode: false,
  });
}

function createStream(host: ToolHost, stream: "stdout" | "stderr"): Writable {
  return new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      host.print(stream, typeof chunk === "string" ? chunk : chunk.toString());
      done();
    },
  });
}
