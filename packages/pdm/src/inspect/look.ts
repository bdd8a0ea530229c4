import { executionAsyncId } from "node:async_hooks";
import vm from "node:vm";
import { readClockMs } from "../clock.js";
import { mayMendAsyncStack, mendAsyncStack } from "../engine/async-stack.js";
import { PdmError } from "../errors.js";
import { INSPECT_LIMITS } from "../limits.js";
import { describeThrown } from "../warning.js";
import type { DescribedMember, DescribedValue } from "./description.js";
import { openInspection, withoutStacks } from "./inspection.js";

/** What an expression gave. */
export type Look =
  | {
      readonly kind: "value";
      /** Such as `string`, `array`, `error`, `proxy`; `object` for what is no other. */
      readonly type: string;
      /** One line. */
      readonly text: string;
      /** The value's own properties, elements or entries; what an accessor would give is not known. */
      readonly members?: readonly DescribedMember[];
      /** Members that are left out. */
      readonly omitted?: number;
    }
  /** It was not evaluated to its end, since it would change something, or V8 cannot tell. */
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "threw"; readonly text: string };

export interface LookOptions {
  /** Milliseconds that it may block the process; 1,000 where nothing is said. What V8 does in one step ends first, such as to list the names of an object. */
  readonly timeoutMs?: number;
}

const REFUSED =
  "it would change something, or V8 cannot tell that it would not. Refused are assignments to what exists already, calls that change it (push, set, delete), " +
  "import, and calls of built-in functions that V8 does not know to be harmless, many of Node's among them (process.memoryUsage()). Nothing has changed";

/**
 * Evaluates an expression without any effect: V8 stops it before it changes anything that existed before. What it gives is described under
 * the same check, from its data alone: no getter, proxy, `then` or method of it is called, and nothing of it is awaited. (The inspector's own
 * previews would do: they call getters of errors, `Error.prepareStackTrace`, and traps of proxies that an object inherits from.)
 *
 * In a turn of the event loop of its own. The names in it are globals. It may read every secret of the process, and take memory until its time is over.
 *
 * @throws PdmError (rejects) `ERR_PDM_INSPECT` where the process has no inspector, and for options that are none
 */
export function lookAt(expression: string, { timeoutMs = INSPECT_LIMITS.timeoutMs }: LookOptions = {}): Promise<Look> {
  return new Promise((resolve, reject) => {
    if (!(timeoutMs >= 1 && timeoutMs <= INSPECT_LIMITS.maxTimeoutMs)) {
      const range = `from 1 to ${INSPECT_LIMITS.maxTimeoutMs} milliseconds`;
      reject(new PdmError("ERR_PDM_INSPECT", `timeoutMs must be ${range}, not ${String(timeoutMs)}`));
      return;
    }
    const fault = findSyntaxFault(expression);
    if (fault !== undefined) {
      resolve({ kind: "threw", text: fault });
      return;
    }
    setImmediate(() => {
      const asyncId = executionAsyncId();
      try {
        resolve(look(expression, Math.ceil(timeoutMs)));
      } catch (error) {
        reject(error);
      }
      // As after every termination (see engine/guard.ts); that V8 lets code get there under its check was never seen.
      if (executionAsyncId() !== asyncId && mayMendAsyncStack()) mendAsyncStack();
    });
  });
}

/** It must be one expression: else it could end what it is put into. */
function findSyntaxFault(expression: string): string | undefined {
  try {
    withoutStacks(() => {
      void new vm.Script(placeExpression(expression));
      // What ends the parenthesis there, ends no bracket.
      void new vm.Script(`[\n${expression}\n]`);
    });
    return undefined;
  } catch (error) {
    const kind = error instanceof RangeError ? "RangeError" : "SyntaxError";
    const hint = /\bawait\b/u.test(expression) ? " (only an expression can be looked at, and nothing is awaited)" : "";
    return `${kind}: ${describeThrown(error)}${hint}`;
  }
}

/** What the inspector itself says of a value is not safe to ask for; of this array it says its length. */
function placeExpression(expression: string): string {
  return `(() => { try { return [0, (\n${expression}\n)]; } catch (thrown) { return [1, thrown]; } })()`;
}

function look(expression: string, timeoutMs: number): Look {
  const startMs = readClockMs();
  const inspection = openInspection();
  try {
    const pair = inspection.evaluate(placeExpression(expression), timeoutMs);
    if (pair.ended !== "returned") return describeEnd(pair.ended, timeoutMs, REFUSED);
    const leftMs = Math.max(Math.ceil(timeoutMs - (readClockMs() - startMs)), 1);
    const described = inspection.describe(pair.id, leftMs);
    return described.ended === "described"
      ? describeValue(described.value)
      : describeEnd(described.ended, timeoutMs, "what it gave cannot be described without running its code");
  } finally {
    inspection.close();
  }
}

function describeEnd(ended: "refused" | "late", timeoutMs: number, reason: string): Look {
  if (ended === "refused") return { kind: "refused", reason };
  return { kind: "threw", text: `it took longer than ${timeoutMs} ms, and was stopped` };
}

function describeValue({ way, type, text, members, omitted }: DescribedValue): Look {
  if (way === 1) return { kind: "threw", text };
  return {
    kind: "value",
    type,
    text,
    ...(members.length === 0 ? {} : { members }),
    ...(omitted <= 0 ? {} : { omitted }),
  };
}
