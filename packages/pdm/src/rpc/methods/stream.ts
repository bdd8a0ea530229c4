import type { RpcMethod } from "../method.js";
import { RpcError } from "../rpc-error.js";
import { decodeFor } from "../value-text.js";
import { STREAM } from "./definitions.js";

interface StreamParams {
  readonly stream: number;
}

export const STREAM_CREDIT: RpcMethod<StreamParams & { readonly bytes: number }> = {
  name: "stream.credit",
  summary:
    "From the receiver of a stream: it takes so many bytes more, counted in lines of `stream.data`. The last line may go over them, which is taken from the next grant.",
  params: { stream: STREAM, bytes: { type: "integer", minimum: 1, maximum: 2 ** 40, description: "How many more." } },
  required: ["stream", "bytes"],
  result: {},
  run(call, { stream, bytes }) {
    call.peer.streams.findOutgoing(stream)?.grant(bytes);
    call.succeed("{}");
  },
};

export const STREAM_CANCEL: RpcMethod<StreamParams> = {
  name: "stream.cancel",
  summary: "From the receiver of a stream: it wants no more. What is on its way may still come.",
  params: { stream: STREAM },
  required: ["stream"],
  result: {},
  run(call, { stream }) {
    call.peer.streams.findOutgoing(stream)?.cancel();
    call.succeed("{}");
  },
};

export const STREAM_DATA: RpcMethod<StreamParams & { readonly data: unknown }> = {
  name: "stream.data",
  summary: "From the sender of a stream: a piece of it. Bytes come in pieces of any size.",
  params: { stream: STREAM, data: { description: "The piece, in the form of JSON values." } },
  required: ["stream", "data"],
  result: {},
  run(call, { stream, data }) {
    const incoming = call.peer.streams.findIncoming(stream);
    if (incoming !== undefined) {
      try {
        // With the line feed, as the sender counts.
        incoming.push(decodeFor(call.peer.connection.limits, data, "data"), call.lineBytes + 1);
      } catch (error) {
        incoming.end(error);
        throw error;
      }
    }
    call.succeed("{}");
  },
};

export const STREAM_END: RpcMethod<StreamParams> = {
  name: "stream.end",
  summary: "From the sender of a stream: there is no more.",
  params: { stream: STREAM },
  required: ["stream"],
  result: {},
  run(call, { stream }) {
    call.peer.streams.findIncoming(stream)?.end();
    call.succeed("{}");
  },
};

export const STREAM_ERROR: RpcMethod<StreamParams & { readonly error?: { readonly message?: unknown } }> = {
  name: "stream.error",
  summary: "From the sender of a stream: it failed, and there is no more.",
  params: { stream: STREAM, error: { type: "object", description: "What went wrong, as in the answer to a request." } },
  required: ["stream"],
  result: {},
  run(call, { stream, error }) {
    const { message } = error ?? {};
    const reason = typeof message === "string" ? message : "its sender gave no reason";
    call.peer.streams.findIncoming(stream)?.end(new RpcError("ERR_PDM_CANCELLED", `the stream failed: ${reason}`));
    call.succeed("{}");
  },
};
