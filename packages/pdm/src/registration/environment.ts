import type { ListenOptions } from "../listen.js";
import { RegistrationError } from "./registration-error.js";

/** What the environment asks for. */
export interface RegistrationWishes {
  /** Where to listen; undefined for the default socket. */
  readonly spec: string | undefined;
  readonly options: ListenOptions;
  /** Whether HTTP requests are counted. */
  readonly observesHttp: boolean;
}

/**
 * Reads the variables `PDM_…`; one that is empty counts as not set. Roles and rights are checked by `listen`.
 *
 * @throws RegistrationError naming the variable
 */
export function readEnvironment(env: NodeJS.ProcessEnv): RegistrationWishes {
  const read = (name: string): string | undefined => env[name] || undefined;
  const [name, role, auditFile] = [read("PDM_NAME"), read("PDM_ROLE"), read("PDM_AUDIT_FILE")];
  const rights = read("PDM_RIGHTS")
    ?.split(",")
    .map((right) => right.trim());
  return {
    spec: read("PDM_LISTEN"),
    options: {
      ...(name !== undefined && { name }),
      ...(role !== undefined && { role: role as NonNullable<ListenOptions["role"]> }),
      ...(rights !== undefined && { rights: rights as unknown as NonNullable<ListenOptions["rights"]> }),
      ...(auditFile !== undefined && { auditFile }),
      watchdog: readWatchdog("PDM_WATCHDOG", read("PDM_WATCHDOG")),
    },
    observesHttp: readSwitch("PDM_HTTP", read("PDM_HTTP")),
  };
}

/** On, off, or the milliseconds of blocking from which on it reports. */
function readWatchdog(name: string, value: string = "0"): boolean | { readonly blockedMs: number } {
  if (value === "1" || value === "0") return value === "1";
  if (/^[1-9]\d{0,8}$/.test(value)) return { blockedMs: Number(value) };
  throw new RegistrationError(`${name} is ${JSON.stringify(value)}; give 1, 0 or a number of milliseconds`);
}

function readSwitch(name: string, value: string = "0"): boolean {
  if (value === "1" || value === "0") return value === "1";
  throw new RegistrationError(`${name} is ${JSON.stringify(value)}; give 1 or 0`);
}
