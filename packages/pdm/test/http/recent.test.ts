import assert from "node:assert/strict";
import { test } from "node:test";
import { readClockMs } from "../../src/clock.js";
import { Generations } from "../../src/http/generations.js";
import { Rate } from "../../src/http/rate.js";

test("a rate is what happened in its window, divided by the window, however long ago it began", () => {
  const rate = new Rate(300);
  const begin = Math.ceil(readClockMs() / 1_000) * 1_000;
  // Ten a second for 600 seconds, then nothing for 30.
  for (let ms = 0; ms < 600_000; ms += 100) rate.mark(begin + ms);
  assert.equal(Math.round(rate.perSecond(10, begin + 600_000 - 1)), 10);
  assert.equal(Math.round(rate.perSecond(300, begin + 600_000 - 1)), 10);
  const later = begin + 629_999;
  assert.equal(rate.perSecond(10, later), 0);
  assert.ok(Math.abs(rate.perSecond(60, later) - 5) < 0.1);
  assert.equal(rate.perSecond(300, begin + 10_000_000), 0);
});

test("a rate does not count a time before it was there, nor more than there was", () => {
  const rate = new Rate(300);
  const begin = readClockMs();
  for (let count = 0; count < 50; count++) rate.mark(begin + count);
  assert.ok(rate.perSecond(300, begin + 500) <= 50);
  assert.ok(Math.abs(rate.perSecond(300, begin + 5_000) - 10) < 0.5);
});

test("of two generations the elder goes after a period, and both after a pause", () => {
  const generations = new Generations<string[]>(1_000, () => []);
  const begin = readClockMs();
  generations.current(begin).push("first");
  assert.deepEqual(generations.both(begin + 1_500), [[], ["first"]]);
  generations.current(begin + 1_600).push("second");
  assert.deepEqual(generations.both(begin + 2_500), [[], ["second"]]);
  assert.deepEqual(generations.both(begin + 9_000), [[], []]);
});
