import fc from "fast-check";

/** Any UTF-16, lone surrogates included, and names that have a meaning somewhere. */
const text = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "",
    "$",
    "$ref",
    "$$cut",
    "$class",
    "__proto__",
    "constructor",
    "toJSON",
    "a/b~c",
    "length",
    "0",
    "10",
    "then",
  ),
);

/** Longer than what limits of the tests leave room for. */
const long = fc.tuple(text, fc.integer({ min: 1, max: 800 })).map(([part, count]) => part.repeat(count));

const scalar = fc.oneof(
  { arbitrary: text, weight: 4 },
  { arbitrary: long, weight: 1 },
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom(null, undefined, -0, Number.NaN),
);

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ minLength: 300, maxLength: 2_000, size: "max" }),
);

/** Objects without parts; each use makes another. */
const leaf: fc.Arbitrary<() => object> = fc.oneof(
  fc.date({ noInvalidDate: false }).map((date) => () => new Date(date)),
  bytes.map((data) => () => data.slice()),
  bytes.map((data) => () => data.slice().buffer),
  bytes.map((data) => () => new DataView(data.slice().buffer)),
  fc.float64Array({ maxLength: 10 }).map((data) => () => data.slice()),
  fc.bigInt64Array({ maxLength: 10 }).map((data) => () => data.slice()),
  fc.array(fc.oneof(fc.integer(), fc.double()), { maxLength: 100, size: "max" }).map((data) => () => data.slice()),
  fc.int16Array({ maxLength: 10 }).map((data) => () => data.slice()),
  fc.constantFrom("a", "/", "[/\\\\]", "\u{1f600}").map((source) => () => new RegExp(source, "giu")),
);

type Kind = "array" | "object" | "map" | "set" | "error" | "leaf";

interface Node {
  readonly kind: Kind;
  readonly make: () => object;
  readonly parts: readonly (readonly [name: string, part: unknown, link: number | undefined])[];
}

const node: fc.Arbitrary<Node> = fc.record({
  kind: fc.constantFrom<Kind>("array", "object", "map", "set", "error", "object", "array", "leaf"),
  make: leaf,
  parts: fc.array(fc.tuple(text, scalar, fc.option(fc.nat(), { nil: undefined, freq: 1 })), { maxLength: 8 }),
});

/** Values of all kinds, whose containers refer to any other: shared parts and cycles. */
export const graph: fc.Arbitrary<unknown> = fc.array(node, { minLength: 1, maxLength: 25 }).map((nodes) => {
  const objects = nodes.map((each) => shellOf(each));
  for (const [index, each] of nodes.entries()) {
    const parts = each.parts.map(([name, part, link]) => ({
      name,
      part: link === undefined ? part : objects[link % objects.length],
    }));
    fill(objects[index] as object, each.kind, parts);
  }
  return objects[0];
});

/** The same without shared parts: a container holds only those that come later, each once. */
export const tree: fc.Arbitrary<unknown> = fc.array(node, { minLength: 1, maxLength: 25 }).map((nodes) => {
  const objects = nodes.map((each) => shellOf(each));
  let next = 1;
  for (const [index, each] of nodes.entries()) {
    const parts = each.parts.map(([name, part, link]) => ({
      name,
      part: link === undefined || next <= index || next >= objects.length ? part : objects[next++],
    }));
    fill(objects[index] as object, each.kind, parts);
  }
  return objects[0];
});

function shellOf({ kind, make }: Node): object {
  if (kind === "array") return [];
  if (kind === "object") return {};
  if (kind === "map") return new Map();
  if (kind === "set") return new Set();
  return kind === "error" ? new Error("shell") : make();
}

/** Of errors these are no fields like any other. */
const HIDDEN: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "errors"]);

function fill(object: object, kind: Kind, parts: readonly { name: string; part: unknown }[]): void {
  for (const { name, part } of parts) {
    if (kind === "array") (object as unknown[]).push(part);
    else if (kind === "set") (object as Set<unknown>).add(part);
    else if (kind === "map")
      (object as Map<unknown, unknown>).set(typeof part === "object" && name.length < 3 ? part : name, part);
    else if (kind === "object") define(object, name, part, true);
    else if (kind === "error") {
      if (name === "" || name === "length") define(object, "cause", part, false);
      else if (typeof part === "string") define(object, "message", part, false);
      else if (!HIDDEN.has(name)) define(object, name, part, true);
    }
  }
}

function define(object: object, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, name, { value, enumerable, configurable: true, writable: true });
}
