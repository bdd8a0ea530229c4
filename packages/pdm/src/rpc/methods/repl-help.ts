import { loadWorkspaces } from "../../workspace/load.js";
import type { RpcMethod } from "../method.js";
import { accessRepl } from "../repl-access.js";

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
