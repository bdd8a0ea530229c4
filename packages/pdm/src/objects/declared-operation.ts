import type { TypeSource } from "../schema/infer.js";
import { createValidator } from "../schema/validator.js";
import type { Validator } from "../schema/validator.js";
import { CallContext } from "./call-context.js";
import { DeclarationError } from "./declaration-error.js";
import type { ValueOf } from "./declared-attribute.js";
import type { Effect, ObjectDescription, OperationDescription } from "./description.js";
import { isDevelopment, reportMisfit } from "./development.js";
import type { Invocable } from "./interfaces.js";
import { checkEffect, checkFunction, checkMetadata, checkOptions, freezeDescription } from "./metadata.js";
import type { Metadata } from "./metadata.js";
import { UnknownMethodError } from "./method-table.js";
import { ParameterList } from "./parameters.js";
import type { Arguments, NoParameters, ParameterTypes } from "./parameters.js";

/** What an operation is, without what it does. */
export interface OperationMetadata<
  P extends ParameterTypes = NoParameters,
  R extends TypeSource | undefined = undefined,
> extends Metadata {
  /** What a call amounts to: rights are granted on it. */
  readonly effect: Effect;
  /** Name to type, in the order of positional arguments; one with a `default` or with `x-optional` may be left out. None where nothing is said. */
  readonly params?: P;
  /** Of the result. */
  readonly returns?: R;
}

/** What {@link operation} takes. */
export interface OperationOptions<
  P extends ParameterTypes,
  R extends TypeSource | undefined,
  T,
> extends OperationMetadata<P, R> {
  /**
   * Does it; may return a promise.
   *
   * @param args by name, checked, defaults filled in
   * @param context who calls, and a signal that aborts when nobody waits for the result any more
   */
  readonly run: (args: Arguments<P>, context: CallContext) => T | PromiseLike<T>;
}

/** An operation: an object with the one method `call`. */
export interface DeclaredOperation extends Invocable {
  describe(): ObjectDescription;
}

/**
 * Declares an operation. Arguments, positional or by name, are checked before `run` is called: what does not fit is refused
 * with an InvalidArgumentError that names it. Results are checked only while `NODE_ENV` is `development`, where one that does
 * not fit becomes a process warning.
 *
 * @throws DeclarationError for metadata that makes no sense, such as an unknown effect
 * @throws SchemaError for a type outside of what is known
 */
export function operation<
  const P extends ParameterTypes = NoParameters,
  const R extends TypeSource | undefined = undefined,
  T extends ValueOf<R> = ValueOf<R>,
>(options: OperationOptions<P, R, T>): DeclaredOperation {
  const { run, ...metadata } = checkOptions("operation", options);
  const form = prepareOperation(metadata);
  checkFunction(form.what, "run", run);
  return new CheckedOperation(form, run as OperationRun);
}

type OperationRun = (args: Record<string, unknown>, context: CallContext) => unknown;

/** An operation's metadata after the checks; for any number of operations. */
export interface OperationForm {
  readonly what: string;
  readonly description: ObjectDescription;
  readonly parameters: ParameterList;
  /** Of results; only in development. */
  readonly outgoing: Validator | undefined;
}

const NAMES = ["description", "deprecated", "effect", "params", "returns", "run"];

/** Checks metadata as {@link operation} does, and throws the same. */
export function prepareOperation(metadata: OperationMetadata<ParameterTypes, TypeSource | undefined>): OperationForm {
  const what = checkMetadata("operation", metadata, NAMES);
  const { description, deprecated, effect, params = {}, returns } = metadata;
  checkEffect(what, "effect", effect);
  // A caller without types may leave it out; then nobody could be given the right to call it with a good conscience.
  if ((effect as Effect | undefined) === undefined) throw new DeclarationError(what, "effect is missing");
  if (typeof params !== "object" || params === null || Array.isArray(params)) {
    throw new DeclarationError(what, 'params must be an object of types: { quantity: { type: "integer" } }');
  }
  const parameters = new ParameterList(what, params);
  const outgoing = returns === undefined ? undefined : createValidator(returns, "returns", "output");
  const call = freezeDescription<OperationDescription>({
    description,
    deprecated,
    effect,
    parameters: parameters.descriptions,
    returns: outgoing?.schema,
  });
  return {
    what,
    description: freezeDescription<ObjectDescription>({ description, deprecated, operations: Object.freeze({ call }) }),
    parameters,
    outgoing: isDevelopment() ? outgoing : undefined,
  };
}

/** An operation of that form. */
export class CheckedOperation implements DeclaredOperation {
  readonly #form: OperationForm;
  readonly #run: OperationRun;

  constructor(form: OperationForm, run: OperationRun) {
    this.#form = form;
    this.#run = run;
  }

  describe(): ObjectDescription {
    return this.#form.description;
  }

  invoke(
    method: string,
    args: readonly unknown[],
    kwargs: Readonly<Record<string, unknown>>,
    // Called by the service itself, without one.
    context: CallContext = new CallContext({ session: 0, role: "admin" }),
  ): unknown {
    if (method !== "call") throw new UnknownMethodError(method);
    const accepted = this.#form.parameters.accept(args, kwargs);
    if (isPromiseLike(accepted)) return accepted.then((settled) => this.#call(settled, context));
    return this.#call(accepted, context);
  }

  #call(args: Record<string, unknown>, context: CallContext): unknown {
    const { outgoing } = this.#form;
    const result = this.#run(args, context);
    if (outgoing !== undefined) reportMisfit(this, "its result", result, outgoing);
    return result;
  }
}

/** A parameter may be called `then`. */
function isPromiseLike<T>(
  value: Record<string, T> | PromiseLike<Record<string, T>>,
): value is PromiseLike<Record<string, T>> {
  return value instanceof Promise;
}
