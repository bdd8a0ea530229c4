import { CLAIM_CHARACTERS } from "../limits.js";
import type { Limits } from "../limits.js";
import { CallContext } from "../objects/call-context.js";
import type { Caller } from "../objects/call-context.js";
import type { Effect } from "../objects/description.js";
import type { Grant } from "./grant.js";
import type { Account } from "./ledger.js";
import { isRight } from "./principal.js";
import type { Claim, Principal, Right } from "./principal.js";
import { recordDone } from "./audit.js";
import { listSession, takeSessionId } from "./session-list.js";
import type { ListedSession, SessionRecord } from "./session-list.js";

/** What a session has cost so far. */
export interface SessionCosts {
  /** Requests and commands that came. */
  requests: number;
  /** Milliseconds for which they blocked the event loop: the objects' code and the making of the answers. */
  handlerMs: number;
  receivedBytes: number;
  sentBytes: number;
  /** Events that it was told were lost. */
  eventsLost: number;
}

/** What a session is made from. */
export interface SessionParts {
  readonly grant: Grant;
  /** The spec of the socket that the client connected to. */
  readonly socket: string;
  readonly limits: Limits;
  readonly account: Account;
  /** Ends the connection, the reason sent. */
  readonly disconnect: (reason: string) => void;
}

/** One client, from its connection's first byte to the last: who it is, what it may do, what it costs. */
export class Session implements ListedSession {
  /** Unique in the process, counting from 1. */
  readonly id: number;
  /** Seconds since the epoch. */
  readonly startedAt: number = Date.now() / 1000;
  /** Another object after each {@link claim}. */
  principal: Principal;
  /** The sub-protocol's name; empty until the client has chosen one. */
  protocol = "";
  readonly limits: Limits;
  readonly account: Account;
  readonly grant: Grant;
  /** Whether every effect on every object is allowed, so that nobody needs to ask. */
  readonly isUnrestricted: boolean;
  readonly costs: SessionCosts = { requests: 0, handlerMs: 0, receivedBytes: 0, sentBytes: 0, eventsLost: 0 };
  readonly #caller: Caller;
  readonly #disconnect: (reason: string) => void;
  readonly #unlist: () => void;

  constructor({ grant, socket, limits, account, disconnect }: SessionParts) {
    this.id = takeSessionId();
    this.grant = grant;
    this.isUnrestricted = grant.decide === undefined;
    this.limits = limits;
    this.account = account;
    this.principal = Object.freeze({ role: grant.role, rights: grant.rights, socket, claimed: undefined });
    this.#caller = Object.freeze({ session: this.id, role: grant.role });
    this.#disconnect = disconnect;
    this.#unlist = listSession(this);
    recordDone(this, { action: "connect" }, { outcome: "ok" });
  }

  /** What the service calls this version of itself, if anything. */
  get build(): string | undefined {
    return this.grant.build;
  }

  /**
   * Notes what the client says of itself, in place of what it said before. What is no text or no process id is left out; texts are cut to
   * 256 characters, and control characters in them become spaces.
   */
  claim(claim: Claim): void {
    this.principal = Object.freeze({ ...this.principal, claimed: boundClaim(claim) });
  }

  /** Whether the client may do what has that effect to the object of that name, or has that right (whatever the name). Never throws. */
  mayUse(wanted: Effect | Right, name: string): boolean {
    if (isRight(wanted)) return this.principal.rights.includes(wanted);
    const { decide } = this.grant;
    return decide === undefined || decide(this.principal, wanted, name);
  }

  /** Whether the client may know that the object of that name is there. */
  isVisible(name: string): boolean {
    return this.mayUse("read", name);
  }

  /** Ends the connection; the client is told the reason, as far as it reads. */
  disconnect(reason: string): void {
    this.#disconnect(reason);
  }

  /** The connection is closed: for the reason that its client was told, or by the client itself. Called once. */
  end(reason: string | undefined): void {
    this.#unlist();
    recordDone(
      this,
      { action: "disconnect" },
      {
        outcome: reason === undefined ? "ok" : "cancelled",
        error: reason,
        durationMs: Math.max(0, Date.now() - this.startedAt * 1000),
      },
    );
  }

  toRecord(): SessionRecord {
    const { id, startedAt, protocol, costs } = this;
    const { role, rights, socket, claimed = null } = this.principal;
    // A list of its own for each record: where many are shown together, it would be referred to from the second on.
    return { id, startedAt, socket, role, rights: [...rights], claimed, protocol, ...costs };
  }

  /** For one call. */
  createContext(): CallContext {
    return new CallContext(this.#caller);
  }
}

function boundClaim({ user, program, pid }: Claim): Claim {
  return Object.freeze({
    ...(typeof user === "string" ? { user: boundText(user) } : {}),
    ...(typeof program === "string" ? { program: boundText(program) } : {}),
    ...(Number.isSafeInteger(pid) && Number(pid) > 0 ? { pid: Number(pid) } : {}),
  });
}

/** Nobody's terminal or log is driven by what a client calls itself. */
function boundText(text: string): string {
  return text.slice(0, CLAIM_CHARACTERS).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, " ");
}
