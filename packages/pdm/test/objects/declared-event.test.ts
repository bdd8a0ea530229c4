import assert from "node:assert/strict";
import { test } from "node:test";
import { event } from "../../src/objects/declared-event.js";
import type { EventOptions } from "../../src/objects/declared-event.js";
import { FinishEvent, StartEvent } from "../../src/objects/event.js";
import { listInterfaces } from "../../src/objects/interfaces.js";

test("an event says what it is, and its payload is typed", () => {
  const placed = event({
    description: "An order was placed.",
    effect: "expose",
    type: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
  });
  const seen: number[] = [];
  placed.subscribe(({ id }) => seen.push(id));
  placed.notify({ id: 3 });
  // @ts-expect-error -- a text is no whole number
  placed.notify({ id: "x" });
  assert.deepEqual(seen, [3, "x"]);
  assert.deepEqual(placed.describe(), {
    description: "An order was placed.",
    event: {
      type: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
      effect: "expose",
    },
  });
  assert.equal(placed.describe(), placed.describe());
  assert.deepEqual(listInterfaces(placed), ["event"]);
});

test("an event without a type takes what the author says", () => {
  const ticked = event<number>({ description: "A tick." });
  const seen: number[] = [];
  ticked.subscribe((tick) => seen.push(tick));
  ticked.notify(1);
  assert.deepEqual(seen, [1]);
  assert.deepEqual(ticked.describe(), { description: "A tick.", event: {} });
});

const makeOrders = (): ReturnType<typeof declareOrders> => declareOrders();
function declareOrders() {
  return event({
    description: "An order that is being placed.",
    start: { type: "object", properties: { customer: { type: "string" } }, required: ["customer"] },
    finish: {
      type: "object",
      properties: { total: { type: "integer" } },
      required: ["total"],
      additionalProperties: false,
    },
  });
}

test("a start and its finish are events of the original's classes with one id and the fields of the payload", () => {
  const orders = makeOrders();
  const seen: object[] = [];
  orders.subscribe((told) => seen.push(told));
  const running = orders.start({ customer: "ada" });
  const other = orders.start({ customer: "bob" });
  running.finish({ total: 5 });
  running.finish({ total: 6 });
  running.abort();
  other.abort({ total: 1 });
  const [start, start2, finish, abort] = seen as [StartEvent, StartEvent, FinishEvent, FinishEvent];
  assert.equal(seen.length, 4);
  assert.ok(start instanceof StartEvent && finish instanceof FinishEvent);
  assert.deepEqual(Object.entries(start), Object.entries({ time: start.time, id: start.id, customer: "ada" }));
  assert.deepEqual(
    Object.entries(finish),
    Object.entries({ time: finish.time, id: start.id, aborted: false, total: 5 }),
  );
  assert.deepEqual(Object.entries(abort), Object.entries({ time: abort.time, id: start2.id, aborted: true, total: 1 }));
  assert.notEqual(start.id, start2.id);
});

test("what is left at the end of a block is aborted", () => {
  const orders = makeOrders();
  const seen: boolean[] = [];
  orders.subscribe((told) => {
    if (told instanceof FinishEvent) seen.push(told.aborted);
  });
  {
    using _left = orders.start({ customer: "ada" });
    using finished = orders.start({ customer: "bob" });
    finished.finish({ total: 1 });
  }
  assert.deepEqual(seen, [false, true]);
});

test("the type of such an event is what arrives: the start, the finish, or a finish before it was done", () => {
  const own = { id: { type: "integer" }, time: { type: "number" } };
  assert.deepEqual(makeOrders().describe().event?.type, {
    anyOf: [
      { type: "object", properties: { ...own, customer: { type: "string" } }, required: ["id", "time", "customer"] },
      {
        type: "object",
        properties: { ...own, aborted: { const: false }, total: { type: "integer" } },
        required: ["id", "time", "aborted", "total"],
        additionalProperties: false,
      },
      {
        type: "object",
        properties: { ...own, aborted: { const: true }, total: { type: "integer" } },
        required: ["id", "time", "aborted"],
        additionalProperties: false,
      },
    ],
  });
});

const mistakes: readonly (readonly [string, object, RegExp])[] = [
  ["an unknown effect", { effect: "see" }, /^event "An order\.": effect must be one of/u],
  ["a start without a finish", { start: { type: "object" } }, /has either a type, or a start and a finish/u],
  ["a type beside them", { start: { type: "object" }, finish: { type: "object" }, type: {} }, /has either a type/u],
  [
    "a start that is no object",
    { start: { type: "string" }, finish: { type: "object" } },
    /start must be of the type object/u,
  ],
  [
    "a field that every such event has",
    { start: { type: "object" }, finish: { type: "object", properties: { id: {} } } },
    /finish has the property id/u,
  ],
];
for (const [what, options, message] of mistakes) {
  test(`an event with ${what} is refused when it is declared`, () => {
    const all = { description: "An order.", ...options } as unknown as EventOptions<undefined>;
    assert.throws(() => event(all), { code: "ERR_PDM_DECLARATION", message });
  });
}
