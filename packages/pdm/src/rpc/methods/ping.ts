import type { RpcMethod } from "../method.js";

export const PING: RpcMethod<object> = {
  name: "ping",
  summary: "Answers, and does nothing else: so the event loop turns, and requests are served.",
  params: {},
  result: {},
  run(call) {
    call.succeed("{}");
  },
};
