import { showValue } from "../schema/fault.js";
import type { InferType, TypeSource } from "../schema/infer.js";
import { createValidator } from "../schema/validator.js";
import type { Validator, Verdict } from "../schema/validator.js";
import { DeclarationError } from "./declaration-error.js";
import type { ParameterDescription } from "./description.js";
import { InvalidArgumentError } from "./invalid-argument-error.js";

/** The parameters of an operation: name to type, in the order of positional arguments. */
export type ParameterTypes = Readonly<Record<string, TypeSource>>;

/** There are none. */
export type NoParameters = Readonly<Record<string, never>>;

/**
 * What an operation with these parameters is called with: those that may be left out and have no default may be missing. (A
 * default is filled in.)
 */
export type Arguments<P extends ParameterTypes> = {
  readonly [
    Name in keyof P as P[Name] extends { readonly "x-optional": true; readonly default?: undefined } ? never : Name
  ]: InferType<P[Name]>;
} & {
  readonly [
    Name in keyof P as P[Name] extends { readonly "x-optional": true; readonly default?: undefined } ? Name : never
  ]?: InferType<P[Name]> | undefined;
};

interface Parameter extends ParameterDescription {
  readonly validator: Validator;
}

/** Takes apart, checks and puts together the arguments of an operation. */
export class ParameterList {
  /** For descriptions. */
  readonly descriptions: readonly ParameterDescription[];
  readonly #parameters: readonly Parameter[];

  /**
   * @param what the operation, for complaints
   * @throws DeclarationError for a name that is no identifier
   * @throws SchemaError
   */
  constructor(what: string, types: ParameterTypes) {
    this.#parameters = Object.entries(types).map(([name, source]) => createParameter(what, name, source));
    this.descriptions = Object.freeze(
      this.#parameters.map(({ name, type, required, secret }) => Object.freeze({ name, type, required, secret })),
    );
  }

  /**
   * The arguments by name, checked, with the defaults; pending only where another library's validator is.
   *
   * @throws InvalidArgumentError (or rejects) naming the first that does not fit
   */
  accept(
    args: readonly unknown[],
    kwargs: Readonly<Record<string, unknown>>,
  ): Record<string, unknown> | PromiseLike<Record<string, unknown>> {
    this.#refuseUnknown(args, kwargs);
    const accepted: Record<string, unknown> = {};
    const pending: PromiseLike<void>[] = [];
    for (const [place, parameter] of this.#parameters.entries()) {
      const { name, validator } = parameter;
      const isNamed = Object.hasOwn(kwargs, name);
      const isPlaced = place < args.length;
      const given = isPlaced ? args[place] : isNamed ? kwargs[name] : undefined;
      const value = given === undefined ? createDefault(parameter, isPlaced || isNamed) : given;
      // Left out, without a default: a validator may have one of its own.
      if (value === undefined && validator.isOptional && validator.schema["x-optional"] === true) {
        // Else the operation would find what every object inherits.
        if (name in accepted) Object.defineProperty(accepted, name, { value: undefined });
        continue;
      }
      const verdict = validator.check(value);
      if ("then" in verdict) {
        const done = verdict.then((settled) => put(accepted, parameter, settled));
        // Nobody may wait for it, where a later argument is refused at once.
        done.then(undefined, () => undefined);
        pending.push(done);
      } else {
        put(accepted, parameter, verdict);
      }
    }
    return pending.length === 0 ? accepted : Promise.all(pending).then(() => accepted);
  }

  #refuseUnknown(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): void {
    const names = this.#parameters.map(({ name }) => name);
    const there = names.length === 0 ? "there are none" : `there are: ${names.join(", ")}`;
    if (args.length > names.length) {
      throw new InvalidArgumentError(`argument ${names.length + 1}`, `is one too many; ${there}`);
    }
    for (const name of Object.keys(kwargs)) {
      const place = names.indexOf(name);
      if (place === -1) throw new InvalidArgumentError(showName(name), `is not a parameter; ${there}`);
      if (place < args.length) throw new InvalidArgumentError(name, "is given twice, by its place and by its name");
    }
  }
}

function createParameter(what: string, name: string, source: TypeSource): Parameter {
  if (!/^[A-Za-z_$][\w$]*$/u.test(name) || name === "__proto__") {
    throw new DeclarationError(what, `${showValue(name)} is no name for a parameter: use an identifier`);
  }
  const validator = createValidator(source, `params.${name}`);
  const { schema } = validator;
  return { name, type: schema, required: !validator.isOptional, secret: schema["x-secret"] === true, validator };
}

/** What stands in for an argument that is not there, or undefined. */
function createDefault({ name, type, required }: Parameter, isThere: boolean): unknown {
  if (required && !isThere) throw new InvalidArgumentError(name, "is missing");
  // The operation may change what it gets.
  return typeof type.default === "object" ? structuredClone(type.default) : type.default;
}

function put(accepted: Record<string, unknown>, { name, secret }: Parameter, verdict: Verdict): void {
  if (verdict.fault !== undefined) throw new InvalidArgumentError(name, verdict.fault, secret);
  if (verdict.value !== undefined) accepted[name] = verdict.value;
}

/** A client may name it whatever it likes. */
function showName(name: string): string {
  return /^[\w$]{1,64}$/u.test(name) ? name : showValue(name);
}
