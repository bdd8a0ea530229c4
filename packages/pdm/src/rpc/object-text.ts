import type { ObjectDescription, OperationDescription, ParameterDescription } from "../objects/description.js";
import type { JsonSchema } from "../schema/json-schema.js";
import { isWritable } from "../objects/interfaces.js";
import { describeObject, readCost } from "../session/access.js";
import type { AccessOptions, LetGo } from "../session/access.js";
import type { Session } from "../session/session.js";
import { encodeAlone, limitValue } from "./value-text.js";
import type { Visited } from "./walk.js";

/** What is said of an object, as data. */
export interface ObjectMembers {
  readonly name: string;
  readonly interfaces: readonly string[];
  readonly description?: unknown;
  readonly attribute?: object;
  readonly event?: object;
}

/** An object as the protocol describes it. */
export interface ObjectText {
  readonly members: ObjectMembers;
  /** JSON text, without its last brace: what does not change while the object is exposed. */
  readonly head: string;
  /** The rest of it: what was measured. */
  readonly tail: string;
}

/** What an object says of itself, as text. Calls back once, with what there is where the object's own code fails. */
export function describeAsText(
  session: Session,
  visited: Visited,
  options: AccessOptions,
  settle: (text: ObjectText) => void,
): LetGo | undefined {
  return describeObject(session, visited, options, (outcome) => {
    const said = outcome.threw ? undefined : outcome.value;
    let members: ObjectMembers;
    let head: string;
    try {
      members = viewObject(visited, said);
      head = encodeHead(session, members);
    } catch {
      // Of another shape than it should be: what it says is the service's own mistake, and it can be used all the same.
      members = viewObject(visited, undefined);
      head = encodeHead(session, members);
    }
    settle({ members, head, tail: encodeTail(visited.object) });
  });
}

function encodeHead(session: Session, members: ObjectMembers): string {
  return encodeAlone(members, limitValue(session.limits)).slice(0, -1);
}

function viewObject({ name, interfaces, object }: Visited, said: ObjectDescription | undefined): ObjectMembers {
  return {
    name,
    interfaces,
    ...pick(said, ["description", "deprecated"]),
    ...(interfaces.includes("attr") && { attribute: viewAttribute(object, said) }),
    ...(interfaces.includes("invoke") &&
      said?.operations !== undefined && { operations: viewOperations(said.operations) }),
    ...(interfaces.includes("event") && {
      event: { ...pick(said?.event, ["type"]), effect: said?.event?.effect ?? "read" },
    }),
  };
}

function encodeTail(object: object): string {
  const cost = readCost(object);
  if (cost === undefined) return "}";
  const { reads, meanMs, lastMs } = cost;
  return `,"cost":${JSON.stringify({ reads, meanMs: roundMs(meanMs), lastMs: roundMs(lastMs) })}}`;
}

/** To microseconds: what is finer is noise. */
function roundMs(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}

function viewAttribute(object: object, said: ObjectDescription | undefined): object {
  const attribute = said?.attribute;
  const isSecret = attribute?.secret === true;
  const writable = isWritable(object);
  return {
    ...(attribute?.type !== undefined && { type: isSecret ? hideValues(attribute.type) : attribute.type }),
    ...pick(attribute, ["unit", "kind"]),
    ...(isSecret && { secret: true }),
    effect: attribute?.effect ?? (isSecret ? "expose" : "read"),
    writable,
    ...(writable && { writeEffect: attribute?.writeEffect ?? "change" }),
  };
}

function viewOperations(operations: Readonly<Record<string, OperationDescription>>): object {
  const views = Object.entries(operations).map(([name, operation]) => [
    name,
    {
      ...pick(operation, ["description", "deprecated"]),
      effect: operation.effect ?? "execute",
      ...(operation.parameters !== undefined && { parameters: operation.parameters.map(viewParameter) }),
      ...pick(operation, ["returns"]),
    },
  ]);
  return Object.fromEntries(views) as object;
}

function viewParameter({ name, type, required, secret }: ParameterDescription): object {
  return { name, type: secret ? hideValues(type) : type, required, ...(secret && { secret }) };
}

/** The type of a secret, without the values in it: a default is a secret too. */
function hideValues(type: JsonSchema): JsonSchema {
  const { default: _default, examples: _examples, enum: _enum, const: _const, ...shown } = type;
  return shown;
}

/** Those of its members that are there. */
function pick<T extends object, K extends keyof T>(source: T | undefined, names: readonly K[]): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {};
  for (const name of names) if (source?.[name] !== undefined) picked[name] = source[name];
  return picked;
}
