import type { RpcMethod } from "../method.js";
import { SIZE_LIMITS } from "./definitions.js";
import { encodeRestFor, limitValue } from "../value-text.js";
import type { WantedLimits } from "../value-text.js";

interface FetchParams {
  readonly handle: number;
  readonly from?: number;
  readonly limits?: WantedLimits;
}

const HANDLE = { type: "integer", description: "The `handle` of a mark `$cut`." } as const;

export const FETCH: RpcMethod<FetchParams> = {
  name: "fetch",
  summary: "The rest of a value that was cut, as it is now; what is over the limits is cut again.",
  params: {
    handle: HANDLE,
    from: {
      type: "integer",
      minimum: 0,
      default: 0,
      description: "How much of the rest to pass over: items, entries, UTF-16 units of a string, bytes.",
    },
    limits: SIZE_LIMITS,
  },
  required: ["handle"],
  result: { value: { description: "The rest, in the form that the whole would have." } },
  errors: ["ERR_PDM_NO_SUCH_HANDLE"],
  run(call, { handle, from = 0, limits }) {
    const { value, from: start } = call.peer.handles.find(handle);
    const bounds = limitValue(call.peer.connection.limits, limits);
    call.succeed(`{"value":${encodeRestFor(call.peer, value, start + from, bounds)}}`);
  },
};

export const RELEASE: RpcMethod<{ readonly handle: number }> = {
  name: "release",
  summary: "Lets go of a rest that nobody will fetch; they go by themselves after a while, and with the connection.",
  params: { handle: HANDLE },
  required: ["handle"],
  result: {},
  run(call, { handle }) {
    call.peer.handles.drop(handle);
    call.succeed("{}");
  },
};
