export { type Client, connect, type ConnectOptions } from "./client/client.js";
export {
  ConnectionLostError,
  HandleClosedError,
  HelloError,
  NoSuchInterfaceError,
  NoSuchMethodError,
  NoSuchNameError,
  ObjectNameError,
  ProtocolError,
  ReadFailedError,
  RemoteError,
  type RemoteErrorDetails,
  RequestTimeoutError,
  TooManyRequestsError,
} from "./client/errors.js";
export { type EventStream, type RemoteEvent } from "./client/event-stream.js";
export {
  type InvokeOptions,
  type RemoteDescription,
  type RemoteObject,
  type SubscribeOptions,
} from "./client/remote-object.js";
export { connectRepl, type ConnectReplOptions, type ReplClient, type ReplRunOptions } from "./client/repl.js";
export { type ReplResult } from "./client/repl-channel.js";
export { type RequestOptions } from "./client/waiter.js";
export { PdmError } from "./errors.js";
export { Cut, type CutDetails, type CutReason, findCut } from "./json/cut.js";
export { JsonValueError } from "./json/json-value-error.js";
export { classNameOf } from "./json/marks.js";
export { Placeholder } from "./json/placeholder.js";
export { type ClientLimits, DEFAULT_CLIENT_LIMITS } from "./limits.js";
export { PickleError } from "./pickle/pickle-error.js";
export {
  ByteArray,
  type Construction,
  Float,
  FrozenSet,
  Global,
  Instance,
  type InstanceContents,
  Tuple,
} from "./pickle/values.js";
export { ConnectError } from "./transport/connect-spec.js";
