import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { listen } from "../../src/index.js";
import type { Effect, Policy, Right, Role } from "../../src/index.js";
import { newSession } from "./new-session.js";

const EFFECTS: readonly Effect[] = ["read", "change", "destroy", "expose", "execute"];

function listAllowed(role: Role | undefined, policy: Policy | undefined, name: string): string {
  const session = newSession({ role, policy });
  return EFFECTS.filter((effect) => session.mayUse(effect, name)).join(" ");
}

test("each role has its effects", () => {
  assert.equal(listAllowed("viewer", undefined, "a.b"), "read");
  assert.equal(listAllowed("operator", undefined, "a.b"), "read change");
  assert.equal(listAllowed("admin", undefined, "a.b"), EFFECTS.join(" "));
  assert.equal(listAllowed(undefined, undefined, "a.b"), EFFECTS.join(" "));
});

test("who names no role gives every right; who names one gives those that are named", () => {
  const list = (role: Role | undefined, rights?: readonly Right[]): readonly Right[] =>
    newSession({ role, rights }).principal.rights;
  assert.deepEqual(list(undefined), ["repl", "inspect"]);
  assert.deepEqual(list(undefined, []), []);
  assert.deepEqual(list("admin"), []);
  assert.deepEqual(list("viewer", ["repl"]), ["repl"]);
});

test("the first rule of the role that matches decides, else the role; whatever is allowed includes seeing it", () => {
  const policy: Policy = {
    viewer: [
      { names: "shop.secret/**", allow: [] },
      { names: ["shop.cache", "shop.cache/*"], allow: ["destroy"] },
      { names: "shop.**", allow: ["read", "change"] },
    ],
    operator: [{ names: "**", allow: [] }],
  };
  assert.equal(listAllowed("viewer", policy, "shop.secret/key"), "");
  assert.equal(listAllowed("viewer", policy, "shop.secret"), "read change");
  assert.equal(listAllowed("viewer", policy, "shop.cache/clear"), "read destroy");
  assert.equal(listAllowed("viewer", policy, "shop.cache/a/b"), "read change");
  assert.equal(listAllowed("viewer", policy, "pdm.perf.sysctl"), "read");
  assert.equal(listAllowed("operator", policy, "shop.cache"), "");
  assert.equal(listAllowed("admin", policy, "shop.secret/key"), EFFECTS.join(" "));
});

test("a policy forgets names rather than keeping them all, and says the same of each", () => {
  const session = newSession({ role: "viewer", policy: { viewer: [{ names: "shop.?*1", allow: [] }] } });
  for (let round = 0; round < 2; round++) {
    for (let index = 0; index < 3_000; index++) {
      assert.equal(session.isVisible(`shop.a${index}`), !`${index}`.endsWith("1"));
    }
  }
});

test("a function decides by itself, and is told who asks", () => {
  const asked: unknown[] = [];
  const session = newSession({
    role: "viewer",
    policy: (principal, effect, name) => asked.push([principal.role, principal.claimed?.user, effect, name]) > 0,
  });
  session.claim({ user: "ada" });
  assert.ok(session.mayUse("destroy", "a.b"));
  assert.deepEqual(asked, [["viewer", "ada", "destroy", "a.b"]]);
});

test("a policy that throws, or says something else than yes or no, refuses, and is a warning", async () => {
  const answers: readonly (() => unknown)[] = [
    () => {
      throw new Error("no database");
    },
    () => Promise.resolve(true),
    () => 1,
    () => undefined,
  ];
  const warned = once(process, "warning");
  for (const answer of answers) assert.equal(listAllowed("admin", answer as () => boolean, "a.b"), "");
  assert.match(((await warned) as [Error])[0].message, /^the policy threw, which refuses the request: no database/u);
});

test("a name that is too long to be matched is refused", () => {
  assert.equal(
    listAllowed("admin", () => true, "x".repeat(5_000)),
    "",
  );
  assert.equal(listAllowed("viewer", { viewer: [{ names: "**", allow: ["read"] }] }, "x".repeat(5_000)), "");
});

const REFUSED: readonly (readonly [options: object, message: RegExp])[] = [
  [{ role: "root" }, /^role is "root"/u],
  [{ role: "toString" }, /^role is "toString"/u],
  [{ role: null }, /^role is null/u],
  [{ rights: "repl" }, /^rights must be a list/u],
  [{ rights: ["repl", "fly"] }, /^rights\[1\] is "fly"/u],
  [{ policy: [] }, /^policy must be an object/u],
  [{ policy: "viewer" }, /^policy must be an object.* not "viewer"/u],
  [{ policy: { guest: [] } }, /^policy\.guest is no role/u],
  [{ policy: { viewer: {} } }, /^policy\.viewer must be a list/u],
  [{ policy: { viewer: [5] } }, /^policy\.viewer\[0\] must be \{ names, allow \}/u],
  [{ policy: { viewer: [{ names: "a", allow: [], deny: [] }] } }, /^policy\.viewer\[0\]\.deny is unknown/u],
  [{ policy: { viewer: [{ names: [], allow: [] }] } }, /^policy\.viewer\[0\]\.names is empty/u],
  [{ policy: { viewer: [{ names: ["a", 5], allow: [] }] } }, /^policy\.viewer\[0\]\.names\[1\] must be a glob/u],
  [{ policy: { viewer: [{ names: "", allow: [] }] } }, /^policy\.viewer\[0\]\.names /u],
  [{ policy: { viewer: [{ names: "a" }] } }, /^policy\.viewer\[0\]\.allow must be a list/u],
  [{ policy: { viewer: [{ names: "a", allow: ["read", "write"] }] } }, /^policy\.viewer\[0\]\.allow\[1\] is "write"/u],
  // Also of a role that the socket does not have.
  [
    { role: "admin", policy: { viewer: [{ names: "a", allow: ["repl"] }] } },
    /^policy\.viewer\[0\]\.allow\[0\] is "repl"/u,
  ],
];
for (const [options, message] of REFUSED) {
  test(`listen refuses ${JSON.stringify(options)}, naming the place`, async () => {
    await assert.rejects(listen("/no/such/folder/x.sock", options), { code: "ERR_PDM_POLICY", message });
  });
}

test("a policy that cannot apply, since no role is given and it has no rules for admins, is refused", async () => {
  const policy: Policy = { viewer: [{ names: "**", allow: [] }] };
  await assert.rejects(listen("/no/such/folder/x.sock", { policy }), {
    code: "ERR_PDM_POLICY",
    message: /rules for viewer, but without a role the clients are admins/u,
  });
});

test("an option that listen does not know is refused, since it may have been meant to forbid something", async () => {
  await assert.rejects(listen("/no/such/folder/x.sock", { roles: "viewer" } as object), {
    code: "ERR_PDM_OPTION",
    message: /listen has no option "roles"; there are: name, .*role/u,
  });
});
