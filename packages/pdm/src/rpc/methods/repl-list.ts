import { loadWorkspaces } from "../../workspace/load.js";
import type { RpcMethod } from "../method.js";
import { accessRepl } from "../repl-access.js";
import { REPL_SESSION } from "./members.js";

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

export const REPL_HELP: RpcMethod<object> = {
  name: "repl.help",
  summary: "What a session finds in its scope beside JavaScript's own.",
  params: {},
  result: {
    tools: {
      type: "array",
      description: "In the order of their use.",
      items: {
        type: "object",
        properties: {
          name: { type: "string" },
          usage: { type: "string" },
          summary: { type: "string" },
          example: { type: "string" },
        },
      },
    },
  },
  run(call) {
    accessRepl(call, {
      run: async () => (await loadWorkspaces()).TOOLS,
      write: (tools) =>
        JSON.stringify({
          tools: tools.map(({ name, usage, summary, example }) => ({ name, usage, summary, example })),
        }),
    });
  },
};

export const REPL_CLOSE: RpcMethod<{ readonly session: string; readonly keep?: boolean }> = {
  name: "repl.close",
  summary: "Leaves a session. It ends with its last client; one that is lost leaves it for a while (`replIdleMs`).",
  params: {
    session: REPL_SESSION,
    keep: { type: "boolean", default: false, description: "Whether to leave it as one that is lost does." },
  },
  required: ["session"],
  result: {},
  errors: ["ERR_PDM_NO_SUCH_HANDLE"],
  run(call, { session, keep = false }) {
    accessRepl(call, {
      run: () => call.peer.repl.leave(session, keep),
      write: () => "{}",
    });
  },
};
