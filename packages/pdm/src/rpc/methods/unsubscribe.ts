import type { RpcMethod } from "../method.js";
import { SUBSCRIPTION } from "./definitions.js";

export const UNSUBSCRIBE: RpcMethod<{ readonly subscription: number }> = {
  name: "unsubscribe",
  summary: "Ends a subscription or a sampling; nothing of it is sent after the answer.",
  params: { subscription: SUBSCRIPTION },
  required: ["subscription"],
  result: {},
  errors: ["ERR_PDM_NO_SUCH_HANDLE"],
  run(call, { subscription }) {
    call.peer.subscriptions.end(subscription);
    call.succeed("{}");
  },
};
