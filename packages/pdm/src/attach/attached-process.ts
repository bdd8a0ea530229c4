import type { Target } from "../target/target.js";
import { endAttachment } from "./detach.js";
import { refusePrepared } from "./refusals.js";

/** A process that can be managed. */
export interface Attached {
  readonly pid: number;
  /** What a client passes to `connect` or `pdm-repl`, on this machine. */
  readonly spec: string;
  /** Whether it was attached to just now, or before; or listens by itself, as it is prepared for it: then nothing was done to it. */
  readonly origin: "attached" | "attached-before" | "prepared";
  /**
   * What became of its inspector: opened for this and closed again; `open` where that had not come about in time; `left-open` as it was open
   * before; `shared`, and open, as another debugger is connected to it; `unused`.
   */
  readonly inspector: "closed" | "open" | "left-open" | "shared" | "unused";
  /**
   * Takes out what was loaded: ends all connections and listens no more. Needs no signal.
   *
   * @throws AttachError (rejects) `ERR_PDM_ATTACH_PREPARED` where it listens by itself
   * @throws AttachError (rejects) `ERR_PDM_ATTACH_PLACE` where another process answers there by now
   * @throws whatever `connect` does where its event loop is stuck, or it has ended
   */
  detach(): Promise<void>;
}

export function createAttached(
  target: Target,
  spec: string,
  origin: Attached["origin"],
  inspector: Attached["inspector"],
): Attached {
  return {
    pid: target.pid,
    spec,
    origin,
    inspector,
    detach: () => (origin === "prepared" ? Promise.reject(refusePrepared(target, spec)) : endAttachment(target, spec)),
  };
}
