import { PdmError } from "../errors.js";
import { POLICY_NAME_CHARACTERS, POLICY_REMEMBERED_CHARACTERS, POLICY_REMEMBERED_NAMES } from "../limits.js";
import { EFFECTS } from "../objects/description.js";
import type { Effect } from "../objects/description.js";
import { compileGlob } from "../objects/name-glob.js";
import { warn } from "../warning.js";
import { ROLE_EFFECTS } from "./principal.js";
import type { Principal, Role } from "./principal.js";

/** What one rule says of the objects whose names it matches. */
export interface PolicyRule {
  /** Globs over whole names, as `MODULE.OBJECT/ENTRY`: `*` is any characters but `/`, `**` any characters, `?` one character but `/`. An operation of an object that has several is `OBJECT/OPERATION`. */
  readonly names: string | readonly string[];
  /** Allowing any effect allows `read` too; none hides the objects. */
  readonly allow: readonly Effect[];
}

/** For each role the rules for it: the first one that matches a name decides, and where none does, the role itself. */
export type PolicyRules = Readonly<Partial<Record<Role, readonly PolicyRule[]>>>;

/**
 * Decides itself whether `principal` may do what has that effect to the object of that name. Asked for `read` first,
 * which says whether the object is there at all. It is asked often, and must not take long; if it throws, that is a no.
 */
export type PolicyFunction = (principal: Principal, effect: Effect, name: string) => boolean;

/** Who may do what to which objects. Rights are no part of it. */
export type Policy = PolicyRules | PolicyFunction;

/** A policy made ready, for one role. */
export type Decision = (principal: Principal, effect: Effect, name: string) => boolean;

/**
 * Makes a policy ready for `role`. Undefined where there is nothing to decide: an admin without a policy may do
 * everything.
 *
 * @throws PdmError `ERR_PDM_POLICY` for what is no policy, naming the place, whichever role it is for
 */
export function compilePolicy(policy: Policy | undefined, role: Role): Decision | undefined {
  const byRole = ROLE_EFFECTS[role];
  const decideByRole: Decision = (_principal, effect) => byRole.includes(effect);
  if (policy === undefined) return role === "admin" ? undefined : decideByRole;
  if (typeof policy === "function") return guardNames(guardFunction(policy));
  const rules = compileRules(policy).get(role);
  if (rules === undefined || rules.length === 0) return role === "admin" ? undefined : decideByRole;
  const findAllowed = rememberNames(
    (name) => rules.find(({ globs }) => globs.some((matches) => matches(name)))?.allow ?? byRole,
  );
  return guardNames((_principal, effect, name) => findAllowed(name).includes(effect));
}

interface CompiledRule {
  readonly globs: readonly ((name: string) => boolean)[];
  readonly allow: readonly Effect[];
}

function compileRules(policy: PolicyRules): Map<string, CompiledRule[]> {
  if (Object.prototype.toString.call(policy) !== "[object Object]") {
    throw fault("policy", `must be an object of rules by role, or a function, not ${describe(policy)}`);
  }
  const compiled = new Map<string, CompiledRule[]>();
  for (const [role, rules] of Object.entries(policy)) {
    const place = `policy.${role}`;
    if (!Object.hasOwn(ROLE_EFFECTS, role)) throw fault(place, `is no role; there are: ${listRoles()}`);
    if (rules === undefined) continue;
    if (!Array.isArray(rules)) throw fault(place, `must be a list of rules, not ${describe(rules)}`);
    compiled.set(
      role,
      (rules as readonly unknown[]).map((rule, index) => compileRule(rule, `${place}[${index}]`)),
    );
  }
  return compiled;
}

function compileRule(rule: unknown, place: string): CompiledRule {
  if (Object.prototype.toString.call(rule) !== "[object Object]") {
    throw fault(place, `must be { names, allow }, not ${describe(rule)}`);
  }
  const { names, allow, ...others } = rule as Record<keyof PolicyRule, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) throw fault(`${place}.${other}`, "is unknown; a rule has names and allow");
  return { globs: compileNames(names, `${place}.names`), allow: readEffects(allow, `${place}.allow`) };
}

function compileNames(names: unknown, place: string): ((name: string) => boolean)[] {
  const globs: readonly unknown[] = Array.isArray(names) ? names : [names];
  if (globs.length === 0) throw fault(place, "is empty: no name would match");
  return globs.map((glob, index) => {
    const globPlace = Array.isArray(names) ? `${place}[${index}]` : place;
    if (typeof glob !== "string") throw fault(globPlace, `must be a glob such as "shop.**", not ${describe(glob)}`);
    try {
      return compileGlob(glob);
    } catch (error) {
      throw fault(globPlace, (error as Error).message, error);
    }
  });
}

function readEffects(allow: unknown, place: string): readonly Effect[] {
  if (!Array.isArray(allow)) throw fault(place, `must be a list of effects, not ${describe(allow)}`);
  const effects = allow as readonly unknown[];
  for (const [index, effect] of effects.entries()) {
    if (!EFFECTS.includes(effect as Effect)) {
      throw fault(`${place}[${index}]`, `is ${describe(effect)}, which is no effect; there are: ${EFFECTS.join(", ")}`);
    }
  }
  // What may be used may be seen.
  return effects.length === 0 ? [] : (["read", ...effects] as Effect[]);
}

/** Matching takes longer than looking up. */
function rememberNames(find: (name: string) => readonly Effect[]): (name: string) => readonly Effect[] {
  const remembered = new Map<string, readonly Effect[]>();
  return (name) => {
    let allowed = remembered.get(name);
    if (allowed !== undefined) return allowed;
    allowed = find(name);
    if (name.length > POLICY_REMEMBERED_CHARACTERS) return allowed;
    if (remembered.size >= POLICY_REMEMBERED_NAMES) remembered.clear();
    remembered.set(name, allowed);
    return allowed;
  };
}

/** Nobody gets in by an error of the policy, nor by an answer that is none. */
function guardFunction(decide: PolicyFunction): Decision {
  return (principal, effect, name) => {
    try {
      const answer: unknown = decide(principal, effect, name);
      if (typeof answer === "boolean") return answer;
      // A promise is true to JavaScript, whatever comes of it.
      warn(
        "PDM_POLICY_FAULT",
        `the policy said neither true nor false, which refuses the request, but ${describe(answer)}`,
      );
    } catch (error) {
      warn("PDM_POLICY_FAULT", "the policy threw, which refuses the request", error);
    }
    return false;
  };
}

/** Names come from clients, and matching takes time in proportion to their length: none that long is allowed. */
function guardNames(decide: Decision): Decision {
  return (principal, effect, name) => name.length <= POLICY_NAME_CHARACTERS && decide(principal, effect, name);
}

/** The names of all roles, for messages. */
export function listRoles(): string {
  return Object.keys(ROLE_EFFECTS).join(", ");
}

function fault(place: string, problem: string, cause?: unknown): PdmError {
  return new PdmError("ERR_PDM_POLICY", `${place} ${problem}`, cause === undefined ? {} : { cause });
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 100));
  return value === null ? "null" : Array.isArray(value) ? "an array" : `something of type ${typeof value}`;
}
