import type { RpcMethod } from "../method.js";
import { accessRepl } from "../repl-access.js";
import { REPL_SESSION } from "./definitions.js";

interface ReplFollowParams {
  readonly session: string;
  readonly streams: readonly ("stdout" | "stderr" | "log")[];
}

export const REPL_FOLLOW: RpcMethod<ReplFollowParams> = {
  name: "repl.follow",
  summary:
    "From now on what the service itself prints on these streams comes as a `repl.event`, for this client alone; with an empty list nothing does any more.",
  params: {
    session: REPL_SESSION,
    streams: {
      type: "array",
      items: { enum: ["stdout", "stderr", "log"] },
      maxItems: 3,
      description: "Which; in place of those before.",
    },
  },
  required: ["session", "streams"],
  result: {},
  errors: ["ERR_PDM_NO_SUCH_HANDLE"],
  run(call, { session, streams }) {
    accessRepl(call, {
      run: () => {
        const attachment = call.peer.repl.find(session);
        attachment.workspace.follow(attachment, streams);
      },
      write: () => "{}",
    });
  },
};
