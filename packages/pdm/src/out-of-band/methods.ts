import type { Holder, InterruptTarget } from "./messages.js";
import { INVALID_PARAMETERS, INVALID_REQUEST, NO_SUCH_METHOD, REFUSED, RequestFault } from "./request-fault.js";
import { WATCHDOG_METHODS } from "./watchdog-methods.js";
import type { WatchdogContext } from "./watchdog-methods.js";

/** What the methods work on. */
export interface MethodContext extends WatchdogContext {
  /** Whose secret that is, on the socket that the request came by. */
  findHolder(secret: string): Holder | undefined;
  /** @returns whether something was stopped */
  interrupt(target: InterruptTarget): Promise<boolean>;
}

/** Resolves to the result; what it throws is the answer's error. */
type Method = (context: MethodContext, params: Readonly<Record<string, unknown>>) => Promise<object>;

/** By name. */
const METHODS: Readonly<Record<string, Method>> = {
  /** Stops what the session runs or awaits: that evaluation of the secret's holder, or any where no number is given. */
  async interrupt(context, { secret, evaluation }) {
    if (typeof secret !== "string") throw new RequestFault(INVALID_PARAMETERS, "secret is a string");
    if (evaluation !== undefined && !Number.isInteger(evaluation))
      throw new RequestFault(INVALID_PARAMETERS, "evaluation is a whole number");
    const holder = context.findHolder(secret);
    if (holder === undefined) throw new RequestFault(REFUSED, "no session of this socket has that secret");
    return { interrupted: await context.interrupt({ ...holder, evaluation: evaluation as number | undefined }) };
  },
  ...WATCHDOG_METHODS,
};

/** @throws RequestFault */
export function findMethod(name: unknown): Method {
  if (typeof name !== "string") throw new RequestFault(INVALID_REQUEST, "a request names its method");
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method === undefined)
    throw new RequestFault(NO_SUCH_METHOD, `there is no method ${JSON.stringify(name.slice(0, 64))} here`);
  return method;
}
