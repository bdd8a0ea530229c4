import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StreamQueue, type ReceivedEvent } from "../../src/client/stream-queue.js";

const event = (value: number): ReceivedEvent & { value: number } => ({
  className: "",
  fields: {},
  value,
  sequence: undefined,
  time: undefined,
  skipped: 0,
});

describe("StreamQueue", () => {
  it("accounts for every event, whatever the order of pushes, losses and reads", async () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 200; round += 1) {
      const queue = new StreamQueue<ReceivedEvent>(1 + random(5), 100);
      let happened = 0;
      let accounted = 0;
      const read = async (): Promise<void> => {
        const next = await queue.next();
        if (next === undefined) return;
        accounted += next.lost;
        // Events carry the number of those before them, which must be what was read or reported as lost.
        assert.equal(next.event.value, accounted);
        accounted += 1;
      };
      let unread = 0;
      for (let step = 0; step < 50; step += 1) {
        const action = random(4);
        if (action === 0) {
          const lost = 1 + random(3);
          queue.noteLost(lost);
          happened += lost;
        } else if (action === 1 && unread > 0) {
          await read();
          unread = 0;
        } else {
          queue.push(event(happened), random(60));
          happened += 1;
          unread += 1;
        }
      }
      queue.push(event(happened), 0);
      queue.end();
      const before = queue.lost;
      for (let step = 0; step < 10; step += 1) await read();
      assert.equal(accounted, happened + 1);
      assert.equal(queue.lost, before);
    }
  });

  it("drops by bytes as well as by number, but never the newest", async () => {
    const queue = new StreamQueue<ReceivedEvent>(100, 50);
    for (const value of [0, 1, 2]) queue.push(event(value), 30);
    queue.push(event(3), 1_000);
    assert.equal(queue.lost, 3);
    const next = await queue.next();
    assert.deepEqual([next?.event.value, next?.lost], [3, 3]);
  });
});
