import type { EvaluationOutcome } from "../engine/evaluation.js";
import type { DaemonStream } from "../toolbox/daemon-output.js";

/** What came of an evaluation, and where the value is kept. */
export type WorkspaceOutcome = EvaluationOutcome & {
  /** Of an object, a function, and what the text does not show all of. */
  readonly handle?: number | undefined;
};

/** What the clients of a session are told, beside the answers that they asked for. */
export type WorkspaceEvent =
  | { readonly kind: "output"; readonly stream: "stdout" | "stderr"; readonly text: string }
  | { readonly kind: "daemon"; readonly stream: DaemonStream; readonly text: string; readonly lost: number }
  | { readonly kind: "question"; readonly question: number; readonly text: string }
  | { readonly kind: "answered"; readonly question: number }
  | { readonly kind: "input"; readonly client: number; readonly source: string }
  | { readonly kind: "result"; readonly client: number; readonly outcome: WorkspaceOutcome }
  | { readonly kind: "joined" | "left"; readonly client: number; readonly others: number };

/** One client in a session. */
export interface WorkspaceClient {
  /** Its number in `pdm.sessions`. */
  readonly number: number;
  readonly role: string;
  /** Whether it can show a question and send the answer. */
  readonly canAnswer: boolean;
  /** Whether it has what it takes to interrupt a loop of the session. */
  readonly canInterruptLoops: boolean;
  /** Tells it; bounded by the client, and never throws. */
  tell(event: WorkspaceEvent): void;
  /** The session ended, for that reason. */
  end(reason: string): void;
}
