import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { ValueAttribute } from "../../src/objects/attribute.js";
import { attribute } from "../../src/objects/declared-attribute.js";
import { directory } from "../../src/objects/declared-directory.js";
import { event } from "../../src/objects/declared-event.js";
import { operation } from "../../src/objects/declared-operation.js";
import { CallContext } from "../../src/objects/call-context.js";
import { expose } from "../../src/objects/registry.js";
import { StaticDirectory } from "../../src/objects/static-directory.js";

const context = new CallContext({ session: 1, role: "operator" });

/** The messages of the process warnings that `act` causes. */
async function collectWarnings(act: () => unknown, environment?: string): Promise<string[]> {
  const before = process.env["NODE_ENV"];
  if (environment === undefined) delete process.env["NODE_ENV"];
  else process.env["NODE_ENV"] = environment;
  const messages: string[] = [];
  const collect = (warning: Error): unknown => messages.push(warning.message);
  process.on("warning", collect);
  try {
    await act();
    // Warnings come in order: ours are there when this one is.
    process.emitWarning("last");
    while (!messages.includes("last")) await once(process, "warning");
  } finally {
    process.off("warning", collect);
    if (before === undefined) delete process.env["NODE_ENV"];
    else process.env["NODE_ENV"] = before;
  }
  return messages.filter((message) => message !== "last");
}

/** Declares objects that do not do as they say, and uses each of them twice. */
async function misbehave(): Promise<void> {
  const type = { type: "integer" } as const;
  const count = attribute({ description: "Count.", type, read: () => "many" as never });
  const late = attribute({ description: "Late.", type, read: async () => 1.5 });
  const token = attribute({ description: "Token.", type, secret: true, read: () => "hunter2" as never });
  const run = operation({ description: "Runs.", effect: "read", returns: type, run: () => null as never });
  const told = event({ description: "Told.", type });
  const pair = event({
    description: "Pair.",
    start: { type: "object", properties: { size: type }, required: ["size"] },
    finish: { type: "object" },
  });
  const all = directory({ description: "All.", entries: { count, late, token, run, told, pair } });
  using _exposure = expose("development", { all });
  for (let times = 0; times < 2; times += 1) {
    count.read();
    await late.read();
    token.read();
    run.invoke("call", [], {}, context);
    told.notify("x" as never);
    pair.start({} as never);
  }
}

test("in development a value that is not as declared becomes one process warning for each object", async () => {
  const messages = await collectWarnings(misbehave, "development");
  assert.deepEqual(
    messages.toSorted(),
    [
      'development.all/count: its value must be a whole number, not "many", as it is declared',
      "development.all/token: its value must be a whole number, as it is declared",
      "development.all/run: its result must be a whole number, not null, as it is declared",
      'development.all/told: its event must be a whole number, not "x", as it is declared',
      "development.all/pair: its start.size is missing, as it is declared",
      "development.all/late: its value must be a whole number, not 1.5, as it is declared",
    ].toSorted(),
  );
});

test("elsewhere nothing that goes out is checked", async () => {
  assert.deepEqual(await collectWarnings(misbehave), []);
  assert.deepEqual(await collectWarnings(misbehave, "production"), []);
});

test("in development an object without a description is reported once, when it is exposed", async () => {
  const bare = new ValueAttribute(1);
  const act = (): void => {
    const entries = { bare, told: new ValueAttribute(1, "Told.") };
    for (let times = 0; times < 2; times += 1) {
      using _exposure = expose("development", {
        shelf: directory({ description: "Shelf.", entries: { inner: new StaticDirectory(entries) } }),
        hostile: {
          read: () => 1,
          describe: () => {
            throw new Error("not today");
          },
        },
        slow: { read: () => 1, describe: () => new Promise(() => undefined) },
      });
    }
  };
  const undescribed = "does not say what it is: declare it with a description";
  const messages = await collectWarnings(act, "development");
  assert.deepEqual(messages.slice(0, 3), [
    `development.shelf/inner: ${undescribed}`,
    `development.shelf/inner/bare: ${undescribed}`,
    "development.hostile: its describe() threw: not today",
  ]);
  assert.deepEqual(await collectWarnings(act), []);
});

test("a directory within itself is looked at once", async () => {
  const loop = new StaticDirectory();
  loop.set("again", loop);
  const messages = await collectWarnings(() => expose("development.loop", { loop }).withdraw(), "development");
  assert.deepEqual(messages, ["development.loop.loop: does not say what it is: declare it with a description"]);
});
