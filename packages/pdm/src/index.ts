export { listen } from "./listen.js";
export type { Listener, ListenOptions } from "./listen.js";
export { expose } from "./objects/registry.js";
export type { Exposure } from "./objects/registry.js";
export { CallContext } from "./objects/call-context.js";
export type { Caller } from "./objects/call-context.js";
export type {
  AttributeDescription,
  AttributeKind,
  Effect,
  EventDescription,
  ObjectDescription,
  OperationDescription,
  ParameterDescription,
} from "./objects/description.js";
export type { Attribute, Described, Directory, EventSource, InterfaceName, Invocable } from "./objects/interfaces.js";
export type { JsonSchema, JsonTypeName, ValueKind } from "./schema/json-schema.js";
export { ComputedAttribute, ValueAttribute } from "./objects/attribute.js";
export { StaticDirectory } from "./objects/static-directory.js";
export { MethodTable, UnknownMethodError } from "./objects/method-table.js";
export type { Method } from "./objects/method-table.js";
export { EventChannel } from "./objects/event-channel.js";
export { FinishEvent, PerfEvent, ProcessEvent, StartEvent } from "./objects/event.js";
export { StructSequence } from "./objects/struct-sequence.js";
export { combine } from "./objects/combine.js";
export type { Combined } from "./objects/combine.js";
export { DeadlineError, FAILURE_CHANNEL, SLOW_CHANNEL } from "./session/gate.js";
export type { GateReport } from "./session/gate.js";
export { DEFAULT_LIMITS } from "./limits.js";
export type { Limits } from "./limits.js";
export { Cut, findCut } from "./json/cut.js";
export type { CutDetails, CutReason } from "./json/cut.js";
export { JsonValueError } from "./json/json-value-error.js";
export { classNameOf } from "./json/marks.js";
export { Placeholder } from "./json/placeholder.js";
export { PdmError } from "./errors.js";
export { ListenError } from "./transport/listen-spec.js";
export { ByteArray, Float, FrozenSet, Global, Instance, Tuple } from "./pickle/values.js";
export type { Construction, InstanceContents } from "./pickle/values.js";
