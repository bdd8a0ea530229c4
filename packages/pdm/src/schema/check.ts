import { SCHEMA_LIMITS } from "../limits.js";
import { equalsConstant, Identities } from "./equality.js";
import { describeKey, placeAtIndex, placeUnderKey, showValue } from "./fault.js";
import type { SchemaFault } from "./fault.js";
import type { JsonSchema } from "./json-schema.js";
import { checkSchemaForm } from "./keywords.js";
import { isObject, JSON_TYPES, listTypes, VALUE_KINDS } from "./value-kind.js";
import { describeWanted } from "./wording.js";

/**
 * Looks for the first fault of a value; undefined where it fits. Never throws.
 *
 * Takes time in proportion to the value and the schema, and looks no deeper into the value than the schema says: values may
 * be cyclic.
 */
export type Check = (value: unknown) => SchemaFault | undefined;

/**
 * Makes the check of a schema, once for many values. Changing the schema afterwards has no effect that is promised.
 *
 * Values are JavaScript's own: numbers are finite, an object is what is no array, date, map and so on, and a property that
 * is undefined counts as none.
 *
 * @param place what the schema is called in the complaint
 * @throws SchemaError naming the place in the schema: for a keyword outside of the subset, and for a malformed one
 */
export function compileSchema(schema: JsonSchema, place: string = "the schema"): Check {
  checkSchemaForm(schema, place, { nodes: Number.POSITIVE_INFINITY, isTrusted: true });
  return guard(compile(schema));
}

/**
 * The same for schemas that clients send. Over the limits in `SCHEMA_LIMITS`, and for the keywords `pattern` and `uniqueItems`,
 * whose check could take too long, it throws. A value of more parts than `clientSteps` fits no schema that looks at them all.
 *
 * @throws SchemaError naming the place in the schema
 */
export function compileClientSchema(schema: unknown, place: string): Check {
  checkSchemaForm(schema, place, { nodes: SCHEMA_LIMITS.clientNodes, isTrusted: false });
  const check = guard(compile(schema as JsonSchema));
  return (value) => {
    stepsLeft = SCHEMA_LIMITS.clientSteps;
    const fault = check(value);
    stepsLeft = Number.POSITIVE_INFINITY;
    return fault;
  };
}

/** How many parts of a value the check under way may still look at; no check is interrupted by another. */
let stepsLeft = Number.POSITIVE_INFINITY;

/** Counts a part of a value, of which there may be any number. @throws where a client's schema has come to its limit */
function spendStep(): void {
  stepsLeft -= 1;
  if (stepsLeft < 0) throw new RangeError("too many parts");
}

/** What is said of a fault to those who choose between several. */
interface Finding extends SchemaFault {
  /** What it must be, as a phrase behind "must be"; undefined where the problem is another. */
  readonly phrase?: string;
  readonly found?: string;
  /** Whether a constant was wanted: where one of several objects is wanted, it tells them apart. */
  readonly isTag?: boolean;
}

/** @param isAsked whether somebody reads the finding; else {@link MISFIT} says as much, since words cost more than all else */
type Find = (value: unknown, isAsked: boolean) => Finding | undefined;
type Predicate = (value: unknown) => boolean;

const MISFIT: Finding = { place: "", problem: "does not fit", wanted: "must fit" };

function guard(find: Find): Check {
  return (value) => {
    try {
      const finding = find(value, true);
      return finding === undefined
        ? undefined
        : { place: finding.place, problem: finding.problem, wanted: finding.wanted };
    } catch {
      if (stepsLeft < 0) return { place: "", problem: "has too many parts to be looked at", wanted: "must be smaller" };
      // A getter or proxy of the service's own: what arrives is plain.
      return { place: "", problem: "cannot be looked at: its own code threw", wanted: "must be plain data" };
    }
  };
}

function compile(schema: JsonSchema): Find {
  const predicates = listPredicates(schema);
  const finds = listFinds(schema);
  const isTag = "const" in schema || schema.enum !== undefined;
  const [only] = predicates;
  if (only !== undefined && predicates.length === 1 && finds.length === 0) {
    return (value, isAsked) => (only(value) ? undefined : isAsked ? mustBe(schema, value, isTag) : MISFIT);
  }
  return (value, isAsked) => {
    for (const accepts of predicates) {
      if (!accepts(value)) return isAsked ? mustBe(schema, value, isTag) : MISFIT;
    }
    for (const find of finds) {
      const finding = find(value, isAsked);
      if (finding !== undefined) return finding;
    }
    return undefined;
  };
}

function mustBe(schema: JsonSchema, value: unknown, isTag: boolean): Finding {
  const phrase = describeWanted(schema, value);
  const found = showValue(value);
  const wanted = `must be ${phrase}`;
  return { place: "", problem: `${wanted}, not ${found}`, wanted, phrase, found, isTag };
}

