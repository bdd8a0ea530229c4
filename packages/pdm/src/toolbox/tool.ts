import { inspect } from "node:util";

/** What `.help` says of a tool. */
export interface ToolHelp {
  /** As it is typed. */
  readonly name: string;
  /** How it is called. */
  readonly usage: string;
  /** One or two sentences. */
  readonly summary: string;
  /** A line to try. */
  readonly example: string;
}

/** The help as text: what is printed for a tool that was typed and not called. */
function formatHelp({ usage, summary, example }: ToolHelp): string {
  return `${usage}\n  ${summary}\n  example: ${example}`;
}

/** Has the function show its help where it is printed; all else about it stays. */
export function showHelp<T extends (...args: never[]) => unknown>(tool: T, help: ToolHelp): T {
  return Object.defineProperty(tool, inspect.custom, { value: () => formatHelp(help), configurable: true });
}

/** Has the instances of a class printed as their `toString` says. */
export function printAsText({ prototype }: { readonly prototype: object }): void {
  Object.defineProperty(prototype, inspect.custom, {
    value(this: { toString: () => string }) {
      return this.toString();
    },
    configurable: true,
  });
}

/** What the tools of one session reach beyond it. */
export interface ToolHost {
  /** Shows text, with or without line feeds, also when no command runs. Bounded by the host; never throws. */
  print(stream: "stdout" | "stderr", text: string): void;
  /** Asks whoever has the session open; rejects where nobody can answer. */
  ask(question: string): Promise<string>;
  /** Has something done when the session ends: at once where it has ended, since what was begun in it may go on. */
  onEnd(cleanUp: () => void): void;
  /** A text with the places and names in it as they were typed. */
  correct(text: string): string;
  /** As whom operations are called; session 0 with the role admin where nothing is said. */
  readonly caller?: { readonly session: number; readonly role: string };
}
