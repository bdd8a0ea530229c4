import { PdmError } from "../errors.js";
import type { AuditFile } from "../audit-file.js";
import { compilePolicy, listRoles } from "./policy.js";
import type { Decision, Policy } from "./policy.js";
import { RIGHTS, ROLE_EFFECTS } from "./principal.js";
import type { Right, Role } from "./principal.js";

/** What `listen` is told of those who may connect. */
export interface GrantOptions {
  readonly role?: Role | undefined;
  readonly rights?: readonly Right[] | undefined;
  readonly policy?: Policy | undefined;
}

/** What one socket gives to everybody who connects to it. */
export interface Grant {
  readonly role: Role;
  readonly rights: readonly Right[];
  /** Undefined: everything is allowed. */
  readonly decide: Decision | undefined;
  /** What `decide` was made from. */
  readonly policy?: Policy | undefined;
  /** Where the records of its sessions are appended. */
  readonly auditFile: AuditFile | undefined;
  /** What the service calls this version of itself. */
  readonly build: string | undefined;
}

/**
 * Where no role is given, the clients are admins and have every right; where one is given, the rights are those that
 * `rights` names.
 *
 * @throws PdmError `ERR_PDM_POLICY` for an unknown role, right or policy, naming the place, and for a policy that cannot apply
 */
export function createGrant({ role, rights, policy }: GrantOptions, auditFile?: AuditFile, build?: string): Grant {
  if (role !== undefined && !Object.hasOwn(ROLE_EFFECTS, role)) {
    throw new PdmError("ERR_PDM_POLICY", `role is ${JSON.stringify(role)}, which is none; there are: ${listRoles()}`);
  }
  const known = role ?? "admin";
  const decide = compilePolicy(policy, known);
  if (role === undefined && typeof policy === "object" && policy !== null && !Object.hasOwn(policy, "admin")) {
    const ruled = Object.keys(policy).join(", ") || "nobody";
    throw new PdmError(
      "ERR_PDM_POLICY",
      `policy has rules for ${ruled}, but without a role the clients are admins with every right: give the role too`,
    );
  }
  return {
    role: known,
    rights: readRights(rights) ?? (role === undefined ? RIGHTS : []),
    decide,
    policy,
    auditFile,
    build,
  };
}

function readRights(rights: readonly Right[] | undefined): readonly Right[] | undefined {
  if (rights === undefined) return undefined;
  if (!Array.isArray(rights)) throw new PdmError("ERR_PDM_POLICY", `rights must be a list, such as ["repl"]`);
  for (const [index, right] of (rights as readonly unknown[]).entries()) {
    if (!RIGHTS.includes(right as Right)) {
      throw new PdmError(
        "ERR_PDM_POLICY",
        `rights[${index}] is ${JSON.stringify(right)}, which is no right; there are: ${RIGHTS.join(", ")}`,
      );
    }
  }
  return Object.freeze([...(rights as readonly Right[])]);
}
