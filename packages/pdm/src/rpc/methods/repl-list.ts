import { loadWorkspaces } from "../../workspace/load.js";
import type { RpcMethod } from "../method.js";
import { accessRepl } from "../repl-access.js";

export const REPL_LIST: RpcMethod<object> = {
  name: "repl.list",
  summary: "The sessions of the REPL over this protocol, those that nobody is in now included.",
  params: {},
  result: {
    sessions: {
      type: "array",
      description: "In the order in which they began.",
      items: {
        type: "object",
        properties: {
          name: { type: "string", description: "What `repl.open` takes." },
          startedAt: { type: "number", description: "In seconds since the epoch." },
          clients: {
            type: "array",
            items: { type: "integer" },
            description: "Who is in it, by their numbers in `pdm.sessions`.",
          },
          isBusy: { type: "boolean", description: "Whether something runs in it." },
          evaluations: { type: "integer", description: "How much ran in it so far." },
          endsInMs: {
            type: "number",
            description: "When it ends unless somebody goes into it; left out where somebody is.",
          },
        },
      },
    },
  },
  run(call) {
    accessRepl(call, {
      run: async () => (await loadWorkspaces()).listWorkspaces(),
      write: (workspaces) => {
        const sessions = workspaces.map(({ name, startedAt, clients, isBusy, evaluations, endsInMs }) => ({
          name,
          startedAt,
          clients: clients.map(({ number }) => number),
          isBusy,
          evaluations,
          endsInMs,
        }));
        return JSON.stringify({ sessions });
      },
    });
  },
};
