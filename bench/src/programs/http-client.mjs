// Requests over a few connections that are kept, one at a time on each. It may also subscribe to the events about them, or open a REPL.
import { connect } from "pdm/client";
import { serveControl } from "./control.mjs";
import { RawSocket } from "./raw-socket.mjs";
import { repeat } from "./repeat.mjs";

const CONNECTIONS = 8;

const REQUEST = Buffer.from(
  ["GET /products/tea HTTP/1.1", "Host: shop.example", "Accept: application/json", "User-Agent: bench", "", ""].join(
    "\r\n",
  ),
);

/** @typedef {"not interruptible" | "interruptible"} ReplWish */

/** @type {readonly { raw: RawSocket, replyBytes: number }[]} */
let connections;
/** Events that came since the last look; undefined where nothing is subscribed to. @type {number | undefined} */
let events;

serveControl({
  /** @param {{ port: number, path: string, subscribes?: boolean, repl?: ReplWish }} options */
  async start({ port, path, subscribes = false, repl }) {
    if (subscribes) await subscribe(path);
    if (repl !== undefined) await openRepl(path, repl);
    connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(port)));
  },

  /** @param {number} durationMs */
  async run(durationMs) {
    const works = await Promise.all(
      connections.map(({ raw, replyBytes }) =>
        repeat(durationMs, 1, (done) => {
          raw.expect(replyBytes, done);
          raw.socket.write(REQUEST);
        }),
      ),
    );
    if (events === 0) throw new Error("no event came about these requests");
    events &&= 0;
    return {
      operations: works.reduce((sum, { operations }) => sum + operations, 0),
      elapsedMs: Math.max(...works.map(({ elapsedMs }) => elapsedMs)),
    };
  },
});

/** @param {number} port */
async function openConnection(port) {
  const raw = await RawSocket.open({ port, host: "127.0.0.1" });
  // All replies are of one length: the date's is fixed.
  const reply = await raw.ask(REQUEST, (bytes) => isWholeResponse(bytes.toString("latin1")));
  if (!reply.toString("latin1").startsWith("HTTP/1.1 200 ")) throw new Error(`the server replied ${reply.toString()}`);
  return { raw, replyBytes: reply.length };
}

/** @param {string} text */
function isWholeResponse(text) {
  const [, length] = /^content-length: (\d+)\r$/imu.exec(text) ?? [];
  const body = text.indexOf("\r\n\r\n") + 4;
  return length !== undefined && text.length === body + Number(length);
}

/** @param {string} path */
async function subscribe(path) {
  const client = await connect(path);
  const requests = await client.find("pdm.http.requests");
  events = 0;
  void take(await requests.subscribe());
}

/** @param {string} path @param {ReplWish} wish */
async function openRepl(path, wish) {
  const client = await connect(path);
  const interruptible = wish === "interruptible";
  const session = await client.openRepl({ interruptible });
  if (interruptible && session.interruptReason !== undefined) throw new Error(session.interruptReason);
  // What is loaded for the first command is part of it.
  await session.evaluate("1+1");
}

/** @param {AsyncIterable<unknown>} stream */
async function take(stream) {
  for await (const _ of stream) events = (events ?? 0) + 1;
}
