import type { EvaluationOutcome } from "../engine/evaluation.js";

/** What the clients of a workspace are told. */
export type WorkspaceEvent =
  /** What its code printed. */
  | { readonly kind: "output"; readonly stream: "stdout" | "stderr"; readonly text: string }
  /** Its code asks; see `Workspace.answer`. */
  | { readonly kind: "question"; readonly question: number; readonly text: string }
  /** Another client's command, and what came of it. */
  | { readonly kind: "input"; readonly client: string; readonly source: string }
  | { readonly kind: "result"; readonly client: string; readonly outcome: EvaluationOutcome }
  /** It has ended. */
  | { readonly kind: "end" };

/** Hears of what happens in a workspace. */
export interface WorkspaceListener {
  /** Whether its client can be asked. */
  readonly canAnswer: boolean;
  hear(event: WorkspaceEvent): void;
}
