import type { RpcMethod } from "./method.js";
import { CANCEL } from "./methods/cancel.js";
import { DESCRIBE } from "./methods/describe.js";
import { FETCH, RELEASE } from "./methods/fetch.js";
import { HELLO } from "./methods/hello.js";
import { INVOKE } from "./methods/invoke.js";
import { LIST } from "./methods/list.js";
import { PING } from "./methods/ping.js";
import { READ_MANY } from "./methods/read-many.js";
import { READ } from "./methods/read.js";
import { SAMPLE } from "./methods/sample.js";
import { STREAM_CANCEL, STREAM_CREDIT, STREAM_DATA, STREAM_END, STREAM_ERROR } from "./methods/stream.js";
import { SUBSCRIBE } from "./methods/subscribe.js";
import { UNSUBSCRIBE } from "./methods/unsubscribe.js";
import { WRITE } from "./methods/write.js";

/** All methods of the protocol by name, in the order of the reference. */
export const METHODS: ReadonlyMap<string, RpcMethod> = new Map(
  [
    HELLO,
    PING,
    DESCRIBE,
    LIST,
    READ,
    READ_MANY,
    WRITE,
    INVOKE,
    SUBSCRIBE,
    UNSUBSCRIBE,
    SAMPLE,
    FETCH,
    RELEASE,
    CANCEL,
    STREAM_CREDIT,
    STREAM_CANCEL,
    STREAM_DATA,
    STREAM_END,
    STREAM_ERROR,
  ].map((method) => [method.name, method as RpcMethod]),
);
