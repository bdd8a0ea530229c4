import { ignoreRejection } from "../engine/promise.js";
import { formatValue } from "../engine/value-text.js";
import type { Variables } from "../engine/variables.js";

/** What the tools of one session reach beyond it. */
export interface ToolHost {
  /** Prints; never throws, and is bounded. */
  print(stream: "stdout" | "stderr", text: string): void;
  /** Asks whoever has the session open; rejects where nobody can answer. */
  ask(question: string): Promise<string>;
  /** Has something done when the session ends. */
  onEnd(cleanUp: () => void): void;
  /** A text with the places and names in it as they were typed. */
  correct(text: string): string;
}

/** Puts the tools into a session's scope. */
export function installTools(variables: Variables, host: ToolHost): void {
  variables.define("echo", (...values: unknown[]): void => {
    for (const value of values) {
      ignoreRejection(value);
      host.print("stdout", `${host.correct(formatValue(value).text)}\n`);
    }
  });
}
