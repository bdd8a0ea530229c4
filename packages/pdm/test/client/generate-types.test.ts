import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { connect, generateTypes, type JsonSchema, type ObjectDescription } from "../../src/client.js";
import {
  attribute,
  directory,
  event,
  expose,
  listen,
  MethodTable,
  operation,
  ValueAttribute,
} from "../../src/index.js";
import { createFolder } from "./folder.js";

const PACKAGE = fileURLToPath(new URL("../../../", import.meta.url));
const COMPILER = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

/** What the compiler says of these files, which import the client as `pdm/client`; empty where it is content. */
async function compile(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = createFolder();
  const config = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      module: "nodenext",
      target: "es2024",
      lib: ["es2024", "esnext.disposable"],
      exactOptionalPropertyTypes: true,
      types: ["node"],
      typeRoots: [join(PACKAGE, "../../node_modules/@types")],
      paths: { "pdm/client": [join(PACKAGE, "src/client.ts")] },
    },
    files: Object.keys(files),
  };
  writeFileSync(folder.path("package.json"), '{ "type": "module" }');
  writeFileSync(folder.path("tsconfig.json"), JSON.stringify(config));
  for (const [name, text] of Object.entries(files)) writeFileSync(folder.path(name), text);
  try {
    return await new Promise((resolve) => {
      execFile(process.execPath, [COMPILER, "-p", folder.path(".")], (error, stdout, stderr) =>
        resolve(error === null ? "" : `${stdout}${stderr}${error.message}`),
      );
    });
  } finally {
    folder.remove();
  }
}

const USE = `
import { connect, type Client } from "pdm/client";
import type { Shop } from "./shop.js";

export async function use(client: Client<Shop>): Promise<void> {
  const count = await client.find("typed.count");
  const orders: number = await count.read();
  const limit = await client.find("typed.limit");
  const before: number = await limit.write(orders, { expected: 3 });
  const cancel = await client.find("typed.orders/cancel");
  const text: "done" | "late" = await cancel.call([before]);
  await cancel.call([1, "gone"], { timeoutMs: 5 });
  await cancel.call({ order: 2, reason: text });
  const all = await client.find("typed.orders/count");
  const big: bigint = await all.call();
  await all.call({}, { timeoutMs: 5 });
  const directory = await client.find("typed.orders");
  await directory.invoke("cancel", { order: Number(big) });
  const placed = await client.find("typed.placed");
  for await (const { value } of await placed.subscribe()) {
    const when: Date | undefined = value.when;
    const tags: readonly string[] = value.tags;
    console.log(when, tags.length);
  }
  const methods = await client.find("typed.methods");
  const anything: unknown = await methods.invoke("whatever", [1, 2, 3]);
  const mixed = await (await client.find("typed.mixed")).read();
  const bytes: Uint8Array | undefined = mixed.bytes;
  const map: ReadonlyMap<unknown, number> | undefined = mixed.map;
  const set: ReadonlySet<string> | undefined = mixed.set;
  const pair: readonly [number?, string?] | undefined = mixed.pair;
  const odd: "\\n*/" | 5 | null | undefined = mixed["odd name"];
  console.log(anything, bytes, map, set, pair, odd);
}

export async function useUntyped(): Promise<void> {
  const client = await connect("/nowhere");
  const anything = await client.find("any.thing");
  const value: unknown = await anything.read();
  await anything.write(value);
  await anything.call([1]);
  await anything.call({ a: 1 });
  const returned: unknown = await anything.invoke("method", [1], { kwargs: { a: 1 } });
  for await (const event of await anything.subscribe()) console.log(event.value, event.fields["x"], returned);
  const typed = await connect<Shop>("/nowhere");
  await use(typed);
}
`;

const MISUSE = `
import type { Client } from "pdm/client";
import type { Shop } from "./shop.js";

export async function misuse(client: Client<Shop>): Promise<void> {
  // @ts-expect-error there is no such object
  await client.find("typed.absent");
  const count = await client.find("typed.count");
  // @ts-expect-error it is a number
  const text: string = await count.read();
  // @ts-expect-error it cannot be written
  await count.write(5);
  // @ts-expect-error it cannot be called
  await count.call();
  const limit = await client.find("typed.limit");
  // @ts-expect-error it takes a number
  await limit.write("5");
  const cancel = await client.find("typed.orders/cancel");
  // @ts-expect-error an argument is missing
  await cancel.call();
  // @ts-expect-error an argument is missing
  await cancel.call([]);
  // @ts-expect-error an argument is of another type
  await cancel.call(["5"]);
  // @ts-expect-error there is no such argument
  await cancel.call({ order: 5, raeson: "" });
  // @ts-expect-error it returns a text
  const returned: number = await cancel.call([5]);
  const directory = await client.find("typed.orders");
  // @ts-expect-error there is no such operation
  await directory.invoke("cancle", [5]);
  const placed = await client.find("typed.placed");
  for await (const { value } of await placed.subscribe()) {
    // @ts-expect-error events have no such field
    console.log(value.then);
  }
  console.log(text, returned);
}
`;

