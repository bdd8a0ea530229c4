import { AccessError } from "../../session/access-error.js";
import { describeObject, invokeMethod } from "../../session/access.js";
import type { ObjectReference } from "../../session/access.js";
import { isStreamSource } from "../../session/stream-source.js";
import type { RpcCall } from "../call.js";
import type { IncomingStream } from "../incoming-stream.js";
import type { RpcMethod } from "../method.js";
import { RpcError } from "../rpc-error.js";
import { decodeFor, encodeFor, limitValue } from "../value-text.js";
import type { WantedLimits } from "../value-text.js";
import { ANY_VALUE, OBJECT_NAME, SIZE_LIMITS } from "./definitions.js";

interface InvokeParams {
  readonly name: string;
  readonly operation?: string;
  readonly args?: readonly unknown[] | Readonly<Record<string, unknown>>;
  readonly named?: Readonly<Record<string, unknown>>;
  readonly limits?: WantedLimits;
  readonly credit?: number;
}

export const INVOKE: RpcMethod<InvokeParams> = {
  name: "invoke",
  summary:
    'Calls an operation, after its arguments were checked. A result that comes piece by piece is a stream, `{"$stream": N}`; an argument may be one too, numbered by the client.',
  params: {
    name: OBJECT_NAME,
    operation: {
      type: "string",
      default: "call",
      description: "The name of the operation, where the object has several.",
    },
    args: {
      anyOf: [{ type: "array" }, { type: "object" }],
      description:
        "The arguments: a list of those by position, or an object of those by name. Each in the form of JSON values.",
    },
    named: { type: "object", description: "Arguments by name beside a list of those by position." },
    limits: SIZE_LIMITS,
    credit: {
      type: "integer",
      minimum: 0,
      default: 0,
      description: "Bytes that a stream in the result may send at once; see `stream.credit`.",
    },
  },
  required: ["name"],
  result: { value: ANY_VALUE },
  errors: ["ERR_PDM_NO_SUCH_NAME", "ERR_PDM_NO_SUCH_INTERFACE", "ERR_PDM_UNKNOWN_METHOD", "ERR_PDM_FAILED"],
  run(call, params) {
    const { session } = call.peer;
    const { name, operation = "call" } = params;
    const received: IncomingStream[] = [];
    const openStream = (number: number): IncomingStream => {
      const stream = call.peer.streams.receive(number);
      received.push(stream);
      return stream;
    };
    const stopReceiving = (): void => {
      for (const stream of received) stream.stop();
    };
    let args: Arguments;
    try {
      args = readArguments(call, params, openStream);
    } catch (error) {
      stopReceiving();
      throw error;
    }
    call.onOver(stopReceiving);
    const { positional, named, memoryBytes } = args;
    call.withObject(name, (object) =>
      invokeMethod(
        session,
        object,
        operation,
        positional,
        named,
        { ...call.options, argumentBytes: memoryBytes },
        (outcome) => {
          if (outcome.threw && isUnknownMethod(outcome.error)) failUnknown(call, object, operation);
          else call.conclude(outcome, (result) => encodeResult(call, params, result, stopReceiving));
        },
      ),
    );
  },
};

function isUnknownMethod(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === "ERR_PDM_UNKNOWN_METHOD";
}

/** Fails with the names of the operations that there are, as far as this client may see them. */
function failUnknown(call: RpcCall, object: ObjectReference, operation: string): void {
  call.follow(
    describeObject(call.peer.session, object, call.options, (outcome) => {
      const names = outcome.threw ? [] : Object.keys(outcome.value?.operations ?? {});
      const there = names.length === 0 ? "" : `; there are: ${names.join(", ")} (parameter operation)`;
      const message = `${object.name} has no operation ${JSON.stringify(operation.slice(0, 100))}${there}`;
      call.fail(new RpcError("ERR_PDM_UNKNOWN_METHOD", message));
    }),
  );
}

interface Arguments {
  readonly positional: readonly unknown[];
  readonly named: Readonly<Record<string, unknown>>;
  /** What they hold, estimated. */
  readonly memoryBytes: number;
}

const NONE: Record<string, unknown> = Object.freeze(Object.create(null) as Record<string, unknown>);

/** @throws RpcError for arguments that cannot be read; AccessError where calls under way hold too much */
function readArguments(
  call: RpcCall,
  { args = [], named = {} }: InvokeParams,
  openStream: (number: number) => unknown,
): Arguments {
  const { limits, account } = call.peer.connection;
  const positional = Array.isArray(args) ? (args as readonly unknown[]) : [];
  const byName = [...Object.entries(named), ...(Array.isArray(args) ? [] : Object.entries(args))];
  const count = positional.length + byName.length;
  if (count > limits.arguments) {
    const message = `there are ${count} arguments, over the limit of ${limits.arguments} (arguments)`;
    throw new RpcError("ERR_PDM_LIMIT", message, "args");
  }
  let memoryBytes = 0;
  const decode = (form: unknown, name: string): unknown => {
    const decoded = decodeFor(limits, form, name, openStream);
    memoryBytes += decoded.memoryBytes;
    return decoded.value;
  };
  const values = positional.map((form, index) => decode(form, `args[${index}]`));
  // Without prototype: `__proto__` is a name like any other.
  const namedValues = byName.length === 0 ? NONE : (Object.create(null) as Record<string, unknown>);
  for (const [name, form] of byName) {
    if (Object.hasOwn(namedValues, name)) {
      throw new RpcError("ERR_PDM_INVALID_ARGUMENT", `${name} is given twice, in args and in named`, name);
    }
    namedValues[name] = decode(form, name);
  }
  if (!account.canLend(memoryBytes)) {
    throw new AccessError("ERR_PDM_LIMIT", "calls under way hold too much memory (totalBytes): try again later");
  }
  return { positional: values, named: namedValues, memoryBytes };
}

/** The JSON text of the answer; where the result comes piece by piece, it is sent behind it. */
function encodeResult(
  call: RpcCall,
  { limits, credit = 0 }: InvokeParams,
  result: unknown,
  onStreamEnd: () => void,
): string {
  if (!isStreamSource(result)) {
    return `{"value":${encodeFor(call.peer, result, limitValue(call.peer.session.limits, limits))}}`;
  }
  const stream = call.peer.streams.send(result, onStreamEnd);
  // The streams that it is made from may still be on their way.
  call.onOver(undefined);
  if (credit > 0) stream.grantSoon(credit);
  return `{"value":{"$stream":${stream.number}}}`;
}
