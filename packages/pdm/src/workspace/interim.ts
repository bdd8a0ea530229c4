// Stands in for engine/, toolbox/ and completion until they are there.
import { ReplScope as Scope } from "../engine/scope.js";
import { formatValue as format } from "../engine/value-text.js";
import type { Variables } from "../engine/variables.js";

export interface PrintOptions {
  readonly colors?: boolean | undefined;
  readonly width?: number | undefined;
  readonly maxBytes?: number | undefined;
}
export interface EvaluateOptions {
  readonly evaluation?: number;
  readonly deadlineMs?: number;
  readonly interruptible?: boolean;
  readonly print?: PrintOptions;
}
export type EvaluationOutcome =
  | { readonly kind: "value"; readonly text: string; readonly value: unknown; readonly isCut: boolean }
  | { readonly kind: "done" }
  | {
      readonly kind: "threw";
      readonly text: string;
      readonly error: unknown;
      readonly cause?: "interrupt" | "deadline" | "syntax";
    };
export class ReplScope {
  isBusy = false;
  readonly variables: Variables;
  readonly #scope: Scope;
  #text = "";
  #interrupt: (() => void) | undefined;
  constructor(_number: number) {
    this.#scope = new Scope({ output: { write: (text) => (this.#text += text) } });
    this.variables = this.#scope.variables;
  }
  evaluate(source: string, _options: EvaluateOptions = {}): Promise<EvaluationOutcome> | EvaluationOutcome {
    this.isBusy = true;
    const read = (outcome: Awaited<ReturnType<Scope["evaluate"]>>): EvaluationOutcome => {
      this.isBusy = false;
      const text = this.#text.replace(/\n$/u, "");
      this.#text = "";
      if (outcome.threw) return { kind: "threw", text, error: undefined };
      return outcome.isDone === true ? { kind: "done" } : { kind: "value", text, value: outcome.value, isCut: false };
    };
    const outcome = this.#scope.evaluate(source);
    if (!(outcome instanceof Promise)) return read(outcome);
    const stopped = new Promise<EvaluationOutcome>((resolve) => {
      this.#interrupt = () => {
        this.isBusy = false;
        resolve({ kind: "threw", text: "Uncaught Interrupted", error: undefined, cause: "interrupt" });
      };
    });
    return Promise.race([outcome.then(read), stopped]);
  }
  interrupt(_evaluation?: number): boolean {
    const interrupt = this.isBusy ? this.#interrupt : undefined;
    interrupt?.();
    return interrupt !== undefined;
  }
}
export const GUARD_MEMORY: SharedArrayBuffer = new SharedArrayBuffer(16);
export function formatValue(value: unknown, _print?: PrintOptions): { text: string; isCut: boolean } {
  return { text: format(value), isCut: false };
}
export interface ToolHost {
  print(stream: "stdout" | "stderr", text: string): void;
  ask(question: string): Promise<string>;
  onEnd(cleanUp: () => void): void;
}
export function installTools(variables: Variables, host: ToolHost): void {
  variables.define("echo", (...values: unknown[]) => {
    for (const value of values) host.print("stdout", `${format(value)}\n`);
  });
  variables.define("ask", (question: unknown) => host.ask(String(question)));
  variables.define("console", { log: (text: unknown) => host.print("stdout", `${String(text)}\n`) });
}
export interface ToolHelp {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly example: string;
}
export const TOOLS: readonly ToolHelp[] = [{ name: "echo", usage: "echo(…)", summary: "Shows.", example: "echo(1)" }];
export interface Completion {
  readonly from: number;
  readonly to: number;
  readonly items: readonly {
    readonly text: string;
    readonly kind: string;
    readonly detail?: string;
    readonly from?: string;
  }[];
  readonly isCut: boolean;
}
export function complete(_variables: Variables, _source: string, cursor: number, _context: object): Completion {
  return { from: cursor, to: cursor, items: [], isCut: false };
}
export interface Member {
  readonly name: string;
  readonly kind: string;
  readonly text: string;
  readonly value?: unknown;
}
export function listMembers(
  value: unknown,
  from: number,
  limit: number,
): { kind: string; total: number; members: readonly Member[] } {
  const entries = Object.entries(value as object);
  const members = entries
    .slice(from, from + limit)
    .map(([name, part]) => ({ name: `.${name}`, kind: "property", text: format(part), value: part as unknown }));
  return { kind: typeof value, total: entries.length, members };
}
export type OutputStream = "stdout" | "stderr" | "log";
export function followOutput(
  _streams: readonly OutputStream[],
  _listener: (stream: OutputStream, text: string, lost: number) => void,
): () => void {
  return () => undefined;
}
