import path from "node:path";
import type { Client } from "../client/client.js";
import { connect } from "../client/connect.js";
import { HelloError, NotOfferedError } from "../client/errors.js";
import { connectRepl } from "../client/repl.js";
import type { ReplClient } from "../client/repl.js";
import type { ReplEvent, ReplSession } from "../client/repl-session.js";
import type { ServerGreeting } from "../client/server-greeting.js";
import { detectLanguage } from "./detection.js";
import { JAVASCRIPT } from "./javascript.js";
import type { Language } from "./language.js";
import { describeNoSession, LookSession } from "./look-session.js";
import { PdmError } from "../errors.js";
import { loadGrammar } from "../syntax/parser.js";

/** The service has no sessions or threads to choose from (`ERR_PDM_NOT_OFFERED`). */
class NoSessionsError extends PdmError {
  constructor(spec: string) {
    super(
      "ERR_PDM_NOT_OFFERED",
      `${spec} has no named sessions and no threads: it is of an older version, or in Python`,
    );
  }
}

/** A REPL to type commands into: a session of a service's, or what an older or a Python service has instead. */
export type Place = SessionPlace | TextPlace;

/** A session over `rpc`. */
export interface SessionPlace {
  readonly kind: "session";
  readonly client: Client;
  readonly session: ReplSession;
  readonly greeting: ServerGreeting;
  readonly language: Language;
  /** 0 is the main thread. */
  readonly thread: number;
  /** Whether nothing can be changed, since the role has the right `inspect` alone. */
  readonly isViewOnly: boolean;
}

/** The text protocol, with one set of variables a connection. */
export interface TextPlace {
  readonly kind: "text";
  readonly client: ReplClient;
  readonly language: Language;
}

export interface PlaceOptions {
  /** The session's name; without it a new one. */
  readonly session?: string | undefined;
  readonly thread?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly onEvent: (event: ReplEvent) => void;
}

/**
 * Connects, and opens a session where the service has any.
 *
 * @throws what `connect`, `connectRepl` and `openRepl` do; nothing stays open then
 */
export async function openPlace(spec: string, options: PlaceOptions): Promise<Place> {
  const client = await connectObjects(spec, options);
  const greeting = client?.server;
  // Servers of the first version speak `rpc`, but without a REPL in it.
  if (client === undefined || greeting?.capabilities.includes("repl.open") !== true) {
    client?.close();
    return openTextPlace(spec, options);
  }
  try {
    return await openSession(client, greeting, options);
  } catch (error) {
    client.close();
    throw error;
  }
}

/** A session of a connection that is there already. @throws what `openRepl` does, and NotOfferedError for one with a name where the role has none */
export async function openSession(
  client: Client,
  greeting: ServerGreeting,
  { session, thread = 0, onEvent }: PlaceOptions,
): Promise<SessionPlace> {
  // Without it there are no colours, and what judges commands says why.
  loadGrammar().catch(() => {});
  const isViewOnly = !greeting.rights.includes("repl") && greeting.rights.includes("inspect");
  if (isViewOnly && session !== undefined) throw new NotOfferedError(describeNoSession(greeting.role));
  const opened = isViewOnly
    ? new LookSession(client)
    : await client.openRepl({ onEvent, ...(session !== undefined && { session }) });
  return { kind: "session", client, session: opened, greeting, language: JAVASCRIPT, thread, isViewOnly };
}

/** What the service calls itself: its title, where it chose one, else its socket's name. */
export function nameOf({ greeting }: SessionPlace, spec: string): string {
  const { title } = greeting.process;
  if (title !== "" && !/^(?:\S*\/)?node\b|\//.test(title)) return title.replaceAll(/\s+/g, " ").slice(0, 40);
  const isPath = spec.includes("/");
  return isPath ? path.posix.basename(spec).replace(/(?:-[0-9]+)?\.sock$/, "") : "node";
}

async function openTextPlace(spec: string, { session, thread, timeoutMs }: PlaceOptions): Promise<TextPlace> {
  const client = await connectRepl(spec, { timeoutMs });
  try {
    if (session !== undefined || thread !== undefined) throw new NoSessionsError(spec);
    return { kind: "text", client, language: await detectLanguage(client, timeoutMs ?? Infinity) };
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Undefined where the service does not know the protocol. */
async function connectObjects(spec: string, { thread, timeoutMs }: PlaceOptions): Promise<Client | undefined> {
  try {
    return await connect(spec, { protocol: "rpc", timeoutMs, ...(thread !== undefined && { thread }) });
  } catch (error) {
    if (error instanceof HelloError && error.isProtocolRefused) return undefined;
    throw error;
  }
}
