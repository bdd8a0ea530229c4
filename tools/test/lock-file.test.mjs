// The lock file is what `npm ci` installs from in a fresh clone, on whichever platform.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ROOT } from "../command.mjs";

/** @type {{ packages: Record<string, { resolved?: string, link?: boolean, optionalDependencies?: Record<string, string> }> }} */
const { packages } = JSON.parse(readFileSync(path.join(ROOT, "package-lock.json"), "utf8"));

test("the lock file holds no download address", () => {
  const resolved = Object.values(packages).flatMap((entry) => (entry.link === true ? [] : (entry.resolved ?? [])));
  assert.deepEqual(resolved, []);
});

// npm leaves out what the registry lacked when the lock was written, without a word, and then `npm ci` refuses the lock.
test("the lock file holds the packages of every platform", () => {
  const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        packages[`${place}/node_modules/${name}`] === undefined && packages[`node_modules/${name}`] === undefined,
    ),
  );
  assert.deepEqual(missing, []);
});