/** What a schema says of the value itself. */
function listPredicates(schema: JsonSchema): Predicate[] {
  return [...listTypePredicates(schema), ...listNumberPredicates(schema), ...listSizePredicates(schema)];
}

function listTypePredicates(schema: JsonSchema): Predicate[] {
  const predicates: Predicate[] = [];
  const types = listTypes(schema);
  if (types !== undefined) predicates.push(acceptAny(types.map((type) => JSON_TYPES[type].accepts)));
  if (schema["x-value"] !== undefined) predicates.push(VALUE_KINDS[schema["x-value"]].accepts);
  if ("const" in schema) predicates.push((value) => equalsConstant(value, schema.const));
  if (schema.enum !== undefined) predicates.push(acceptConstants(schema.enum));
  return predicates;
}

function acceptAny(predicates: readonly Predicate[]): Predicate {
  const [only] = predicates;
  if (only !== undefined && predicates.length === 1) return only;
  return (value) => predicates.some((accepts) => accepts(value));
}

function acceptConstants(constants: readonly unknown[]): Predicate {
  const simple = new Set(constants.filter((constant) => typeof constant !== "object" || constant === null));
  const others = constants.filter((constant) => typeof constant === "object" && constant !== null);
  return (value) => simple.has(value) || others.some((constant) => equalsConstant(value, constant));
}

/** Of numbers and bigints; all other values pass. */
function listNumberPredicates(schema: JsonSchema): Predicate[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const tests: ((value: number | bigint) => boolean)[] = [];
  if (minimum !== undefined) tests.push((value) => value >= minimum);
  if (maximum !== undefined) tests.push((value) => value <= maximum);
  if (exclusiveMinimum !== undefined) tests.push((value) => value > exclusiveMinimum);
  if (exclusiveMaximum !== undefined) tests.push((value) => value < exclusiveMaximum);
  if (multipleOf !== undefined) tests.push((value) => isMultiple(value, multipleOf));
  return tests.map((test) => (value) => (typeof value !== "number" && typeof value !== "bigint") || test(value));
}

/** Decimal fractions have rounding errors: 19.99 is a multiple of 0.01 all the same. */
function isMultiple(value: number | bigint, factor: number): boolean {
  if (typeof value === "bigint" && Number.isInteger(factor)) return value % BigInt(factor) === 0n;
  const quotient = Number(value) / factor;
  return Math.abs(quotient - Math.round(quotient)) <= Math.abs(quotient) * Number.EPSILON;
}

/** Of strings and arrays; all other values pass. */
function listSizePredicates(schema: JsonSchema): Predicate[] {
  const { minLength = 0, maxLength = Infinity, pattern, minItems = 0, maxItems = Infinity, uniqueItems } = schema;
  const predicates: Predicate[] = [];
  if (minLength > 0 || maxLength < Infinity) {
    predicates.push((value) => typeof value !== "string" || hasLength(value, minLength, maxLength));
  }
  if (pattern !== undefined) {
    const expression = new RegExp(pattern, "u");
    predicates.push((value) => typeof value !== "string" || expression.test(value));
  }
  if (minItems > 0 || maxItems < Infinity) {
    predicates.push((value) => !Array.isArray(value) || (value.length >= minItems && value.length <= maxItems));
  }
  if (uniqueItems === true) predicates.push((value) => !Array.isArray(value) || isWithoutRepetitions(value));
  return predicates;
}

/** Code points are counted only where the code units leave it open. */
function hasLength(text: string, least: number, most: number): boolean {
  if (text.length < least) return false;
  if (text.length <= most && text.length >= 2 * least) return true;
  let length = 0;
  for (const _ of text) length += 1;
  return length >= least && length <= most;
}

function isWithoutRepetitions(items: readonly unknown[]): boolean {
  const identities = new Identities();
  return new Set(items.map((item) => identities.identify(item))).size === items.length;
}

/** What a schema says of what is within the value. */
function listFinds(schema: JsonSchema): Find[] {
  const finds: Find[] = [];
  if (schema.prefixItems !== undefined || schema.items !== undefined) finds.push(compileItems(schema));
  if (schema.properties !== undefined || schema.required !== undefined || schema.additionalProperties !== undefined) {
    finds.push(compileProperties(schema));
  }
  if (schema.anyOf !== undefined) finds.push(compileChoice(schema.anyOf.map(compile)));
  return finds;
}

function compileItems({ prefixItems = [], items }: JsonSchema): Find {
  const prefix = prefixItems.map(compile);
  const rest = items === undefined || items === false ? undefined : compile(items);
  return (value, isAsked) => {
    if (value instanceof Set) return rest === undefined ? undefined : findInItems([...value], [], rest, isAsked);
    if (!Array.isArray(value)) return undefined;
    if (items === false && value.length > prefix.length) {
      const wanted = `must have no more than ${prefix.length} items`;
      return { place: "", problem: `${wanted}, not ${value.length}`, wanted };
    }
    return findInItems(value, prefix, rest, isAsked);
  };
}