describe("generateTypes", () => {
  it("gives find its types: a program that fits compiles, and one that does not does not", async () => {
    using _exposure = expose("typed", {
      count: attribute({
        description: "How many.\nAt all */",
        type: { type: "integer" },
        unit: "{order}",
        read: () => 3,
      }),
      limit: attribute({
        description: "At most.",
        type: { type: "number", minimum: 1 },
        deprecated: "use nothing",
        read: () => 5,
        write: () => undefined,
      }),
      mixed: attribute({
        description: "Of all kinds.",
        type: {
          type: "object",
          properties: {
            bytes: { "x-value": "bytes", description: "Some.\n*/ export const evil = 1; /*" },
            map: { "x-value": "map", additionalProperties: { type: "integer" } },
            set: { "x-value": "set", items: { type: "string" } },
            pair: { type: "array", prefixItems: [{ type: "integer" }, { type: "string" }], items: false },
            "odd name": { enum: ["\n*/", 5, null] },
          },
        },
        read: () => ({}),
      }),
      orders: directory({
        description: "Orders.",
        entries: {
          cancel: operation({
            description: "Cancels.",
            effect: "destroy",
            params: { order: { type: "integer", description: "Its number." }, reason: { type: "string", default: "" } },
            returns: { enum: ["done", "late"] },
            run: () => "done" as const,
          }),
          count: operation({ description: "Counts.", effect: "read", returns: { "x-value": "bigint" }, run: () => 1n }),
        },
      }),
      placed: event({
        description: "Placed.",
        type: {
          type: "object",
          properties: { when: { "x-value": "date" }, tags: { type: "array", items: { type: "string" } } },
          required: ["tags"],
        },
      }),
      methods: new MethodTable({ whatever: () => 1 }),
      plain: new ValueAttribute(1),
    });
    const folder = createFolder();
    await using listener = await listen(folder.path("typed.sock"));
    await using client = await connect(listener.spec);
    const text = generateTypes(
      { objects: (await client.describe()).objects.filter(({ name }) => name.startsWith("typed.")) },
      { name: "Shop" },
    );
    assert.match(text, /^ {2}\/\*\*\n {3}\* How many\.\n {3}\* At all \*\\\/\n {3}\* Unit: \{order\}\n {3}\*\/$/m);
    assert.match(text, /@deprecated use nothing/);
    assert.match(text, /args: readonly \[order: number, reason\?: string\];/);
    assert.equal(await compile({ "shop.ts": text, "use.ts": USE, "misuse.ts": MISUSE }), "");
    folder.remove();
  });

  it("writes nothing of what a service says as code, whatever it says", async () => {
    const evil = '*/ }; process.exit(1); /* `${process.exit(1)}` "\u2028\u202e\n//';
    const type = {
      type: "object",
      description: evil,
      properties: { [evil]: { const: evil }, ["__proto__"]: { type: "string" } },
      required: 5,
      anyOf: [{ enum: [evil, 1n, -0, NaN, {}, undefined, true] }, 5],
    } as unknown as JsonSchema;
    const hostile = {
      name: evil,
      interfaces: ["attr", "invoke", "event"],
      description: evil,
      deprecated: evil,
      attribute: { type, unit: evil, writable: true },
      operations: {
        [evil]: {
          description: evil,
          deprecated: evil,
          parameters: [
            { name: evil, type, required: false },
            { name: "default", type: { "x-value": "future" }, required: true },
            { name: "b", type: { type: ["null", "future"] }, required: false },
            { name: "c d", type: { type: "array", minItems: 1, prefixItems: [type] }, required: false },
          ],
          returns: JSON.parse(`${'{"items":'.repeat(200)}1${"}".repeat(200)}`),
        },
        other: { parameters: "none" },
      },
      event: { type: [] },
      fields: {},
    } as unknown as ObjectDescription;
    const text = generateTypes({ objects: [hostile] });
    const use = `
      import type { Objects } from "./objects.js";
      type Name = keyof Objects;
      export const name: Name = ${JSON.stringify(evil).replace("\u2028", "\\u2028")};
      export type Read = Objects[Name]["read"];`;
    assert.equal(await compile({ "objects.ts": text, "use.ts": use }), "");
    assert.doesNotMatch(text, /^(?! *(?:\/\*\*|\*|")).*process\.exit/m);
    assert.throws(() => generateTypes({ objects: [] }, { name: "a b" }), { code: "ERR_PDM_OPTION" });
  });
});
