import { showValue } from "../schema/fault.js";
import { DeclarationError } from "./declaration-error.js";
import { EFFECTS } from "./description.js";

/** What every declaration says. */
export interface Metadata {
  /** One or two sentences for the operator. */
  readonly description: string;
  /** Whether it should no longer be used; a text says what to use instead. */
  readonly deprecated?: boolean | string;
}

/** What was given, if it can hold options at all. @throws DeclarationError */
export function checkOptions<T>(kind: string, options: T): T {
  if (typeof options === "object" && options !== null) return options;
  throw new DeclarationError(
    kind,
    `must be declared by an object, ${kind}({ description, ... }), not ${showValue(options)}`,
  );
}

/**
 * Checks what all declarations have in common.
 *
 * @param kind of what is declared, such as `attribute`
 * @param known the names that the options of that kind may have
 * @returns what to call it in complaints
 * @throws DeclarationError
 */
export function checkMetadata(kind: string, options: Metadata, known: readonly string[]): string {
  const { description, deprecated } = checkOptions(kind, options as Partial<Record<keyof Metadata, unknown>>);
  if (typeof description !== "string" || description.trim() === "") {
    throw new DeclarationError(kind, `description must be a sentence for the operator, not ${showValue(description)}`);
  }
  const what = `${kind} ${showValue(description)}`;
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new DeclarationError(what, `${showValue(unknown)} is not known; there are: ${known.join(", ")}`);
  }
  if (deprecated !== undefined && typeof deprecated !== "boolean" && typeof deprecated !== "string") {
    throw new DeclarationError(
      what,
      `deprecated must be true or a text that says what to use, not ${showValue(deprecated)}`,
    );
  }
  return what;
}

/** @throws DeclarationError for one that is given and is none of the names */
export function checkChoice(what: string, name: string, value: unknown, names: readonly string[]): void {
  if (value === undefined || (typeof value === "string" && names.includes(value))) return;
  throw new DeclarationError(what, `${name} must be one of ${names.join(", ")}, not ${showValue(value)}`);
}

/** @throws DeclarationError for one that is given and is no effect */
export function checkEffect(what: string, name: string, value: unknown): void {
  checkChoice(what, name, value, EFFECTS);
}

/** @throws DeclarationError */
export function checkFunction(what: string, name: string, value: unknown): void {
  if (typeof value !== "function")
    throw new DeclarationError(what, `${name} must be a function, not ${showValue(value)}`);
}

/** The object without what is undefined in it, frozen: descriptions are data, and asked for often. */
export function freezeDescription<T extends object>(description: { readonly [K in keyof T]: T[K] | undefined }): T {
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(description)) if (value !== undefined) given[name] = value;
  return Object.freeze(given) as T;
}
