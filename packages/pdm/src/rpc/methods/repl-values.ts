import type { RpcMethod } from "../method.js";
import { accessRepl } from "../repl-access.js";
import { REPL_HANDLE, REPL_SESSION } from "./definitions.js";

interface ReplHandleParams {
  readonly session: string;
  readonly handle: number;
}

export const REPL_MEMBERS: RpcMethod<ReplHandleParams & { readonly from?: number; readonly limit?: number }> = {
  name: "repl.members",
  summary: "What is in a value: properties, elements, entries, prototypes. Runs no code of the value.",
  params: {
    session: REPL_SESSION,
    handle: REPL_HANDLE,
    from: { type: "integer", minimum: 0, default: 0, description: "How many to pass over." },
    limit: { type: "integer", minimum: 1, maximum: 1_000, default: 100, description: "How many to tell." },
  },
  required: ["session", "handle"],
  result: {
    kind: { type: "string", description: "What the value is, such as `Map(3)`." },
    total: { type: "integer", description: "How many members it has." },
    members: {
      type: "array",
      description: "Those from `from` on.",
      items: {
        type: "object",
        properties: {
          name: { type: "string", description: 'As one writes it: `.name`, `[0]`, `["a b"]`, `<prototype>`.' },
          kind: {
            type: "string",
            description: "`property`, `getter`, `element`, `entry`, `prototype` or `internal`.",
          },
          text: { type: "string", description: "Its value on one line." },
          handle: {
            type: "integer",
            description:
              "Leads further into it, where it is an object or a function; of a longer page only the first ones have it, half of `replHandles`.",
          },
        },
      },
    },
  },
  errors: ["ERR_PDM_NO_SUCH_HANDLE"],
  run(call, { session, handle, from = 0, limit = 100 }) {
    accessRepl(call, {
      run: () => call.peer.repl.find(session).workspace.listMembers(handle, from, limit),
      write: (members) => JSON.stringify(members),
    });
  },
};

export const REPL_TEXT: RpcMethod<ReplHandleParams & { readonly from?: number }> = {
  name: "repl.text",
  summary:
    "A value's whole text, piece by piece: of a string its characters, else what `repl.evaluate` shows, less cut.",
  params: {
    session: REPL_SESSION,
    handle: REPL_HANDLE,
    from: { type: "integer", minimum: 0, default: 0, description: "UTF-16 units to pass over." },
  },
  required: ["session", "handle"],
  result: {
    text: { type: "string", description: "The piece." },
    next: { type: "integer", description: "Where the next one begins; left out on the last." },
  },
  errors: ["ERR_PDM_NO_SUCH_HANDLE", "ERR_PDM_FAILED"],
  run(call, { session, handle, from = 0 }) {
    accessRepl(call, {
      run: () => call.peer.repl.find(session).workspace.readText(handle, from),
      write: (piece) => JSON.stringify(piece),
    });
  },
};

export const REPL_RELEASE: RpcMethod<ReplHandleParams> = {
  name: "repl.release",
  summary: "Lets go of a value that nobody will look into; all go with the session.",
  params: { session: REPL_SESSION, handle: REPL_HANDLE },
  required: ["session", "handle"],
  result: {},
  errors: ["ERR_PDM_NO_SUCH_HANDLE"],
  run(call, { session, handle }) {
    accessRepl(call, {
      run: () => call.peer.repl.find(session).workspace.values.release(handle),
      write: () => "{}",
    });
  },
};
