import type { Target } from "../target/target.js";
import { AttachError } from "./attach-error.js";

/** `PDM_DISABLE` was set by somebody who wants nothing of us in there. */
export function refuseDisabled({ label }: Target): AttachError {
  return new AttachError(
    "ERR_PDM_ATTACH_DISABLED",
    `management of process ${label} is disabled: it has PDM_DISABLE in its environment; nothing was loaded`,
  );
}

/** What listens by itself is not taken out. */
export function refusePrepared({ label }: Target, spec: string): AttachError {
  return new AttachError(
    "ERR_PDM_ATTACH_PREPARED",
    `process ${label} listens on ${spec} by itself (listen() or pdm/register); that stays`,
  );
}
