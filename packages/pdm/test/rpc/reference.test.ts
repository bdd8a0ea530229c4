import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { OBJECT_DESCRIPTION } from "../../src/rpc/methods/definitions.js";
import { METHODS } from "../../src/rpc/methods.js";
import { NOTIFICATIONS } from "../../src/rpc/notifications.js";
import { ERROR_CODES } from "../../src/rpc/rpc-error.js";
import type { JsonSchema } from "../../src/schema/json-schema.js";
import { renderReference, replaceParts } from "./reference.js";

const PACKAGE = new URL("../../../", import.meta.url);

function read(name: string): string {
  return readFileSync(fileURLToPath(new URL(name, PACKAGE)), "utf8");
}

/** What has a text that is no sentence or two, by its place; and what members lack one of their own. */
function findUndescribed(): string[] {
  const texts = new Map<string, string | undefined>();
  const addMembers = (place: string, members: Readonly<Record<string, JsonSchema>>): void => {
    for (const [name, schema] of Object.entries(members)) {
      texts.set(`${place}.${name}`, schema.description);
      addNested(`${place}.${name}`, schema);
    }
  };
  const addNested = (place: string, { properties, items, additionalProperties }: JsonSchema): void => {
    // The description of an object may say what each of its members is; where one member says it itself, all do.
    const isDescribed = Object.values(properties ?? {}).some(({ description }) => description !== undefined);
    if (isDescribed) addMembers(place, properties ?? {});
    if (typeof items === "object") addNested(`${place}[]`, items);
    if (typeof additionalProperties === "object") addNested(`${place}.NAME`, additionalProperties);
  };
  for (const { name, summary, params, result } of METHODS.values()) {
    texts.set(name, summary);
    addMembers(`${name} params`, params);
    addMembers(`${name} result`, result);
  }
  for (const { name, summary, params } of NOTIFICATIONS) {
    texts.set(`notification ${name}`, summary);
    addMembers(`notification ${name}`, params);
  }
  addMembers("description", OBJECT_DESCRIPTION.properties ?? {});
  for (const [name, { meaning }] of Object.entries(ERROR_CODES)) texts.set(name, meaning);
  return [...texts].flatMap(([place, text = ""]) => (text.length >= 8 && text.endsWith(".") ? [] : [place]));
}

test("every method, parameter, member of a result, notification and error code is described in a sentence", () => {
  assert.deepEqual(findUndescribed(), []);
});

test("the reference in docs/rpc.md is what the descriptors say (npm run reference makes it anew)", () => {
  const page = read("../../docs/rpc.md");
  const made = replaceParts(page, renderReference());
  const lines = new Set(page.split("\n"));
  // First what has changed: the whole is long.
  assert.deepEqual(
    made.split("\n").filter((line) => !lines.has(line)),
    [],
  );
  assert.ok(made === page, "it has lines that nothing says any more, or another order");
});

test("every message that the sources send or serve has a descriptor", () => {
  const folder = fileURLToPath(new URL("src/rpc", PACKAGE));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const sent = files.flatMap((name) =>
    [...read(`src/rpc/${name}`).matchAll(/encodeNotification\(\s*"([^"]+)"|"method":"([^"$]+)"/gu)].map(
      ([, called, written]) => called ?? written ?? "",
    ),
  );
  const described = new Set([...METHODS.keys(), ...NOTIFICATIONS.map(({ name }) => name)]);
  assert.deepEqual(
    sent.filter((name) => !described.has(name)),
    [],
  );
  for (const name of ["hello", "event", "lost", "sample", "bye", "stream.data"]) assert.ok(sent.includes(name), name);
});

test("an error that a method names has a code, and each code is another number", () => {
  for (const { name, errors = [] } of METHODS.values()) {
    for (const code of errors) assert.ok(Object.hasOwn(ERROR_CODES, code), `${name}: ${code}`);
  }
  const codes = Object.values(ERROR_CODES).map(({ code }) => code);
  assert.equal(new Set(codes).size, codes.length);
});
