import type { Client } from "../client/client.js";
import type {
  EvaluateOptions,
  ReplCompletion,
  ReplEvaluation,
  ReplLook,
  ReplMembers,
  ReplSession,
  ReplText,
  ReplTool,
} from "../client/repl-session.js";
import { NotOfferedError } from "../client/errors.js";

/** A session for a role that may only look: each expression is looked at, and refused where it would change anything. */
export class LookSession implements ReplSession {
  readonly name = "";
  readonly isNew = true;
  readonly others = 0;
  readonly interruptReason = "a look ends by itself";
  readonly closed: Promise<Error | undefined>;
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
    this.closed = client.closed;
  }

  async evaluate(source: string, options: EvaluateOptions = {}): Promise<ReplEvaluation> {
    return describeLook(await this.#client.inspect(source, { signal: options.signal }));
  }

  complete(_source: string, cursor: number): Promise<ReplCompletion> {
    return Promise.resolve({ from: cursor, to: cursor, items: [], isCut: false });
  }

  async interrupt(): Promise<boolean> {
    return false;
  }

  members(): Promise<ReplMembers> {
    return refuse();
  }

  text(): Promise<ReplText> {
    return refuse();
  }

  release(): void {}

  async answer(): Promise<boolean> {
    return false;
  }

  follow(): Promise<void> {
    return refuse();
  }

  async help(): Promise<readonly ReplTool[]> {
    return [];
  }

  /** The service keeps nothing of it, and the connection is not its own. */
  async close(): Promise<void> {}

  async leave(): Promise<void> {}
}

/** Why there is no session for a role. */
export function describeNoSession(role: string): string {
  return `the role ${role} has no session here: it may only look at expressions`;
}

/** A look in the form of an evaluation. */
export function describeLook(look: ReplLook): ReplEvaluation {
  if (look.kind === "refused") return { kind: "threw", text: `Refused: ${look.reason}` };
  if (look.kind === "threw") return { kind: "threw", text: look.text };
  const members = (look.members ?? []).map(({ name, text }) => `  ${name}: ${text}`);
  const more = look.omitted === undefined ? [] : [`  … ${look.omitted} more`];
  return { kind: "value", text: [look.text, ...members, ...more].join("\n") };
}

function refuse(): Promise<never> {
  return Promise.reject(new NotOfferedError("the role of this socket may only look at expressions"));
}
