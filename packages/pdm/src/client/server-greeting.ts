/** What a server says of itself, and of what the client may do, when it is connected to. Frozen. */
export interface ServerGreeting {
  readonly server: { readonly name: string; readonly version: string };
  readonly process: {
    readonly pid: number;
    /** In the form `2026-11-25T12:00:00.000Z`. The same process has the same `pid` and the same `startedAt`. */
    readonly startedAt: string;
    readonly title: string;
    /** The version of Node.js. */
    readonly node: string;
    /** What the service calls its own version; null where it says nothing. */
    readonly build: string | null;
    /** Node's number of the worker thread that answers; undefined for the main thread. */
    readonly thread?: number | undefined;
  };
  /** This connection's entry in `pdm.sessions`. */
  readonly session: number;
  readonly role: string;
  readonly rights: readonly string[];
  /** Names of the protocol's methods and features. */
  readonly capabilities: readonly string[];
  /** Where the watchdog is asked while the event loop does not turn, as the service calls it; undefined where there is none, or it may not be asked. */
  readonly watchdog?: string | undefined;
  /** The server's own limits, by name. */
  readonly limits: Readonly<Record<string, number>>;
}
