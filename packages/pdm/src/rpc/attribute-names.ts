import type { RpcCall } from "./call.js";
import { checkGlobs, isGlob, NameGlobs } from "./name-globs.js";
import { RpcError } from "./rpc-error.js";
import { Walk } from "./walk.js";

/**
 * The names of the attributes that a client asks for by names and globs, each once. Names are taken as they are: whether there is
 * such an attribute shows when it is read.
 *
 * @throws RpcError `ERR_PDM_INVALID_ARGUMENT` for a glob that is none, `ERR_PDM_LIMIT` for too many names
 */
export async function listAttributes(call: RpcCall, wanted: string | readonly string[]): Promise<string[]> {
  const { session, connection } = call.peer;
  const { bulkItems } = connection.limits;
  const names = new Set<string>();
  const given = typeof wanted === "string" ? [wanted] : wanted;
  checkGlobs(given);
  for (const name of given) {
    if (!isGlob(name)) {
      names.add(name);
      continue;
    }
    const globs = new NameGlobs([name]);
    const walk = new Walk(session, {
      charge: (bytes) => call.charge(bytes),
      depth: 32,
      isWanted: (candidate) => globs.leadTo(candidate),
      access: () => call.stepOptions,
    });
    call.follow(() => walk.stop());
    for await (const visited of walk.visit()) {
      call.checkTime();
      if (visited.interfaces.includes("attr") && globs.match(visited.name)) names.add(visited.name);
      if (names.size > bulkItems) break;
    }
  }
  if (names.size <= bulkItems) return [...names];
  throw new RpcError("ERR_PDM_LIMIT", `more than ${bulkItems} attributes at once (bulkItems): ask for fewer`, "names");
}
