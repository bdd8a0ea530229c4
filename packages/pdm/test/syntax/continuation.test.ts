import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeContinuation, type Continuation } from "../../src/syntax/continuation.js";

const CASES: Record<Continuation, [command: string, following: string][]> = {
  continues: [
    ["const a = b", "  .filter((x) => {"],
    ["const a = b", "\n// why\n/* more */ .c"],
    ["a", "?.b"],
    ["a", "+ 5"],
    ["a", "(b)"],
    ["a", "[0]"],
    ["a", "`b"],
    ["a", "/ 2"],
    ["a", "instanceof B"],
    ["a", "? b"],
    ["let a", "= 5"],
    ["let a = 1", ", b"],
    ["label", ": for (;;) {"],
    ["if (a) {}", "else {"],
    ["if (a) b;", "else"],
    ["try {} catch {}", "finally {"],
    ["{a: 1, b: 2}", ".a"],
    ["let", "a = 1"],
  ],
  ends: [
    ["a", "b"],
    ["a", "++b"],
    ["a;", "(b)"],
    ["a;", "[0]"],
    ["a", ";[0]"],
    ["a", "// b\n/* c **/ ;(0)"],
    ["a", ";"],
    ["a", ")"],
    ["a", "'open"],
    ["a", ".5"],
    ["function f() {}", "(1)"],
    ["() => {}", "(1)"],
    ["class A {}", "[0]"],
    ["if (a) {} else {}", "else {}"],
    ["{a: 1, b: 2}", "b"],
    ["a b", "c"],
    ["// comment", "a"],
  ],
  unknown: [
    ["a", ""],
    ["a", "\n  \n// b"],
    ["a", "/* open"],
    ["a;", "/* closed */"],
    ["{a: 1, b: 2}", "// b"],
  ],
};
for (const [continuation, cases] of Object.entries(CASES)) {
  for (const [command, following] of cases) {
    test(`behind ${JSON.stringify(command)}, ${JSON.stringify(following)}: ${continuation}`, async () => {
      assert.equal(await judgeContinuation(command, following), continuation);
    });
  }
}
