import { createHash } from "node:crypto";
import type { Runtime } from "node:inspector";
import { ATTACHMENT_KEY } from "../attachment.js";
import type { AttachmentOutcome, AttachmentWishes } from "../attachment.js";
import { InspectorError } from "../inspector/inspector-error.js";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { inMicrotask } from "../inspector/microtask.js";
import { ATTACH_LIMITS } from "../limits.js";
import type { Target } from "../target/target.js";
import { AttachError } from "./attach-error.js";
import type { Attached } from "./attached-process.js";
import { refuseDisabled, saysDisabled } from "./refusals.js";

/** The first versions in which a module that is part of Node.js can be had from anywhere, and this package runs. */
const OLDEST = { major: 20, minor: 19 };

/** What a process says of itself before anything is loaded. */
interface Surroundings {
  readonly node: string;
  /** Of the variable `PDM_DISABLE`, which the program may have set itself. */
  readonly disabled: string;
  /** Where it listens by itself; see `transport/open-listeners.ts`. */
  readonly specs: readonly string[];
  /** Of the text that was loaded before; empty where none was. */
  readonly digest: string;
  /** Where it listens since somebody attached to it; empty where it does not. */
  readonly attached: string;
}

const LOOK = `(() => {
  const shared = (name) => globalThis[Symbol.for(name)];
  return {
    node: process.versions.node,
    disabled: process.env.PDM_DISABLE ?? "",
    specs: [...(shared("pdm.listeners.v1") ?? [])].map(({ spec }) => spec),
    digest: shared(${JSON.stringify(ATTACHMENT_KEY)})?.digest ?? "",
    attached: shared(${JSON.stringify(ATTACHMENT_KEY)})?.findSpec() ?? "",
  };
})()`;

/**
 * Has a process listen, over its inspector: loads what that takes, unless the same was loaded before.
 *
 * @returns the spec as the process calls it, and since when it listens there
 * @throws AttachError (rejects) `ERR_PDM_ATTACH_STUCK`, `ERR_PDM_ATTACH_VERSION`, `ERR_PDM_ATTACH_DISABLED`: then nothing was loaded;
 * what `listen` throws, by its code: then it was
 * @throws InspectorError (rejects)
 */
export async function loadInto(
  session: InspectorSession,
  target: Target,
  wishes: AttachmentWishes,
): Promise<{ readonly spec: string; readonly origin: Attached["origin"] }> {
  await checkLoopTurns(session, target);
  const { node, disabled, specs, digest, attached } = await evaluate<Surroundings>(session, LOOK);
  const [major = 0, minor = 0] = node.split(".").map(Number);
  if (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor)) {
    throw new AttachError(
      "ERR_PDM_ATTACH_VERSION",
      `process ${target.label} runs Node.js ${node}; it takes ${OLDEST.major}.${OLDEST.minor} or newer`,
    );
  }
  if (saysDisabled(disabled)) throw refuseDisabled(target);
  if (attached !== "") return { spec: attached, origin: "attached-before" };
  const [own] = specs;
  if (own !== undefined) return { spec: own, origin: "prepared" };
  // Only now: most programs that can attach never do.
  const { ATTACHED_SOURCE: source } = await import("./attached-source.js");
  const expected = createHash("sha256").update(source).digest("hex");
  if (digest !== expected) await evaluate(session, `(() => ${wrap(source, expected)})()`);
  const begin = `globalThis[Symbol.for(${JSON.stringify(ATTACHMENT_KEY)})].begin(${JSON.stringify(wishes)})`;
  const outcome = await evaluate<AttachmentOutcome>(session, begin);
  if ("spec" in outcome) return { spec: outcome.spec, origin: "attached" };
  const { code, message } = outcome.error;
  throw new AttachError(code, `process ${target.label} cannot be managed: ${message}`);
}

/** In a loop an inspector answers, but nothing could ever be accepted; and what was loaded could not be taken out. */
async function checkLoopTurns(session: InspectorSession, { label, pid }: Target): Promise<void> {
  try {
    await evaluate(session, "new Promise((resolve) => void setImmediate(resolve, {}))", ATTACH_LIMITS.turnMs);
  } catch (cause) {
    if (!(cause instanceof InspectorError) || cause.code !== "ERR_PDM_INSPECTOR_TIMEOUT") throw cause;
    throw new AttachError(
      "ERR_PDM_ATTACH_STUCK",
      `the event loop of process ${label} does not turn; nothing was loaded. pdm-rescue ${pid} says why`,
      { cause },
    );
  }
}

/** An expression that leaves no trace but the one property. What Node.js has is got by name, as in a module that `require` loads. */
function wrap(source: string, digest: string): string {
  return `{
const module = { exports: {} };
((module, exports, require) => {${source}
})(module, module.exports, (name) => process.getBuiltinModule(name));
const value = { digest: ${JSON.stringify(digest)}, ...module.exports.attachment };
Object.defineProperty(globalThis, Symbol.for(${JSON.stringify(ATTACHMENT_KEY)}), { value, configurable: true });
}`;
}

async function evaluate<Value>(
  session: InspectorSession,
  expression: string,
  timeoutMs: number = ATTACH_LIMITS.loadMs,
): Promise<Value> {
  const params = {
    expression: `${inMicrotask(expression)}\n//# sourceURL=pdm/attached.js`,
    awaitPromise: true,
    returnByValue: true,
    silent: true,
  };
  const answer = await session.post<Runtime.EvaluateReturnType>("Runtime.evaluate", params, timeoutMs);
  if (answer.exceptionDetails === undefined) return answer.result.value as Value;
  const { exception, text } = answer.exceptionDetails;
  throw new AttachError("ERR_PDM_ATTACH", `what was loaded failed: ${exception?.description ?? text}`);
}
