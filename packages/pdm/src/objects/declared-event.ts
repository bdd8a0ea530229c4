import type { InferType, TypeSource } from "../schema/infer.js";
import type { JsonSchema } from "../schema/json-schema.js";
import { createValidator } from "../schema/validator.js";
import type { Validator } from "../schema/validator.js";
import type { Effect, EventDescription, ObjectDescription } from "./description.js";
import { DeclarationError } from "./declaration-error.js";
import { DescribedChannel } from "./described-channel.js";
import { checkEffect, checkMetadata, freezeDescription } from "./metadata.js";
import type { Metadata } from "./metadata.js";
import { PairedEvent } from "./paired-event.js";

/** What every event is declared with. */
export interface EventMetadata extends Metadata {
  /** Of subscribing; `read` where nothing is said. */
  readonly effect?: Effect;
}

/** What `event` takes for a single event. */
export interface EventOptions<S extends TypeSource | undefined> extends EventMetadata {
  /** Of the payload. */
  readonly type?: S;
  readonly start?: undefined;
  readonly finish?: undefined;
}

/** What `event` takes for something that goes on for a while. */
export interface PairedEventOptions<S extends TypeSource, F extends TypeSource> extends EventMetadata {
  /** Of what is told at its start: an object. */
  readonly start: S;
  /** Of what is told at its end: an object. */
  readonly finish: F;
  readonly type?: undefined;
}

/**
 * Declares an event; the service tells of it by `notify`, or, where it has a start and a finish, by `start`, which returns
 * what to finish. Payloads are checked only while `NODE_ENV` is `development`, where one that does not fit becomes a
 * process warning.
 *
 * @throws DeclarationError for metadata that makes no sense
 * @throws SchemaError for a type outside of what is known
 */
export function event<const S extends TypeSource>(
  options: EventOptions<S> & { readonly type: S },
): DescribedChannel<InferType<S>>;
export function event<const S extends TypeSource, const F extends TypeSource>(
  options: PairedEventOptions<S, F>,
): PairedEvent<InferType<S> & object, InferType<F> & object>;
export function event<E = unknown>(options: EventOptions<undefined>): DescribedChannel<E>;
export function event(
  options: EventOptions<TypeSource | undefined> | PairedEventOptions<TypeSource, TypeSource>,
): object {
  const what = checkMetadata("event", options, ["description", "deprecated", "effect", "type", "start", "finish"]);
  checkEffect(what, "effect", options.effect);
  if (options.start === undefined && options.finish === undefined) {
    const type = options.type === undefined ? undefined : createValidator(options.type, "type", "output");
    return new DescribedChannel(describeEvent(options, type?.schema), type);
  }
  const { start, finish, type } = options;
  if (start === undefined || finish === undefined || type !== undefined) {
    throw new DeclarationError(what, "has either a type, or a start and a finish");
  }
  const parts = { start: createPart(what, start, "start"), finish: createPart(what, finish, "finish") };
  return new PairedEvent(describeEvent(options, describePair(parts.start.schema, parts.finish.schema)), parts);
}

function describeEvent(
  { description, deprecated, effect }: EventMetadata,
  type: JsonSchema | undefined,
): ObjectDescription {
  return freezeDescription<ObjectDescription>({
    description,
    deprecated,
    event: freezeDescription<EventDescription>({ type, effect }),
  });
}

/** The fields that the start and the finish have from the original's classes. */
const OWN_FIELDS = ["id", "time", "aborted"];

function createPart(what: string, source: TypeSource, name: string): Validator {
  const validator = createValidator(source, name, "output");
  const { type, properties = {} } = validator.schema;
  if (type !== "object")
    throw new DeclarationError(what, `${name} must be of the type object: its properties become fields`);
  const taken = OWN_FIELDS.find((field) => Object.hasOwn(properties, field));
  if (taken !== undefined)
    throw new DeclarationError(what, `${name} has the property ${taken}, which every such event has of its own`);
  return validator;
}

/** What arrives: the start, the finish, or a finish before it was done. */
function describePair(start: JsonSchema, finish: JsonSchema): JsonSchema {
  const { required: _, ...aborted } = finish;
  return {
    anyOf: [
      addFields(start, {}),
      addFields(finish, { aborted: { const: false } }),
      addFields(aborted, { aborted: { const: true } }),
    ],
  };
}

function addFields(schema: JsonSchema, fields: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const own = { id: { type: "integer" }, time: { type: "number" }, ...fields } as const;
  return {
    ...schema,
    properties: { ...own, ...schema.properties },
    required: [...Object.keys(own), ...(schema.required ?? [])],
  };
}
