import { createHash } from "node:crypto";
import { ATTACHMENT_KEY } from "../attachment.js";
import type { AttachmentWishes } from "../attachment.js";
import { saysDisabled } from "../disabled.js";
import { InspectorError } from "../inspector/inspector-error.js";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { inMicrotask } from "../inspector/microtask.js";
import { ATTACH_LIMITS } from "../limits.js";
import type { Target } from "../target/target.js";
import { OPEN_LISTENERS_KEY } from "../transport/open-listeners.js";
import { AttachError } from "./attach-error.js";
import type { Attached } from "./attached-process.js";
import { readFields, showText } from "./process-answer.js";
import { refuseDisabled } from "./refusals.js";

/** The first versions in which a module that is part of Node.js can be had from anywhere, and this package runs. */
const OLDEST = { major: 20, minor: 19 };

/** What was loaded, in there. */
const HELD = `globalThis[Symbol.for(${JSON.stringify(ATTACHMENT_KEY)})]`;

/** What a process says of itself before anything is loaded. */
interface Surroundings {
  readonly node: string;
  /** Of the variable `PDM_DISABLE`, which the program may have set itself. */
  readonly disabled: string;
  /** Where it listens by itself, the first of them; empty where it does not. See `transport/open-listeners.ts`. */
  readonly prepared: string;
  /** Of the text that was loaded before; empty where none was. */
  readonly digest: string;
  /** Where it listens since somebody attached to it; empty where it does not. */
  readonly attached: string;
  /** `function`, unless the program has taken away what we get Node's modules with. */
  readonly builtin: string;
}

const LOOK = `(() => {
  const shared = (name) => globalThis[Symbol.for(name)];
  const [listener] = shared(${JSON.stringify(OPEN_LISTENERS_KEY)}) ?? [];
  return {
    node: process.versions.node,
    disabled: process.env.PDM_DISABLE ?? "",
    prepared: listener?.spec ?? "",
    digest: shared(${JSON.stringify(ATTACHMENT_KEY)})?.digest ?? "",
    attached: shared(${JSON.stringify(ATTACHMENT_KEY)})?.findSpec() ?? "",
    builtin: typeof process.getBuiltinModule,
  };
})()`;

/** Where a process listens, as it says: to be checked before it is connected to. */
export interface Loaded {
  readonly spec: string;
  readonly origin: Attached["origin"];
  /** Whether it listens by our doing, and so should not where we cannot go on. */
  readonly isNew: boolean;
}

/**
 * Has a process listen, over its inspector: loads what that takes, unless the same was loaded before.
 *
 * @returns the spec as the process calls it, and since when it listens there
 * @throws AttachError (rejects) `ERR_PDM_ATTACH_STUCK`, `ERR_PDM_ATTACH_VERSION`, `ERR_PDM_ATTACH_DISABLED`: then nothing was loaded;
 * what `listen` throws, by its code: then it was, and does not listen; `ERR_PDM_ATTACH_UNFINISHED` where nobody knows
 * @throws InspectorError (rejects): then it does not listen
 */
export async function loadInto(session: InspectorSession, target: Target, wishes: AttachmentWishes): Promise<Loaded> {
  await checkLoopTurns(session, target);
  const { node, disabled, prepared, digest, attached, builtin } = await look(session, target);
  const [major = 0, minor = 0] = node.split(".").map(Number);
  if (!(major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor))) {
    throw new AttachError(
      "ERR_PDM_ATTACH_VERSION",
      `process ${target.label} runs Node.js ${showText(node)}; it takes ${OLDEST.major}.${OLDEST.minor} or newer`,
    );
  }
  if (saysDisabled(disabled)) throw refuseDisabled(target);
  if (attached !== "") return { spec: attached, origin: "attached-before", isNew: false };
  if (prepared !== "") return { spec: prepared, origin: "prepared", isNew: false };
  if (builtin !== "function") {
    throw new AttachError(
      "ERR_PDM_ATTACH_VERSION",
      `process ${target.label} has no process.getBuiltinModule, which its Node.js ${showText(node)} comes with: its program has taken that away; nothing was loaded`,
    );
  }
  // Only now: most programs that can attach never do.
  const { ATTACHED_SOURCE: source } = await import("./attached-source.js");
  const expected = createHash("sha256").update(source).digest("hex");
  if (digest !== expected) await evaluate(session, `(() => ${wrap(source, expected)})()`);
  return begin(session, target, wishes);
}

