import type { ConnectionLostError } from "./errors.js";
import type { ObjectAccess } from "./object-access.js";
import type {
  DescribeOptions,
  FetchOptions,
  ListedObject,
  ListOptions,
  ReadItem,
  ReadManyOptions,
  SampleOptions,
  ServerDescription,
} from "./request-options.js";
import type { ListedReplSession, ListedThread, OpenReplOptions, ReplLook, ReplSession } from "./repl-session.js";
import type { SampleStream } from "./sample-stream.js";
import type { ServerGreeting } from "./server-greeting.js";
import type { RequestOptions } from "./waiter.js";
import type { Cut } from "../json/cut.js";

/** The names of the protocols by which objects are reached. */
export type ObjectProtocol = "rpc" | "perf";

/**
 * How one protocol reaches the objects of a server; `perf/server.ts` and `rpc/server.ts` are the two. What a protocol has no
 * request for rejects with NotOfferedError.
 */
export interface ServerAccess {
  readonly protocol: ObjectProtocol;
  /** What the server said of itself last; undefined where the protocol has no such thing. */
  readonly greeting: ServerGreeting | undefined;
  /** Resolves when there is no connection and none will be made: with the error that ended it, with undefined after `close()`. */
  readonly closed: Promise<ConnectionLostError | undefined>;
  /** @param name checked already */
  find(name: string, options: RequestOptions): Promise<ObjectAccess>;
  lookUp(module: string, name: string, options: RequestOptions): Promise<ObjectAccess>;
  list(names: readonly string[], options: ListOptions): Promise<ListedObject[]>;
  describe(name: string | undefined, options: DescribeOptions): Promise<ServerDescription>;
  readMany(names: readonly string[], options: ReadManyOptions): Promise<ReadItem[]>;
  sample(names: readonly string[], options: SampleOptions): Promise<SampleStream>;
  fetch(cut: Cut, options: FetchOptions): Promise<unknown>;
  ping(options: RequestOptions): Promise<void>;
  openRepl(options: OpenReplOptions): Promise<ReplSession>;
  listReplSessions(options: RequestOptions): Promise<readonly ListedReplSession[]>;
  inspect(expression: string, options: RequestOptions): Promise<ReplLook>;
  listThreads(options: RequestOptions): Promise<readonly ListedThread[]>;
  close(): void;
}
