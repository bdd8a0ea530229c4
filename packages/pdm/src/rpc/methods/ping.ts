import type { RpcMethod } from "../method.js";

export const PING: RpcMethod<object> = {
  name: "ping",
  summary: "Nothing but an answer: the event loop turns, and requests are served.",
  params: {},
  result: {},
  run(call) {
    call.succeed("{}");
  },
};
