import type { TypeSource } from "../schema/infer.js";
import { showValue } from "../schema/fault.js";
import type { CallContext } from "./call-context.js";
import { DeclarationError } from "./declaration-error.js";
import { createAttribute, prepareAttribute } from "./declared-attribute.js";
import type { AttributeMetadata, ValueOf } from "./declared-attribute.js";
import { CheckedOperation, prepareOperation } from "./declared-operation.js";
import type { OperationMetadata } from "./declared-operation.js";
import { isEventSource } from "./interfaces.js";
import { joinManagedClass, joinManagedMember } from "./managed-classes.js";
import { checkMetadata, checkOptions } from "./metadata.js";
import type { Metadata } from "./metadata.js";
import type { Arguments, NoParameters, ParameterTypes } from "./parameters.js";

/**
 * Decorates a class (a standard decorator, not one of `experimentalDecorators`): an instance of it, or of a subclass, can be
 * exposed, and is the directory of its decorated members.
 *
 * @throws DeclarationError for metadata that makes no sense
 */
export function managed(
  metadata: Metadata,
): (target: abstract new (...args: never) => object, context: ClassDecoratorContext) => void {
  const what = checkMetadata("class", metadata, ["description", "deprecated"]);
  return (target) => joinManagedClass(target.prototype as object, { what, metadata });
}

/** What {@link managedAttribute} takes. */
export interface ManagedAttributeOptions<S extends TypeSource | undefined> extends AttributeMetadata<S> {
  /** Whether clients may write it. Where nothing is said: an accessor and a getter with a setter yes, a field no. */
  readonly writable?: boolean;
}

/**
 * Decorates a getter, an accessor or a field of a class: it is an attribute of each instance.
 *
 * @throws DeclarationError and SchemaError as `attribute` does, and for a private or static member; when an instance is exposed,
 * DeclarationError where it is writable and has no setter, and where it has a `writeEffect` and is not writable
 */
export function managedAttribute<const S extends TypeSource | undefined = undefined>(
  options: ManagedAttributeOptions<S>,
): <T, V extends ValueOf<S>>(
  target: unknown,
  context: ClassGetterDecoratorContext<T, V> | ClassAccessorDecoratorContext<T, V> | ClassFieldDecoratorContext<T, V>,
) => void {
  const { writable, ...metadata } = checkOptions("attribute", options);
  const form = prepareAttribute(metadata);
  return joinManagedMember(form.what, (instance, name, kind) => {
    const isReadOnly = kind === "getter" && !hasSetter(instance, name);
    const isWritable = writable ?? (kind !== "field" && !isReadOnly);
    if (isWritable && isReadOnly) throw new DeclarationError(form.what, `is writable, and ${name} has no setter`);
    if (!isWritable && metadata.writeEffect !== undefined) {
      throw new DeclarationError(form.what, `has a writeEffect, and ${name} is not writable`);
    }
    const members = instance as Record<string, unknown>;
    const write = (value: unknown): void => {
      members[name] = value;
    };
    return createAttribute(form, () => members[name], isWritable ? write : undefined);
  });
}

/**
 * Decorates a method of a class: it is an operation of each instance. The method gets what `run` of `operation` gets: one
 * object of checked arguments, and the context.
 *
 * @throws DeclarationError and SchemaError as `operation` does, and for a private or static method
 */
export function managedOperation<
  const P extends ParameterTypes = NoParameters,
  const R extends TypeSource | undefined = undefined,
>(
  options: OperationMetadata<P, R>,
): <T>(
  target: (this: T, args: Arguments<P>, context: CallContext) => ValueOf<R> | PromiseLike<ValueOf<R>>,
  context: ClassMethodDecoratorContext<T>,
) => void {
  const form = prepareOperation(options);
  return joinManagedMember(form.what, (instance, name) => {
    const members = instance as Record<string, (args: unknown, context: CallContext) => unknown>;
    return new CheckedOperation(form, (args, context) => members[name]?.(args, context));
  });
}

/**
 * Decorates a field, an accessor or a getter that holds an event source, such as what `event` returns.
 *
 * @throws DeclarationError for a private or static member; and when an instance is exposed whose member holds no event source
 */
export function managedEvent(): (
  target: unknown,
  context: ClassFieldDecoratorContext | ClassAccessorDecoratorContext | ClassGetterDecoratorContext,
) => void {
  return joinManagedMember("event", (instance, name) => {
    const source = (instance as Record<string, unknown>)[name];
    if (isEventSource(source)) return source;
    throw new DeclarationError(`event ${name}`, `the member holds no event source, but ${showValue(source)}`);
  });
}

function hasSetter(instance: object, name: string): boolean {
  for (let at: object | null = instance; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property !== undefined) return property.set !== undefined;
  }
  return false;
}
