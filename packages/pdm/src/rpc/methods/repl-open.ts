import { leaseOutOfBand } from "../../out-of-band/host.js";
import type { AuditDetails } from "../../session/audit.js";
import { describeThrown } from "../../warning.js";
import { loadWorkspaces } from "../../workspace/load.js";
import type { RpcCall } from "../call.js";
import type { RpcMethod } from "../method.js";
import { accessRepl } from "../repl-access.js";
import type { InterruptOffer, ReplAttachment } from "../repl-attachment.js";
import { REPL_SESSION } from "./definitions.js";

interface ReplOpenParams {
  readonly session?: string;
  readonly interruptible?: boolean;
}

export const REPL_OPEN: RpcMethod<ReplOpenParams> = {
  name: "repl.open",
  summary:
    "Goes into a session of the REPL: the one of that name, shared with whoever is in it, else a new one. What happens there is told with `repl.event`.",
  params: {
    session: {
      type: "string",
      description: "Its name: 1 to 64 letters, digits, `.`, `_` and `-`. Without a name there is a new one.",
    },
    interruptible: {
      type: "boolean",
      default: true,
      description: "Whether a loop that blocks the service should be interruptible. That takes a thread in it.",
    },
  },
  result: {
    session: REPL_SESSION,
    isNew: { type: "boolean", description: "Whether there was none of that name before." },
    others: { type: "integer", description: "How many other clients are in it." },
    interrupt: {
      type: "object",
      properties: { spec: { type: "string" }, secret: { type: "string" }, reason: { type: "string" } },
      description:
        "Where a blocking loop is interrupted: a second socket, which takes the secret; or the reason why it cannot be.",
    },
  },
  run(call, { session, interruptible = true }) {
    const details: AuditDetails = { action: "repl", input: "(opens a session)" };
    accessRepl(call, {
      record: () => details,
      run: async () => {
        const module = await loadWorkspaces();
        // The client may be gone.
        const { attachment, isNew } = call.isOver ? lose() : call.peer.repl.open(module, session);
        const { name, clients } = attachment.workspace;
        const others = clients.length - 1;
        details.input = isNew ? `(opens session ${name})` : `(goes into session ${name}, where ${others} others are)`;
        attachment.take(await offerInterrupt(call, attachment, interruptible));
        // Whoever does not know that it is there does not close it.
        if (call.isOver && !call.peer.isReleased) call.peer.repl.leave(attachment.workspace.name, !isNew);
        return { attachment, isNew };
      },
      write: ({ attachment, isNew }) => {
        const { workspace, offer } = attachment;
        process.nextTick(() => workspace.tellOpen(attachment));
        return JSON.stringify({
          session: workspace.name,
          isNew,
          others: workspace.clients.length - 1,
          interrupt: offer !== undefined && "secret" in offer ? { spec: offer.spec, secret: offer.secret } : offer,
        });
      },
    });
  },
};

export const REPL_CLOSE: RpcMethod<{ readonly session: string; readonly keep?: boolean }> = {
  name: "repl.close",
  summary: "Leaves a session. It ends with its last client; one that is lost leaves it for a while (`replIdleMs`).",
  params: {
    session: REPL_SESSION,
    keep: { type: "boolean", default: false, description: "Whether to leave it as one that is lost does." },
  },
  required: ["session"],
  result: {},
  errors: ["ERR_PDM_NO_SUCH_HANDLE"],
  run(call, { session, keep = false }) {
    accessRepl(call, {
      run: () => call.peer.repl.leave(session, keep),
      write: () => "{}",
    });
  },
};

function lose(): never {
  throw new Error("nobody waits for the session any more");
}

async function offerInterrupt(
  call: RpcCall,
  attachment: ReplAttachment,
  interruptible: boolean,
): Promise<InterruptOffer> {
  const { workspace } = attachment;
  if (!interruptible) return { reason: "the client did not ask for it" };
  const reason = workspace.whyUninterruptible;
  if (reason !== undefined) return { reason };
  try {
    return await leaseOutOfBand(call.peer.session.principal.socket, {
      workspace: workspace.number,
      client: attachment.number,
      onInterrupt: (evaluation) => attachment.interrupt(evaluation),
    });
  } catch (error) {
    return { reason: describeThrown(error) };
  }
}
