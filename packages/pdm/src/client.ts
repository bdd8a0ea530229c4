export { type Client } from "./client/client.js";
export { connect, type ConnectOptions } from "./client/connect.js";
export {
  ConflictError,
  ConnectionLostError,
  DeadlineError,
  HandleClosedError,
  HelloError,
  InvalidArgumentError,
  NoSuchHandleError,
  NoSuchInterfaceError,
  NoSuchMethodError,
  NoSuchNameError,
  NotOfferedError,
  ObjectNameError,
  ProtocolError,
  ReadFailedError,
  ReadOnlyError,
  RefusedError,
  RemoteError,
  type RemoteErrorDetails,
  RequestTimeoutError,
  ServerLimitError,
  type ThrownDetails,
  TooManyRequestsError,
} from "./client/errors.js";
export { type EventStream, type RemoteEvent } from "./client/event-stream.js";
export { generateTypes, type GenerateTypesOptions } from "./client/generate-types.js";
export { type CallArguments } from "./client/object-access.js";
export { type QueueStream } from "./client/queue-stream.js";
export { type ConnectionState, type ReconnectOptions } from "./client/reconnect-options.js";
export {
  type RemoteAttribute,
  type RemoteCost,
  type RemoteDescription,
  type RemoteEffect,
  type RemoteEventSource,
  type RemoteOperation,
  type RemoteParameter,
} from "./client/remote-description.js";
export { type RemoteObject } from "./client/remote-object.js";
export { type RemoteStream } from "./client/remote-stream.js";
export { connectRepl, type ConnectReplOptions, type ReplClient, type ReplRunOptions } from "./client/repl.js";
export { type ReplResult } from "./client/repl/channel.js";
export {
  type EvaluateOptions,
  type ListedReplSession,
  type ListedThread,
  type OpenReplOptions,
  type ReplCompletion,
  type ReplCompletionItem,
  type ReplEvaluation,
  type ReplEvent,
  type ReplLook,
  type ReplMember,
  type ReplMembers,
  type ReplSession,
  type ReplStream,
  type ReplText,
  type ReplTool,
} from "./client/repl-session.js";
export {
  type DescribeOptions,
  type FetchOptions,
  type InvokeOptions,
  type ListedObject,
  type ListOptions,
  type ObjectDescription,
  type ReadItem,
  type ReadManyOptions,
  type ReadOptions,
  type RemoteValueLimits,
  type SampleOptions,
  type ServerDescription,
  type SubscribeOptions,
  type WriteOptions,
} from "./client/request-options.js";
export { type ClientClaim } from "./client/claim.js";
export { type RemoteSample, type SampleStream } from "./client/sample-stream.js";
export { type ObjectProtocol } from "./client/server-access.js";
export { type ServerGreeting } from "./client/server-greeting.js";
export { type StreamGap } from "./client/stream-queue.js";
export {
  type AnyObjects,
  type AnyOperation,
  type CallParameters,
  type EventType,
  type KeyType,
  type ObjectTypes,
  type OperationName,
  type OperationOf,
  type OperationTypes,
  type ReadType,
  type ReturnedType,
  type WriteType,
} from "./client/typed-objects.js";
export { type RequestOptions } from "./client/waiter.js";
export { connectWatchdog, type ConnectWatchdogOptions, type WatchdogClient } from "./client/watchdog.js";
export {
  type WatchdogDiagnosis,
  type WatchdogEvaluated,
  type WatchdogFrame,
  type WatchdogReport,
  type WatchdogState,
} from "./client/watchdog-report.js";
export { PdmError } from "./errors.js";
export { Cut, type CutDetails, type CutReason, findCut } from "./json/cut.js";
export { JsonValueError } from "./json/json-value-error.js";
export { classNameOf } from "./json/marks.js";
export { Placeholder } from "./json/placeholder.js";
export { type JsonSchema, type JsonTypeName, type ValueKind } from "./schema/json-schema.js";
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
