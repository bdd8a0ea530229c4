// Subscribes on many connections, and has the service send events, so many at a time that none is lost.
import { serveControl } from "./control.mjs";
import { isWhole, makePerfRequest } from "./perf-request.mjs";
import { openPerfSocket } from "./raw-socket.mjs";
import { repeat } from "./repeat.mjs";

/** @import { RawSocket } from "./raw-socket.mjs" */

/** Events that the service is asked for at a time: one request for so many costs little beside them. */
const BATCH_EVENTS = 64;

const NOTIFY = makePerfRequest("invoke", 1, "notify", [BATCH_EVENTS], {});
const NOTIFY_ONCE = makePerfRequest("invoke", 1, "notify", [1], {});

/** @type {RawSocket} */
let source;
/** @type {RawSocket[]} */
let subscribers;
let eventBytes = 0;
let replyBytes = 0;

serveControl({
  /** @param {{ path: string, subscribers: number }} options */
  async start(options) {
    source = await openPerfSocket({ path: options.path });
    await source.ask(makePerfRequest("bind", 1, "bench", "source"), isWhole);
    subscribers = await Promise.all(Array.from({ length: options.subscribers }, () => subscribe(options.path)));
    const events = subscribers.map((subscriber) => subscriber.ask("", isWhole));
    replyBytes = (await source.ask(NOTIFY_ONCE, isWhole)).length;
    eventBytes = (await Promise.all(events))[0]?.length ?? 0;
  },

  /** @param {number} durationMs */
  run: (durationMs) => repeat(durationMs, BATCH_EVENTS, takeBatch),
});

/** @param {string} path */
async function subscribe(path) {
  const subscriber = await openPerfSocket({ path });
  await subscriber.ask(makePerfRequest("bind", 1, "bench", "orders"), isWhole);
  await subscriber.ask(makePerfRequest("subs", 1), isWhole);
  return subscriber;
}

/** @param {() => void} done */
function takeBatch(done) {
  let waiting = 1 + subscribers.length;
  const finish = () => {
    waiting -= 1;
    if (waiting === 0) done();
  };
  for (const subscriber of subscribers) subscriber.expect(BATCH_EVENTS * eventBytes, finish);
  source.expect(replyBytes, finish);
  source.socket.write(NOTIFY);
}
