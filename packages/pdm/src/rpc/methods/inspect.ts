import type { Look } from "../../inspect/look.js";
import { INSPECT_LIMITS } from "../../limits.js";
import { passGate } from "../../session/gate.js";
import { loadWorkspaces } from "../../workspace/load.js";
import type { RpcMethod } from "../method.js";
import { RpcError } from "../rpc-error.js";

interface InspectParams {
  readonly expression: string;
  readonly blockMs?: number;
}

export const INSPECT: RpcMethod<InspectParams> = {
  name: "inspect",
  summary:
    "What an expression is in the service's global scope, as far as V8 can tell without changing anything; it takes the right `inspect`. It can see every secret in the process.",
  params: {
    expression: { type: "string", description: "JavaScript; one expression. Nothing is awaited." },
    blockMs: {
      type: "integer",
      minimum: 1,
      maximum: INSPECT_LIMITS.maxTimeoutMs,
      default: INSPECT_LIMITS.timeoutMs,
      description: "Milliseconds for which it may block the service.",
    },
  },
  required: ["expression"],
  result: {
    kind: {
      enum: ["value", "refused", "threw"],
      description: "`refused`: it would change something, or V8 cannot tell.",
    },
    type: { type: "string", description: "Of `value`: such as `string`, `array`, `proxy`, `object`." },
    text: { type: "string", description: "Of `value` and `threw`: one line." },
    reason: { type: "string", description: "Of `refused`." },
    members: {
      type: "array",
      description: "Of `value`: its own properties, elements or entries.",
      items: {
        type: "object",
        properties: { name: { type: "string" }, type: { type: "string" }, text: { type: "string" } },
      },
    },
    omitted: { type: "integer", description: "Members that are left out." },
  },
  run(call, { expression, blockMs }) {
    call.follow(
      passGate<Look>({
        session: call.peer.session,
        effect: "inspect",
        target: "inspect",
        argumentBytes: call.lineBytes,
        timeoutMs: call.leftMs,
        record: () => ({ action: "inspect", input: expression }),
        async run() {
          const { lookAt } = await loadWorkspaces();
          return lookAt(expression, blockMs === undefined ? {} : { timeoutMs: blockMs }).catch(explain);
        },
        settle: (outcome) => call.conclude(outcome, (look) => JSON.stringify(look)),
      }),
    );
  },
};

/** The process has no inspector. */
function explain(error: unknown): never {
  throw new RpcError("ERR_PDM_NO_SUCH_INTERFACE", error instanceof Error ? error.message : String(error));
}
