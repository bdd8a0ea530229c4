import type { Effect } from "../objects/description.js";

/** What a socket's clients are; each role may do what the one before may, and more: see `docs/access.md`. */
export type Role = "viewer" | "operator" | "admin";

/** What a role does not bring along: `repl` runs any code in the service, `inspect` looks into its engine. */
export type Right = "repl" | "inspect";

/** What a client says of itself. Nothing of it is verified, since Node cannot ask a Unix socket who is at its other end. */
export interface Claim {
  readonly user?: string;
  readonly program?: string;
  readonly pid?: number;
}

/** Who asks. */
export interface Principal {
  readonly role: Role;
  readonly rights: readonly Right[];
  /** The spec of the socket that the client connected to: what its role and its rights come from. */
  readonly socket: string;
  /** Undefined until the client says something of itself. */
  readonly claimed: Claim | undefined;
}

export const RIGHTS: readonly Right[] = ["repl", "inspect"];

/** What each role may do to an object where no policy says otherwise. */
export const ROLE_EFFECTS: Readonly<Record<Role, readonly Effect[]>> = {
  viewer: ["read"],
  operator: ["read", "change"],
  admin: ["read", "change", "destroy", "expose", "execute"],
};

/** Whether it is one of the {@link RIGHTS}, and no effect. */
export function isRight(wanted: Effect | Right): wanted is Right {
  return wanted === "repl" || wanted === "inspect";
}
