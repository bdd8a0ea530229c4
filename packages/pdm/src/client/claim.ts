import { userInfo } from "node:os";
import { basename } from "node:path";

/** What a client says of itself; nobody verifies it. */
export interface ClientClaim {
  readonly user?: string | undefined;
  readonly program?: string | undefined;
  readonly pid?: number | undefined;
}

/** What this process is, as far as it can be told. */
export function claimProcess(): ClientClaim {
  const [, script = process.execPath] = process.argv;
  return { user: readUser(), program: basename(script), pid: process.pid };
}

/** A user that has no entry in the system's list has no name. */
function readUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
