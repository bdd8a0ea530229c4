import { writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { isDisabled } from "../disabled.js";
import { observe } from "../http/observe.js";
import type { HttpObservation } from "../http/observe.js";
import { listenQuietly } from "../listen.js";
import { describeThrown } from "../warning.js";
import { readEnvironment } from "./environment.js";
import { isLauncher } from "./launcher.js";
import { passOnRegistration } from "./node-options.js";
import { chooseOwnSpec } from "./own-spec.js";

/** The first copy of this package that is registered in a process does it. */
const REGISTERED_KEY: unique symbol = Symbol.for("pdm.register.v1");

/**
 * Makes this process manageable as its environment says. Never throws: what goes wrong is one line on standard error.
 *
 * A worker thread was offered when `listen.ts` was loaded, and has nothing more to do. Nor has a package manager, but for what it starts.
 *
 * @param registerUrl the URL of the module that calls
 */
export function register(registerUrl: string): void {
  if (!isMainThread) return;
  try {
    const holder = globalThis as { [REGISTERED_KEY]?: true };
    if (holder[REGISTERED_KEY] === true) return;
    Object.defineProperty(globalThis, REGISTERED_KEY, { value: true });
    passOnRegistration(registerUrl);
    if (!isLauncher(process.argv[1])) begin();
  } catch (error) {
    report(error);
  }
}

function begin(): void {
  const { spec, options, observesHttp } = readEnvironment(process.env);
  const ownSpec = chooseOwnSpec(spec);
  let observation: HttpObservation | undefined;
  if (observesHttp) observation = observe();
  listenQuietly(ownSpec, options).catch((error: unknown) => {
    observation?.stop();
    report(error);
  });
}

function report(error: unknown): void {
  if (isDisabled()) return;
  const reason = describeThrown(error).replaceAll(/\s+/g, " ");
  try {
    // Not by `process.stderr`: making that stream changes how the program's own descriptor behaves.
    writeSync(2, `pdm: this process cannot be managed: ${reason}\n`);
  } catch {
    // Nobody reads it.
  }
}
