import { readFileSync } from "node:fs";
import type { Target } from "../target/target.js";

/** The number that the process itself has for its user: another one in a container with users of its own. See user_namespaces(7). */
export function findInnerUid({ pid, status: { uid } }: Target): number {
  try {
    for (const line of readFileSync(`/proc/${pid}/uid_map`, "utf8").trimEnd().split("\n")) {
      const [inner = 0, outer = 0, count = 0] = line.trim().split(/\s+/).map(Number);
      if (uid >= outer && uid < outer + count) return inner + uid - outer;
    }
  } catch {
    // It has ended, or the kernel has no such namespaces.
  }
  return uid;
}
