export { listen } from "./listen.js";
export type { Listener, ListenOptions } from "./listen.js";
export type { WatchdogAction, WatchdogOptions, WatchdogRule } from "./out-of-band/watchdog-settings.js";
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
export { attribute } from "./objects/declared-attribute.js";
export type { AttributeMetadata, AttributeOptions, DeclaredAttribute, ValueOf } from "./objects/declared-attribute.js";
export { operation } from "./objects/declared-operation.js";
export type { DeclaredOperation, OperationMetadata, OperationOptions } from "./objects/declared-operation.js";
export type { Arguments, NoParameters, ParameterTypes } from "./objects/parameters.js";
export { event } from "./objects/declared-event.js";
export type { EventMetadata, EventOptions, PairedEventOptions } from "./objects/declared-event.js";
export type { DescribedChannel } from "./objects/described-channel.js";
export type { PairedEvent, RunningEvent } from "./objects/paired-event.js";
export { directory } from "./objects/declared-directory.js";
export type { DeclaredDirectory, DirectoryOptions } from "./objects/declared-directory.js";
export { managed, managedAttribute, managedEvent, managedOperation } from "./objects/managed.js";
export type { ManagedAttributeOptions } from "./objects/managed.js";
export { DeclarationError } from "./objects/declaration-error.js";
export type { Metadata } from "./objects/metadata.js";
export type { SchemaFault } from "./schema/fault.js";
export type { InferInput, InferredParts, InferType, TypeSource } from "./schema/infer.js";
export type {
  StandardIssue,
  StandardJsonSchemaOptions,
  StandardValidator,
  StandardValidatorParts,
  StandardValidatorResult,
} from "./schema/standard-schema.js";
export type { JsonSchema, JsonTypeName, ValueKind } from "./schema/json-schema.js";
export { ComputedAttribute, ValueAttribute } from "./objects/attribute.js";
export { StaticDirectory } from "./objects/static-directory.js";
export { MethodTable, UnknownMethodError } from "./objects/method-table.js";
export type { Method } from "./objects/method-table.js";
export { InvalidArgumentError } from "./objects/invalid-argument-error.js";
export { EventChannel } from "./objects/event-channel.js";
export { FinishEvent, PerfEvent, ProcessEvent, StartEvent } from "./objects/event.js";
export { StructSequence } from "./objects/struct-sequence.js";
export { combine } from "./objects/combine.js";
export type { Combined } from "./objects/combine.js";
export { AccessError, NoSuchNameError } from "./session/access-error.js";
export { AUDIT_CHANNEL } from "./session/audit.js";
export type { AuditAction, AuditOutcome, AuditRecord } from "./session/audit-record.js";
export type { Policy, PolicyFunction, PolicyRule, PolicyRules } from "./session/policy.js";
export type { Claim, Principal, Right, Role } from "./session/principal.js";
export { DeadlineError, FAILURE_CHANNEL, SLOW_CHANNEL } from "./session/gate.js";
export type { GateReport } from "./session/gate.js";
export { DEFAULT_LIMITS } from "./limits.js";
export type { Limits } from "./limits.js";
export { SchemaError } from "./schema/schema-error.js";
export { Cut, findCut } from "./json/cut.js";
export type { CutDetails, CutReason } from "./json/cut.js";
export { JsonValueError } from "./json/json-value-error.js";
export { classNameOf } from "./json/marks.js";
export { Placeholder } from "./json/placeholder.js";
export { PdmError } from "./errors.js";
export { ListenError } from "./transport/listen-spec.js";
export { ByteArray, Float, FrozenSet, Global, Instance, Tuple } from "./pickle/values.js";
export type { Construction, InstanceContents } from "./pickle/values.js";
