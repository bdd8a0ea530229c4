import type { WatchdogSettings } from "./watchdog-settings.js";

/** What can be asked of a watchdog, as far as rights go: `variables` is a diagnosis that shows them. */
export type WatchdogRequest = "state" | "diagnose" | "variables" | "evaluate" | "profile";

/** Why each is refused to the clients of a socket; empty where it is not. */
type WatchdogAccess = Readonly<Record<WatchdogRequest, string>>;

/** One listener that is to have the main thread watched. */
export interface Watch extends WatchdogSettings {
  /** The listener's own spec, for the records. */
  readonly spec: string;
  /** What its clients are. */
  readonly role: "viewer" | "operator" | "admin";
  readonly access: WatchdogAccess;
  /** Where records are appended. */
  readonly auditPath: string | undefined;
}
