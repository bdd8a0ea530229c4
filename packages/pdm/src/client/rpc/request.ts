import type { RpcChannel } from "./channel.js";
import type { OutgoingStream } from "./outgoing-stream.js";

/** What was asked, for messages. */
export interface RequestDescription {
  /** The protocol's method. */
  readonly method: string;
  /** The name of the object that it is about; empty where it is about none. */
  readonly target: string;
  /** The operation's name, for `invoke` of another than `call`. */
  readonly operation?: string | undefined;
}

/** One request as it is sent, and how its result is read. */
export interface RpcRequest<T> extends RequestDescription {
  /** The members of `params` as JSON text, without the braces. */
  readonly params: string;
  /**
   * What the result means; called with it at once, in the order of what arrives.
   *
   * @throws any error for a result that makes no sense: the request fails with it
   */
  readonly readResult: (result: Readonly<Record<string, unknown>>, channel: RpcChannel) => T;
  /** Whether it waits for as long as it takes, here and there, where its caller says nothing else. */
  readonly waitsForever?: boolean;
  /** Undoes what the result stands for, where nobody waited for it any more. */
  readonly discard?: () => void;
  /** Streams among the arguments. */
  readonly streams?: readonly OutgoingStream[];
}

/** How a request reads in a message: `read of shop.orders/count`. */
export function nameRequest({ method, target, operation }: RequestDescription): string {
  const what = operation ?? method;
  return target === "" ? what : `${what} of ${target}`;
}

/** The request is over, or was never sent: nobody takes its streams. */
export function cancelStreams({ streams = [] }: { readonly streams?: readonly OutgoingStream[] }): void {
  for (const stream of streams) stream.cancel();
}