async function look(session: InspectorSession, { label }: Target): Promise<Surroundings> {
  const said = readFields(await evaluate(session, LOOK));
  const read = (name: keyof Surroundings): string => {
    const value = said[name];
    if (typeof value === "string") return value;
    throw new AttachError(
      "ERR_PDM_ATTACH",
      `process ${label} does not say what it is asked: "${name}" is ${showText(value)}; nothing was loaded`,
    );
  };
  return {
    node: read("node"),
    disabled: read("disabled"),
    prepared: read("prepared"),
    digest: read("digest"),
    attached: read("attached"),
    builtin: read("builtin"),
  };
}

async function begin(session: InspectorSession, target: Target, wishes: AttachmentWishes): Promise<Loaded> {
  let answer: unknown;
  try {
    answer = await evaluate(session, `${HELD}.begin(${JSON.stringify(wishes)})`);
  } catch (cause) {
    if (!(cause instanceof InspectorError)) throw cause;
    const state = (await unload(session))
      ? "what was loaded was ended again, and does not listen"
      : `process ${target.label} may listen, unless it has ended; pdm-attach --detach ${target.pid} takes that out`;
    throw new AttachError("ERR_PDM_ATTACH_UNFINISHED", `${cause.message}; ${state}`, { cause });
  }
  const { spec, isNew, error } = readFields(answer);
  if (typeof spec === "string") return { spec, origin: "attached", isNew: isNew === true };
  const { code, message } = readFields(error);
  throw new AttachError(
    typeof code === "string" && /^ERR_PDM_[A-Z_]{1,40}$/.test(code) ? code : "ERR_PDM_ATTACH",
    `process ${target.label} cannot be managed: ${showText(message)}; it does not listen`,
  );
}

/** Has the process listen no more, over the inspector. Never rejects. @returns whether it has done that */
export async function unload(session: InspectorSession): Promise<boolean> {
  return evaluate(session, `${HELD}.end()`).then(
    () => true,
    () => false,
  );
}

const IMMEDIATE = "new Promise((resolve) => void setImmediate(resolve, {}))";

/** A message to itself comes by way of the event loop too, and no test's clock holds it back. */
const MESSAGE = `new Promise((resolve) => {
  const { port1, port2 } = new (process.getBuiltinModule?.("node:worker_threads") ?? globalThis).MessageChannel();
  port1.on("message", () => {
    port1.close();
    resolve({});
  });
  port2.postMessage(0);
})`;

/** In a loop an inspector answers, but nothing could ever be accepted; and what was loaded could not be taken out. */
async function checkLoopTurns(session: InspectorSession, { label, pid }: Target): Promise<void> {
  try {
    await evaluate(session, IMMEDIATE, ATTACH_LIMITS.turnMs);
  } catch (cause) {
    if (!(cause instanceof InspectorError) || cause.code !== "ERR_PDM_INSPECTOR_TIMEOUT") throw cause;
    const turns = await evaluate(session, MESSAGE, ATTACH_LIMITS.turnMs).then(
      () => true,
      () => false,
    );
    throw new AttachError(
      "ERR_PDM_ATTACH_STUCK",
      turns
        ? `the event loop of process ${label} turns, but its setImmediate never comes back: the program has replaced it, such as by a test's clock; nothing was loaded`
        : `the event loop of process ${label} does not turn; nothing was loaded. An inspector that was opened for this is open until it does, and is closed then. pdm-rescue ${pid} says why`,
      { cause },
    );
  }
}

/** An expression that leaves no trace but the one property. What Node.js has is got by name, as in a module that `require` loads. */
function wrap(source: string, digest: string): string {
  return `{
// Another who attaches at the same time has loaded the same.
if (${HELD}?.digest === ${JSON.stringify(digest)}) return;
const module = { exports: {} };
((module, exports, require) => {${source}
})(module, module.exports, (name) => process.getBuiltinModule(name));
const value = { digest: ${JSON.stringify(digest)}, ...module.exports.attachment };
Object.defineProperty(globalThis, Symbol.for(${JSON.stringify(ATTACHMENT_KEY)}), { value, configurable: true });
}`;
}

/** @returns what it comes to, as the process says: of any type */
async function evaluate(
  session: InspectorSession,
  expression: string,
  timeoutMs: number = ATTACH_LIMITS.loadMs,
): Promise<unknown> {
  const params = {
    expression: `${inMicrotask(expression)}\n//# sourceURL=pdm/attached.js`,
    awaitPromise: true,
    returnByValue: true,
    silent: true,
  };
  const { result, exceptionDetails } = readFields(await session.post("Runtime.evaluate", params, timeoutMs));
  if (exceptionDetails === undefined) return readFields(result)["value"];
  const { exception, text } = readFields(exceptionDetails);
  const reason = readFields(exception)["description"] ?? text;
  const [line = reason] = typeof reason === "string" ? reason.split("\n", 1) : [];
  throw new AttachError("ERR_PDM_ATTACH", `what was loaded failed: ${showText(line)}`);
}
