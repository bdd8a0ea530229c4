import type { RpcMethod } from "../method.js";
import { RpcError } from "../rpc-error.js";

export const CANCEL: RpcMethod<{ readonly id: string | number }> = {
  name: "cancel",
  summary:
    "Gives a request up: it is answered with an error at once, and the AbortSignal that an operation was given aborts. What does not heed it goes on.",
  params: { id: { type: ["string", "integer"], description: "The id of the request." } },
  required: ["id"],
  result: {
    cancelled: { type: "boolean", description: "False where no such request is under way: it may have been answered." },
  },
  run(call, { id }) {
    const request = call.peer.requests.get(id);
    request?.giveUp(new RpcError("ERR_PDM_CANCELLED", "the client cancelled it"));
    call.succeed(`{"cancelled":${request !== undefined}}`);
  },
};
