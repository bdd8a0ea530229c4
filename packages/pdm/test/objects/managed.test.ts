import assert from "node:assert/strict";
import { test } from "node:test";
import { CallContext } from "../../src/objects/call-context.js";
import { directory } from "../../src/objects/declared-directory.js";
import { event } from "../../src/objects/declared-event.js";
import type { Attribute, Directory, Invocable } from "../../src/objects/interfaces.js";
import { managed, managedAttribute, managedEvent, managedOperation } from "../../src/objects/managed.js";
import type { createManagedEntries } from "../../src/objects/managed-classes.js";
import { findManagedClass } from "../../src/objects/managed-classes.js";
import { StaticDirectory } from "../../src/objects/static-directory.js";
import { expose, findModule } from "../../src/objects/registry.js";

const context = new CallContext({ session: 1, role: "operator" });

@managed({ description: "Keeps what was computed." })
class Cache {
  readonly #entries = new Map<string, unknown>();

  @managedEvent()
  readonly cleared = event({ description: "It was cleared.", type: { type: "integer" } });

  @managedAttribute({ description: "Hits.", unit: "{read}", kind: "counter", type: { type: "integer" } })
  hits: number = 0;

  @managedAttribute({ description: "Entries at most.", type: { type: "integer", minimum: 1 } })
  accessor maxEntries: number = 10;

  @managedAttribute({ description: "Entries now.", kind: "gauge", type: { type: "integer" } })
  get size(): number {
    return this.#entries.size;
  }

  @managedAttribute({ description: "Who made it.", type: { type: "string" } })
  get label(): string {
    return `cache of ${this.#owner}`;
  }
  set label(owner: string) {
    this.#owner = owner;
  }
  #owner = "ada";

  /** No interface of a manageable object, though it looks like one. */
  read(key: string): unknown {
    return this.#entries.get(key);
  }

  put(key: string, value: unknown): void {
    this.#entries.set(key, value);
  }

