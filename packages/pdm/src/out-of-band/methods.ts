import type { Holder, InterruptTarget } from "./messages.js";

/** What is wrong with a request, by the codes of JSON-RPC and of `rpc`. */
export class RequestFault extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const PARSE_ERROR = -32_700;
export const INVALID_REQUEST = -32_600;
const NO_SUCH_METHOD = -32_601;
const INVALID_PARAMETERS = -32_602;
const REFUSED = -32_003;
export const TOO_MANY = -32_009;

/** What the methods work on. */
export interface MethodContext {
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
};

/** @throws RequestFault */
export function findMethod(name: unknown): Method {
  if (typeof name !== "string") throw new RequestFault(INVALID_REQUEST, "a request names its method");
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method === undefined)
    throw new RequestFault(NO_SUCH_METHOD, `there is no method ${JSON.stringify(name.slice(0, 64))} here`);
  return method;
}
