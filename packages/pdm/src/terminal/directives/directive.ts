import type { ShellAccess } from "../shell-access.js";

/** A command for this program itself, typed as `.NAME ARGUMENT`. */
export interface Directive {
  /** With its dot. */
  readonly name: string;
  readonly usage: string;
  /** A line for the list, without a full stop. */
  readonly summary: string;
  /** More lines, where a line is not enough. */
  readonly details?: string;
  /** Whether the argument is an expression, which can be completed. */
  readonly takesExpression?: boolean;
  /** @throws DirectiveError, and what the service answers with: both are shown */
  run(shell: ShellAccess, argument: string): Promise<void> | void;
}
