import type { RpcMethod } from "./method.js";
import { CANCEL } from "./methods/cancel.js";
import { DESCRIBE } from "./methods/describe.js";
import { FETCH, RELEASE } from "./methods/fetch.js";
import { HELLO } from "./methods/hello.js";
import { INSPECT } from "./methods/inspect.js";
import { INVOKE } from "./methods/invoke.js";
import { LIST } from "./methods/list.js";
import { PING } from "./methods/ping.js";
import { READ_MANY } from "./methods/read-many.js";
import { READ } from "./methods/read.js";
import { REPL_ANSWER } from "./methods/repl-answer.js";
import { REPL_COMPLETE } from "./methods/repl-complete.js";
import { REPL_EVALUATE } from "./methods/repl-evaluate.js";
import { REPL_FOLLOW } from "./methods/repl-follow.js";
import { REPL_HELP } from "./methods/repl-help.js";
import { REPL_INTERRUPT } from "./methods/repl-interrupt.js";
import { REPL_LIST } from "./methods/repl-list.js";
import { REPL_CLOSE, REPL_OPEN } from "./methods/repl-open.js";
import { REPL_MEMBERS, REPL_RELEASE, REPL_TEXT } from "./methods/repl-values.js";
import { SAMPLE } from "./methods/sample.js";
import { STREAM_CANCEL, STREAM_CREDIT, STREAM_DATA, STREAM_END, STREAM_ERROR } from "./methods/stream.js";
import { SUBSCRIBE } from "./methods/subscribe.js";
import { THREAD_ENTER, THREAD_LIST } from "./methods/thread.js";
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
    REPL_OPEN,
    REPL_EVALUATE,
    REPL_INTERRUPT,
    REPL_COMPLETE,
    REPL_MEMBERS,
    REPL_TEXT,
    REPL_RELEASE,
    REPL_ANSWER,
    REPL_FOLLOW,
    REPL_HELP,
    REPL_LIST,
    REPL_CLOSE,
    INSPECT,
    THREAD_LIST,
    THREAD_ENTER,
    STREAM_CREDIT,
    STREAM_CANCEL,
    STREAM_DATA,
    STREAM_END,
    STREAM_ERROR,
  ].map((method) => [method.name, method as RpcMethod]),
);
