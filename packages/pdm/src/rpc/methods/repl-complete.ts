import type { RpcMethod } from "../method.js";
import { accessRepl } from "../repl-access.js";
import { REPL_SESSION } from "./definitions.js";

interface ReplCompleteParams {
  readonly session: string;
  readonly source: string;
  readonly cursor: number;
}

export const REPL_COMPLETE: RpcMethod<ReplCompleteParams> = {
  name: "repl.complete",
  summary: "What can stand at the cursor. Runs no code of the service's values, and takes a limited time.",
  params: {
    session: REPL_SESSION,
    source: { type: "string", description: "What is typed so far, and what follows the cursor." },
    cursor: { type: "integer", minimum: 0, description: "UTF-16 units before the cursor." },
  },
  required: ["session", "source", "cursor"],
  result: {
    from: { type: "integer", description: "Where in the source what the items stand for begins." },
    to: { type: "integer", description: "Where it ends." },
    items: {
      type: "array",
      description: "What fits.",
      items: {
        type: "object",
        properties: {
          text: { type: "string", description: "The whole." },
          kind: {
            type: "string",
            description:
              "`variable`, `global`, `keyword`, `property`, `method`, `function`, `class`, `getter`, `module`, `file` or `object`.",
          },
          detail: { type: "string", description: "A function's parameters; else the value's type." },
          from: { type: "string", description: "The prototype that it comes from." },
        },
      },
    },
    isCut: { type: "boolean", description: "Whether there are more." },
  },
  errors: ["ERR_PDM_NO_SUCH_HANDLE"],
  run(call, { session, source, cursor }) {
    accessRepl(call, {
      run: () => call.peer.repl.find(session).workspace.complete(source, Math.min(cursor, source.length)),
      write: (completion) => JSON.stringify(completion),
    });
  },
};
