import type { Cluster } from "node:cluster";
import { basename, dirname, extname, join } from "node:path";
import { parseListenSpec } from "../transport/listen-spec.js";

/** Names the process that `PDM_LISTEN` was meant for to all that it starts: those need addresses of their own. */
const FIRST_PROCESS = "PDM_REGISTERED";

/** What a process is, as far as its address depends on it. */
export interface ProcessPlace {
  readonly env: NodeJS.ProcessEnv;
  readonly pid: number;
  readonly ppid: number;
  /** The number of a cluster's worker. */
  readonly workerId: number | undefined;
}

/**
 * Where this process listens when `PDM_LISTEN` is `spec`: the first process there, those that it starts beside it: `app.sock`, `app-worker-1.sock` for
 * its cluster's workers, `app-4711.sock` for others. Undefined for the default socket, which has the process's number in its name anyway: where there is no
 * spec, and for whom there is no address beside it (TCP, a descriptor).
 *
 * The first process is noted in `env`, for its children.
 *
 * @throws ListenError for what is no spec
 */
export function chooseOwnSpec(
  spec: string | undefined,
  { env, pid, ppid, workerId }: ProcessPlace = readPlace(),
): string | undefined {
  if (spec === undefined) return undefined;
  const first = (env[FIRST_PROCESS] ||= String(pid));
  if (first === String(pid)) return spec;
  // A cluster within a child would have the same numbers again.
  const suffix = workerId !== undefined && first === String(ppid) ? `worker-${workerId}` : String(pid);
  const parsed = parseListenSpec(spec);
  if (parsed.kind === "pipe") return `${parsed.path}-${suffix}`;
  if (parsed.kind !== "unix") return undefined;
  const { path, mode, group } = parsed;
  const extension = extname(path);
  const own = join(dirname(path), `${basename(path, extension)}-${suffix}${extension}`);
  // What `join` makes of a relative path could be taken for a host's name.
  const prefix = /^\.?\.?\//.test(own) ? "" : "./";
  return [`${prefix}${own}`, mode.toString(8).padStart(4, "0"), ...(group === undefined ? [] : [group])].join(":");
}

function readPlace(): ProcessPlace {
  // Loading `cluster` costs, and a worker has a channel to its primary.
  const cluster =
    process.send === undefined ? undefined : (process.getBuiltinModule("node:cluster") as unknown as Cluster);
  return { env: process.env, pid: process.pid, ppid: process.ppid, workerId: cluster?.worker?.id };
}
