import { showValue } from "../schema/fault.js";
import { findIdleKeyword } from "../schema/idle-keyword.js";
import type { InferType, TypeSource } from "../schema/infer.js";
import type { JsonSchema } from "../schema/json-schema.js";
import { isStandardSchema } from "../schema/standard-schema.js";
import { createValidator } from "../schema/validator.js";
import type { Validator, Verdict } from "../schema/validator.js";
import { listTypes } from "../schema/value-kind.js";
import type { CallContext } from "./call-context.js";
import { DeclarationError } from "./declaration-error.js";
import type { AttributeDescription, AttributeKind, Effect, ObjectDescription } from "./description.js";
import { isDevelopment, reportMisfit } from "./development.js";
import type { Attribute } from "./interfaces.js";
import { InvalidArgumentError } from "./invalid-argument-error.js";
import { checkChoice, checkEffect, checkFunction, checkMetadata, checkOptions, freezeDescription } from "./metadata.js";
import type { Metadata } from "./metadata.js";

/** The TypeScript type of a type source that may be left out. */
export type ValueOf<S> = S extends TypeSource ? InferType<S> : unknown;

/** What an attribute is, without how it is read. */
export interface AttributeMetadata<S extends TypeSource | undefined = undefined> extends Metadata {
  /** Of the value: a schema, or a validator of another library, which then also validates what is written. */
  readonly type?: S;
  /** A UCUM unit as OpenTelemetry uses them: `By`, `ms`, `1`, `{request}`. */
  readonly unit?: string;
  readonly kind?: AttributeKind;
  /** The same as in `type`, which is `number` where nothing else is said. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** The same as `enum` in `type`. */
  readonly allowed?: readonly unknown[];
  /** What the value is where nobody has changed it. */
  readonly default?: unknown;
  /** Whether few may see the value: reading has the effect `expose` unless `effect` says otherwise, and no record and no message holds it. */
  readonly secret?: boolean;
  /** Of reading; `read` where nothing is said. */
  readonly effect?: Effect;
  /** Of writing; `change` where nothing is said. */
  readonly writeEffect?: Effect;
}

/** What {@link attribute} takes. */
export interface AttributeOptions<S extends TypeSource | undefined, T> extends AttributeMetadata<S> {
  /** The value now, or a promise of it. */
  readonly read: () => T | PromiseLike<T>;
  /** Sets the value, which fits `type`; what it returns is only waited for. Without it the attribute is read only. */
  readonly write?: ((value: ValueOf<S>, context: CallContext) => unknown) | undefined;
}

/** An attribute that says what it is. */
export interface DeclaredAttribute<T> extends Attribute<T> {
  describe(): ObjectDescription;
}

/**
 * Declares an attribute. What is written is checked first; what is read only while `NODE_ENV` is `development`, where a
 * value that does not fit becomes a process warning.
 *
 * @throws DeclarationError for metadata that makes no sense, such as an unknown kind
 * @throws SchemaError for a type outside of what is known
 */
export function attribute<const S extends TypeSource | undefined = undefined, T extends ValueOf<S> = ValueOf<S>>(
  options: AttributeOptions<S, T>,
): DeclaredAttribute<S extends TypeSource ? InferType<S> : T> {
  const { read, write, ...metadata } = checkOptions("attribute", options);
  const form = prepareAttribute(metadata as AttributeMetadata<TypeSource | undefined>);
  checkFunction(form.what, "read", read);
  if (write !== undefined) checkFunction(form.what, "write", write);
  else if (metadata.writeEffect !== undefined) throw new DeclarationError(form.what, "has a writeEffect, and no write");
  return createAttribute(form, read, write as AttributeWrite | undefined) as DeclaredAttribute<never>;
}

type AttributeWrite = (value: unknown, context: CallContext) => unknown;

/** An attribute's metadata after the checks; for any number of attributes. */
export interface AttributeForm {
  readonly what: string;
  readonly description: ObjectDescription;
  readonly isSecret: boolean;
  /** Of what is written. */
  readonly incoming: Validator | undefined;
  /** Of what is read; only in development. */
  readonly outgoing: Validator | undefined;
}

const NAMES = [
  "description",
  "deprecated",
  "type",
  "unit",
  "kind",
  "minimum",
  "maximum",
  "allowed",
  "default",
  "secret",
  "effect",
  "writeEffect",
  "read",
  "write",
];
const KINDS: readonly AttributeKind[] = ["gauge", "counter", "text", "state"];

