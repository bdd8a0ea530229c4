import assert from "node:assert/strict";
import { Agent, get } from "node:http";
import { test } from "node:test";
import { attach } from "../../src/attach.js";
import { ServingProcess } from "./serving-process.js";

const ROUNDS = 100;
/** Rounds after which what is loaded and compiled once has been. */
const FIRST_ROUNDS = 10;
const CLIENTS = 8;

/** Half of what a copy of the loaded text takes in the process; so that one in ten rounds would be seen. */
const ALLOWED_BYTES = 1_500_000;

/** What the process holds, when all that can be freed was. */
interface Held {
  readonly heapBytes: number;
  readonly descriptors: number;
  readonly listeners: number;
  /** Whether Node's queue of ticks still runs, which code in between two steps of Node's can break. */
  readonly ticks: boolean;
}

const PRELUDE = `
globalThis.answer = (path) => {
  process.nextTick(() => { globalThis.ticks = true; });
  if (path !== "/held") return "served";
  gc();
  const held = {
    heapBytes: process.memoryUsage().heapUsed,
    descriptors: require("node:fs").readdirSync("/proc/self/fd").length,
    listeners: process.listenerCount("exit") + process.listenerCount("warning"),
    ticks: globalThis.ticks === true,
  };
  globalThis.ticks = false;
  return JSON.stringify(held);
};
`;

function ask(port: number, path: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(text));
      response.on("error", reject);
    }).on("error", reject);
  });
}

test("attaching and detaching 100 times costs a serving process no request, and no memory beyond the first", async () => {
  using server = await ServingProcess.start(PRELUDE, { flags: ["--expose-gc"] });
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS + 1 });
  let served = 0;
  let isDone = false;
  const load = Array.from({ length: CLIENTS }, async () => {
    while (!isDone) {
      assert.equal(await ask(server.port, "/", agent), "served");
      served += 1;
    }
  });
  const readHeld = async (): Promise<Held> => JSON.parse(await ask(server.port, "/held", agent)) as Held;

  let first: Held | undefined;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = served;
    const attached = await attach(server.pid, { consent: true });
    assert.deepEqual([attached.origin, attached.inspector], ["attached", "closed"]);
    await attached.detach();
    while (served === before) await ask(server.port, "/", agent);
    if (round === FIRST_ROUNDS) first = await readHeld();
  }
  const last = await readHeld();
  isDone = true;
  await Promise.all(load);
  agent.destroy();

  assert.ok(first !== undefined);
  assert.ok(last.ticks, "process.nextTick runs nothing any more");
  assert.deepEqual([last.descriptors, last.listeners], [first.descriptors, first.listeners]);
  const grownBytes = last.heapBytes - first.heapBytes;
  assert.ok(grownBytes < ALLOWED_BYTES, `${grownBytes} bytes more in ${ROUNDS - FIRST_ROUNDS} rounds`);
});
