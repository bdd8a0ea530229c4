import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DaemonProcess } from "../fixtures/daemon-process.js";
import type { DaemonMemory } from "../fixtures/daemon.js";
import { LineClient } from "../rpc/line-client.js";

/** What all connections together may hold, here. */
const TOTAL_BYTES = 33_554_432;
const LIMITS = { closeGraceMs: 100, requestTimeoutMs: 2_000, totalBytes: TOTAL_BYTES };

const request = (id: unknown, method: string, params: object = {}): string =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;

/** So many requests in one text, each made from its number. */
const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join("");

interface Greed {
  readonly clients: number;
  /** What each does to hold, or to keep the daemon busy with, as much as it may. */
  readonly act: (client: LineClient, index: number) => void;
  /** Whether what was called goes on when the client has gone, with its arguments. */
  readonly goesOn?: boolean;
}

const GREEDY: Readonly<Record<string, Greed>> = {
  "streams that are never granted anything": {
    clients: 20,
    act: (client) => {
      client.raw.write(
        many(100, (id) => request(id, "invoke", { name: "test.methods", operation: "stream", args: [1_000_000] })),
      );
    },
  },
  "streams with all credit that nobody reads": {
    clients: 10,
    act: (client) => {
      client.raw.socket.pause();
      client.raw.write(
        many(64, (id) =>
          request(id, "invoke", { name: "test.methods", operation: "stream", args: [100_000], credit: 2 ** 40 }),
        ),
      );
    },
  },
  "uploads that are never ended, filled with what takes much memory": {
    clients: 4,
    act: (client) => {
      const piece = `[${"[],".repeat(20_000)}0]`;
      for (let id = 1; id <= 10; id++) {
        client.raw.write(
          request(id, "invoke", { name: "test.methods", operation: "hold", args: [{ $stream: id }] }) +
            `{"jsonrpc":"2.0","method":"stream.data","params":{"stream":${id},"data":${piece}}}\n`.repeat(3),
        );
      }
    },
  },
  "ten thousand subscriptions": {
    clients: 1,
    act: (client) => {
      client.raw.write(many(10_000, (id) => request(id, "subscribe", { name: "test.happened", minIntervalMs: 1 })));
    },
  },
  "samplings of everything as often as it goes": {
    clients: 3,
    act: (client) => {
      client.raw.socket.pause();
      client.raw.write(many(20, (id) => request(id, "sample", { names: "test.sources/**", everyMs: 1 })));
      client.raw.write(
        many(256, (id) => request(id, "sample", { names: ["test.number", "test.counter"], everyMs: 1 })),
      );
    },
  },
  "the whole tree described in a loop": {
    clients: 100,
    act: (client) => {
      client.raw.write(many(2, (id) => request(id, "describe")));
    },
  },
  "300 descriptions in one segment": {
    clients: 1,
    act: (client) => client.raw.write(many(300, (id) => request(id, "describe"))),
  },
  "large values that nobody reads": {
    clients: 8,
    act: (client) => {
      client.raw.socket.pause();
      client.raw.write(many(2, (id) => request(id, "readMany", { names: ["test.big"] })));
    },
  },
  "the rests of many large values": {
    clients: 4,
    act: (client) => {
      client.raw.write(many(10, (id) => request(id, "read", { name: "test.big", limits: { bytes: 512 } })));
    },
  },
  "lines that never end": {
    clients: 50,
    act: (client) => client.raw.write("x".repeat(1_000_000)),
  },
  "events that are wanted and not read, with many of whom only the latest": {
    clients: 5,
    act: (client) => {
      client.raw.socket.pause();
      client.raw.write(
        many(256, (id) => request(id, "subscribe", { name: "test.happened", latestOnly: id % 2 === 0, where: {} })),
      );
    },
  },
  "requests that never end, with large arguments": {
    clients: 20,
    goesOn: true,
    act: (client) => {
      const args = Array.from({ length: 10_000 }, () => []);
      client.raw.write(
        many(20, (id) => request(id, "invoke", { name: "test.methods", operation: "hold", args: [args] })),
      );
    },
  },
};

let daemon: DaemonProcess;
let atStart: DaemonMemory;
before(async () => {
  daemon = await DaemonProcess.start(LIMITS);
  atStart = await daemon.measureMemory();
});
after(async () => {
  await daemon[Symbol.asyncDispose]();
});

for (const [what, { clients: count, act, goesOn = false }] of Object.entries(GREEDY)) {
  test(`${what}: ${count} clients that ask for them keep nobody from being served, hold less than the stated total, and leave nothing`, async () => {
    const earlier = await daemon.measureMemory();
    const clients: LineClient[] = [];
    using guest = await LineClient.open(daemon.spec);
    for (let index = 0; index < count; index++) {
      const client = await LineClient.open(daemon.spec);
      clients.push(client);
      act(client, index);
    }
    // Another client is served all the while, and events are told.
    for (let round = 0; round < 3; round++) {
      await daemon.ask({ command: "notify", count: 20, bytes: 1_000 });
      assert.deepEqual(await guest.get("read", { name: "test.number" }), { value: 5 });
    }
    const grown = (await daemon.measureMemory()).usedBytes - earlier.usedBytes;
    assert.ok(grown < TOTAL_BYTES, `it holds ${grown} bytes more`);
    for (const client of clients) client[Symbol.dispose]();
    for (;;) {
      const { connections, listens, streams } = await daemon.findLeftovers();
      if (connections === 1 && !listens && streams === 0) break;
      await new Promise((resolve) => void setTimeout(resolve, 10));
    }
    const { reads } = await daemon.findLeftovers();
    assert.deepEqual(await guest.get("ping"), {});
    const left = (await daemon.measureMemory()).usedBytes - atStart.usedBytes;
    // V8 keeps one of the large texts until it sees the next.
    assert.ok(left < (goesOn ? TOTAL_BYTES : 14_000_000), `it still holds ${left} bytes more`);
    assert.equal((await daemon.findLeftovers()).reads, reads, "it is still sampling");
    assert.ok(daemon.alive);
    console.log(`${what}: in use +${(grown / 1_048_576).toFixed(1)} MiB`);
  });
}
