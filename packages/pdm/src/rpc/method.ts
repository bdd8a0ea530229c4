import type { JsonSchema } from "../schema/json-schema.js";
import type { RpcCall } from "./call.js";

/** What a member of `params` or of a result is: its type, with a description for the reference. */
export type Members = Readonly<Record<string, JsonSchema & { readonly description: string }>>;

/** One method of the protocol: what the reference says of it, what its parameters are checked with, and what it does. */
export interface RpcMethod<P = never> {
  readonly name: string;
  /** One or two sentences for whoever writes a client. */
  readonly summary: string;
  /** Its parameters by name, `timeoutMs` excepted, which every request may have. */
  readonly params: Members;
  readonly required?: readonly (keyof P & string)[];
  readonly result: Members;
  /** Our codes that it may fail with, beside those that every request may. */
  readonly errors?: readonly string[];
  /**
   * Carries it out: answers once, now or later, unless it throws. What is pending is told with `call.follow`.
   *
   * @param params checked against the descriptor; values in them are still forms
   * @throws any error for what cannot be done; then nothing has been
   */
  run(call: RpcCall, params: P): void;
}

/** A message that one side sends of its own accord. */
export interface RpcNotification {
  readonly name: string;
  readonly summary: string;
  readonly params: Members;
}