function findInItems(
  items: readonly unknown[],
  prefix: readonly Find[],
  rest: Find | undefined,
  isAsked: boolean,
): Finding | undefined {
  const end = rest === undefined ? Math.min(prefix.length, items.length) : items.length;
  for (let index = 0; index < end; index += 1) {
    spendStep();
    const finding = (prefix[index] ?? rest)?.(items[index], isAsked);
    if (finding !== undefined) return isAsked ? placeAtIndex(finding, index) : finding;
  }
  return undefined;
}

function compileProperties({ properties = {}, required = [], additionalProperties = true }: JsonSchema): Find {
  const known = new Map(Object.entries(properties).map(([key, schema]) => [key, compile(schema)] as const));
  const others = typeof additionalProperties === "boolean" ? undefined : compile(additionalProperties);
  const takesOthers = additionalProperties !== false;
  const mayBeUndefined = (key: string): boolean => {
    const find = known.get(key);
    return find !== undefined && find(undefined, false) === undefined;
  };
  const findInProperties = (value: Readonly<Record<string, unknown>>, isAsked: boolean): Finding | undefined => {
    for (const key of required) {
      if (Object.hasOwn(value, key) && (value[key] !== undefined || mayBeUndefined(key))) continue;
      if (!isAsked) return MISFIT;
      return { place: describeKey(key), problem: "is missing", wanted: `must have the property ${showValue(key)}` };
    }
    for (const [key, find] of known) {
      if (!Object.hasOwn(value, key)) continue;
      const item = value[key];
      const finding = item === undefined ? undefined : find(item, isAsked);
      if (finding !== undefined) return isAsked ? placeUnderKey(finding, key) : finding;
    }
    return undefined;
  };
  const findInOthers = (value: Readonly<Record<string, unknown>>, isAsked: boolean): Finding | undefined => {
    for (const key of Object.keys(value)) {
      spendStep();
      if (known.has(key) || value[key] === undefined) continue;
      if (!takesOthers) return isAsked ? refuseProperty(key, known.keys()) : MISFIT;
      const finding = others?.(value[key], isAsked);
      if (finding !== undefined) return isAsked ? placeUnderKey(finding, key) : finding;
    }
    return undefined;
  };
  return (value, isAsked) => {
    if (value instanceof Map) return others === undefined ? undefined : findInMap(value, others, isAsked);
    if (!isObject(value)) return undefined;
    const finding = findInProperties(value, isAsked);
    return finding !== undefined || (takesOthers && others === undefined) ? finding : findInOthers(value, isAsked);
  };
}

function refuseProperty(key: string, known: Iterable<string>): Finding {
  const names = [...known].join(", ");
  const wanted = names === "" ? "must have no properties" : `must have no other properties than ${names}`;
  const there = names === "" ? "there are none" : `there are: ${names}`;
  return { place: describeKey(key), problem: `is not one of the properties; ${there}`, wanted };
}

function findInMap(map: ReadonlyMap<unknown, unknown>, find: Find, isAsked: boolean): Finding | undefined {
  for (const [key, item] of map) {
    spendStep();
    const finding = find(item, isAsked);
    if (finding !== undefined) return isAsked ? placeUnderKey(finding, key) : finding;
  }
  return undefined;
}

function compileChoice(alternatives: readonly Find[]): Find {
  return (value, isAsked) => {
    // Most of what an alternative says against a value is never read, as the next one takes it: a client could have
    // thousands of sentences made for each item of a large array.
    for (const find of alternatives) if (find(value, false) === undefined) return undefined;
    if (!isAsked) return MISFIT;
    return chooseFinding(alternatives.flatMap((find) => find(value, true) ?? []));
  };
}

/** The one that helps most: from an alternative of the right shape and with the right constants, where there is one. */
function chooseFinding(findings: readonly Finding[]): Finding | undefined {
  const within = findings.filter(({ place }) => place !== "");
  const shaped = within.length === 0 ? findings : within;
  const tagged = within.filter(({ isTag }) => isTag !== true);
  const candidates = tagged.length === 0 ? shaped : tagged;
  const [first] = candidates;
  if (first === undefined || candidates.length === 1) return first;
  const phrases = new Set(candidates.map(({ place, phrase }) => (place === first.place ? phrase : undefined)));
  if (phrases.has(undefined)) return first;
  const phrase = [...phrases].join(" or ");
  const wanted = `must be ${phrase}`;
  return { ...first, problem: `${wanted}, not ${first.found}`, wanted, phrase };
}