  @managedOperation({
    description: "Forgets what begins so.",
    effect: "destroy",
    params: { prefix: { type: "string", default: "" } },
    returns: { type: "integer" },
  })
  clear({ prefix }: { readonly prefix: string }, { signal }: CallContext): number {
    const doomed = [...this.#entries.keys()].filter((key) => key.startsWith(prefix) && !signal.aborted);
    for (const key of doomed) this.#entries.delete(key);
    this.cleared.notify(doomed.length);
    return doomed.length;
  }
}

function open(object: object): Directory & Invocable {
  using _exposure = expose("managed.test", { object });
  return findModule("managed.test")?.get("object") as Directory & Invocable;
}

test("an instance of a decorated class is exposed as the directory of its decorated members, in the order of the source", () => {
  const cache = new Cache();
  const exposed = open(cache);
  assert.deepEqual(exposed.list(), ["cleared", "hits", "maxEntries", "size", "label", "clear"]);
  assert.equal(exposed.lookup("cleared"), cache.cleared);
  assert.equal(exposed.lookup("read"), undefined);
  const description = exposed.describe?.();
  assert.ok(description !== undefined && "operations" in description);
  assert.equal(description.description, "Keeps what was computed.");
  assert.equal(description.operations?.["clear"]?.effect, "destroy");
  assert.equal(open(cache), exposed);
  assert.notEqual(open(new Cache()), exposed);
});

test("attributes read and write the instance; what has no setter is read only", () => {
  const cache = new Cache();
  const find = (name: string): Attribute => open(cache).lookup(name) as Attribute;
  cache.hits = 3;
  assert.equal(find("hits").read(), 3);
  find("maxEntries").write?.(5, context);
  assert.equal(cache.maxEntries, 5);
  assert.throws(() => find("maxEntries").write?.(0, context), { code: "ERR_PDM_INVALID_ARGUMENT" });
  find("label").write?.("bob", context);
  assert.equal(find("label").read(), "cache of bob");
  assert.equal("write" in find("size"), false);
  assert.equal("write" in find("hits"), false);
});

test("operations call the instance's method with checked arguments, also under their names at the directory", () => {
  const cache = new Cache();
  for (const key of ["a1", "a2", "b1"]) cache.put(key, 0);
  const seen: number[] = [];
  cache.cleared.subscribe((count) => seen.push(count));
  assert.equal(open(cache).invoke("clear", ["a"], {}, context), 2);
  assert.equal((open(cache).lookup("clear") as Invocable).invoke("call", [], {}, context), 1);
  assert.throws(() => open(cache).invoke("clear", [3], {}, context), { argument: "prefix" });
  assert.deepEqual(seen, [2, 1]);
});

test("a subclass has the members of its base, and may replace and add some", () => {
  class Twice extends Cache {
    override get size(): number {
      return 2 * super.size;
    }

    @managedAttribute({ description: "Hits, told otherwise." })
    override hits: number = 7;

    @managedAttribute({ description: "More." })
    more: string = "x";
  }
  const twice = new Twice();
  twice.put("a", 1);
  const find = (name: string): Attribute => open(twice).lookup(name) as Attribute;
  assert.equal(find("size").read(), 2);
  assert.equal(find("more").read(), "x");
  assert.deepEqual(
    [find("hits").read(), find("hits").describe?.()],
    [7, { description: "Hits, told otherwise.", attribute: {} }],
  );
  assert.deepEqual(open(new Cache()).list(), ["cleared", "hits", "maxEntries", "size", "label", "clear"]);
});

test("an instance may be an entry of a directory", () => {
  const caches = directory({ description: "The caches.", entries: { pages: new Cache() } });
  assert.deepEqual((caches.lookup("pages") as Directory).list(), open(new Cache()).list());
});

test("an instance is found as its directory in every kind of directory", async () => {
  const cache = new Cache();
  const own = open(cache);
  assert.equal(new StaticDirectory({ cache }).lookup("cache"), own);
  assert.equal(new StaticDirectory().set("cache", cache).lookup("cache"), own);
  const found = { description: "Found.", list: () => ["cache"] };
  assert.equal(directory({ ...found, lookup: () => cache }).lookup("cache"), own);
  assert.equal(await directory({ ...found, lookup: async () => cache }).lookup("cache"), own);
});

test("a member that cannot be what it is declared as is refused when an instance is exposed", () => {
  @managed({ description: "Has no setter." })
  class Fixed {
    @managedAttribute({ description: "Size.", writable: true })
    get size(): number {
      return 1;
    }
  }
  @managed({ description: "Is not writable." })
  class Quiet {
    @managedAttribute({ description: "Size.", writeEffect: "destroy" })
    size: number = 1;
  }
  const expected = (problem: string): object => ({
    code: "ERR_PDM_DECLARATION",
    message: `attribute "Size.": ${problem}`,
  });
  assert.throws(() => open(new Fixed()), expected("is writable, and size has no setter"));
  assert.throws(() => open(new Quiet()), expected("has a writeEffect, and size is not writable"));
});

test("a class's decorators refuse what makes no sense when the class is defined", () => {
  assert.throws(() => managedAttribute({ description: "" }), { code: "ERR_PDM_DECLARATION" });
  assert.throws(() => managed({ description: "x", kind: 1 } as never), { code: "ERR_PDM_DECLARATION" });
  assert.throws(
    () =>
      class {
        @managedAttribute({ description: "Shared." })
        static count: number = 0;

        size: number = 0;
      },
    { code: "ERR_PDM_DECLARATION", message: /^attribute "Shared\.": count must be neither static nor private/u },
  );
  @managed({ description: "Has none." })
  class Empty {
    @managedEvent() readonly placed: unknown = 3;
  }
  assert.throws(() => open(new Empty()), { message: /^event placed: the member holds no event source, but 3/u });
});

test("the types of decorated members are checked by the compiler", () => {
  class Wrong {
    // @ts-expect-error -- a text is no whole number
    @managedAttribute({ description: "Size.", type: { type: "integer" } })
    size: string = "";

    // @ts-expect-error -- the parameter is another
    @managedOperation({ description: "Runs.", effect: "read", params: { id: { type: "integer" } } })
    run({ id }: { readonly id: string }): string {
      return id;
    }
  }
  assert.equal(new Wrong().size, "");
});

test("another copy of the package knows an instance of a class that this one decorated", async () => {
  const copy = (await import(`${new URL("../../src/objects/managed-classes.js", import.meta.url).href}?copy`)) as {
    findManagedClass: typeof findManagedClass;
    createManagedEntries: typeof createManagedEntries;
  };
  assert.notEqual(copy.findManagedClass, findManagedClass);
  const cache = new Cache();
  assert.equal(copy.findManagedClass(cache)?.metadata.description, "Keeps what was computed.");
  assert.deepEqual(Object.keys(copy.createManagedEntries(cache)), open(cache).list());
});
