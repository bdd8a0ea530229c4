import { encodeNotification } from "./message.js";
import type { Connection } from "../session/connection.js";
import type { QueuedEventSource } from "../session/event-queue.js";
import type { WorkspaceClient, WorkspaceEvent, WorkspaceOutcome } from "../workspace/workspace-event.js";
import type { Workspace } from "../workspace/workspace.js";

/** What being in a session costs: its variables by themselves, the values that it holds not counted. */
const ATTACHMENT_BYTES = 16_384;

/** What lets a client interrupt a loop of a session, or why nothing does. */
export type InterruptOffer =
  | { readonly spec: string; readonly secret: string; release(): void }
  | { readonly reason: string };

/** One client's being in one session of the REPL: what happens there is sent to it, and lost like events where it does not read. */
export class ReplAttachment implements WorkspaceClient, QueuedEventSource {
  readonly number: number;
  readonly role: string;
  readonly canAnswer = true;
  readonly workspace: Workspace;
  #offer: InterruptOffer | undefined;
  readonly #connection: Connection;
  readonly #onEnd: (attachment: ReplAttachment) => void;
  #lost = 0;
  #isOver = false;

  /** @param onEnd called where the session ends before the client leaves it */
  constructor(connection: Connection, workspace: Workspace, onEnd: (attachment: ReplAttachment) => void) {
    this.number = connection.session.id;
    this.role = connection.session.principal.role;
    this.workspace = workspace;
    this.#connection = connection;
    this.#onEnd = onEnd;
    connection.account.charge(ATTACHMENT_BYTES);
    workspace.attach(this);
  }

  /** Undefined until it is known. */
  get offer(): InterruptOffer | undefined {
    return this.#offer;
  }

  /** Keeps it; where the client has left meanwhile it is given back. */
  take(offer: InterruptOffer): void {
    if (!this.#isOver) this.#offer = offer;
    else if ("secret" in offer) offer.release();
  }

  get canInterruptLoops(): boolean {
    return this.offer !== undefined && "secret" in this.offer;
  }

  tell(event: WorkspaceEvent): void {
    if (this.#isOver) return;
    this.#send(event.kind === "result" ? { ...event, outcome: describeOutcome(event.outcome) } : event);
  }

  end(reason: string): void {
    if (this.#isOver) return;
    this.#send({ kind: "ended", reason });
    this.#close();
    this.#onEnd(this);
  }

  /** The client leaves. @param isKept whether the session waits for somebody to take it up where it was the last one */
  leave(isKept: boolean): void {
    if (this.#isOver) return;
    this.#close();
    this.workspace.detach(this, isKept);
    this.#connection.discardEvents(this);
  }

  /** Ends what the session awaits, or that evaluation of this client's alone. @returns whether anything was ended */
  interrupt(evaluation: number | undefined): boolean {
    if (evaluation === undefined) return this.workspace.interrupt();
    return this.workspace.stop((request) => request.client === this && request.evaluation === evaluation);
  }

  countLost(count: number): void {
    this.#lost += count;
  }

  takeLossNotice(lostBefore: number): Buffer | undefined {
    const count = this.#lost + lostBefore;
    this.#lost = 0;
    return count === 0 ? undefined : this.#encode({ kind: "lost", count });
  }

  #close(): void {
    this.#isOver = true;
    if (this.offer !== undefined && "secret" in this.offer) this.offer.release();
    this.#connection.account.charge(-ATTACHMENT_BYTES);
  }

  #send(event: object): void {
    this.#connection.sendEvent(this.#encode(event), this, 0);
  }

  #encode(event: object): Buffer {
    return Buffer.from(encodeNotification("repl.event", JSON.stringify({ session: this.workspace.name, event })));
  }
}

/** An outcome as it is sent: never the value itself. */
export function describeOutcome(outcome: WorkspaceOutcome): object {
  if (outcome.kind === "done") return { kind: "done" };
  const { kind, text, handle } = outcome;
  return {
    kind,
    text,
    ...(handle !== undefined && { handle }),
    ...(outcome.kind === "value" && outcome.isCut && { isCut: true }),
    ...(outcome.kind === "threw" && outcome.cause !== undefined && { cause: outcome.cause }),
  };
}