/** Checks metadata as {@link attribute} does, and throws the same. */
export function prepareAttribute(metadata: AttributeMetadata<TypeSource | undefined>): AttributeForm {
  const what = checkMetadata("attribute", metadata, NAMES);
  const { description, deprecated, unit, kind, secret, effect, writeEffect } = metadata;
  if (unit !== undefined && (typeof unit !== "string" || !/^[!-~]{1,63}$/u.test(unit))) {
    throw new DeclarationError(what, `unit must be a UCUM unit such as "By" or "{order}", not ${showValue(unit)}`);
  }
  checkChoice(what, "kind", kind, KINDS);
  checkEffect(what, "effect", effect);
  checkEffect(what, "writeEffect", writeEffect);
  if (secret !== undefined && typeof secret !== "boolean") {
    throw new DeclarationError(what, `secret must be true or false, not ${showValue(secret)}`);
  }
  const source = addShorthands(what, metadata);
  const outgoing = source === undefined ? undefined : createValidator(source, "type", "output");
  const incoming = source !== undefined && isStandardSchema(source) ? createValidator(source, "type") : outgoing;
  if (outgoing !== undefined) checkKind(what, kind, outgoing.schema);
  const type = outgoing?.schema;
  return {
    what,
    description: freezeDescription<ObjectDescription>({
      description,
      deprecated,
      attribute: freezeDescription<AttributeDescription>({ type, unit, kind, secret, effect, writeEffect }),
    }),
    isSecret: secret === true,
    incoming,
    outgoing: isDevelopment() ? outgoing : undefined,
  };
}

/** What is said beside `type` and belongs into it. */
function addShorthands(what: string, metadata: AttributeMetadata<TypeSource | undefined>): TypeSource | undefined {
  const { type, minimum, maximum, allowed, default: preset } = metadata;
  const [shorthand] =
    Object.entries({ minimum, maximum, allowed, default: preset }).find(([, value]) => value !== undefined) ?? [];
  if (shorthand === undefined) return type;
  if (type !== undefined && isStandardSchema(type)) {
    throw new DeclarationError(what, `${shorthand} belongs into the validator that is its type`);
  }
  const isNumber = minimum !== undefined || maximum !== undefined;
  const schema: JsonSchema = {
    ...(type ?? (isNumber ? { type: "number" } : {})),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(allowed === undefined ? {} : { enum: allowed }),
    ...(preset === undefined ? {} : { default: preset }),
  };
  const idle = findIdleKeyword(schema);
  if (idle !== undefined && idle === shorthand) {
    throw new DeclarationError(what, `${idle} says nothing of the type ${schema["x-value"] ?? String(schema.type)}`);
  }
  return schema;
}

/** Numbers may also be within an array, an object or a map. */
function checkKind(what: string, kind: AttributeKind | undefined, schema: JsonSchema): void {
  if (kind !== "gauge" && kind !== "counter") return;
  const types = listTypes(schema);
  if (types === undefined || types.some((type) => !["string", "boolean", "null"].includes(type))) return;
  throw new DeclarationError(what, `the kind ${kind} is of numbers, and its type is ${types.join(" or ")}`);
}

/** An attribute of that form. */
export function createAttribute(
  form: AttributeForm,
  read: () => unknown,
  write: AttributeWrite | undefined,
): DeclaredAttribute<unknown> {
  return write === undefined ? new ReadAttribute(form, read) : new WrittenAttribute(form, read, write);
}

class ReadAttribute implements DeclaredAttribute<unknown> {
  protected readonly form: AttributeForm;
  readonly #read: () => unknown;

  constructor(form: AttributeForm, read: () => unknown) {
    this.form = form;
    this.#read = read;
  }

  read(): unknown {
    const { outgoing } = this.form;
    const value = this.#read();
    if (outgoing !== undefined) reportMisfit(this, "its value", value, outgoing, this.form.isSecret);
    return value;
  }

  describe(): ObjectDescription {
    return this.form.description;
  }
}

class WrittenAttribute extends ReadAttribute {
  readonly #write: AttributeWrite;

  constructor(form: AttributeForm, read: () => unknown, write: AttributeWrite) {
    super(form, read);
    this.#write = write;
  }

  write(value: unknown, context: CallContext): unknown {
    const { incoming } = this.form;
    if (incoming === undefined) return this.#write(value, context);
    const verdict = incoming.check(value);
    if ("then" in verdict) return verdict.then((settled) => this.#write(this.#accept(settled), context));
    return this.#write(this.#accept(verdict), context);
  }

  #accept(verdict: Verdict): unknown {
    const { fault } = verdict;
    if (fault === undefined) return verdict.value;
    throw new InvalidArgumentError("value", fault, this.form.isSecret);
  }
}
