import type { AuditDetails } from "../../session/audit.js";
import { mapResult } from "../../session/gate.js";
import type { WorkspaceOutcome } from "../../workspace/workspace-event.js";
import type { EvaluationRequest } from "../../workspace/workspace.js";
import type { RpcMethod } from "../method.js";
import { accessRepl } from "../repl-access.js";
import { describeOutcome } from "../repl-attachment.js";
import { encodeFor, limitValue } from "../value-text.js";
import type { WantedLimits } from "../value-text.js";
import { EVALUATION, OUTCOME, REPL_SESSION, SIZE_LIMITS } from "./definitions.js";

interface ReplEvaluateParams {
  readonly session: string;
  readonly source: string;
  readonly evaluation?: number;
  readonly deadlineMs?: number;
  readonly colors?: boolean;
  readonly width?: number;
  readonly format?: "text" | "json";
  readonly limits?: WantedLimits;
  readonly timeoutMs?: number;
}

export const REPL_EVALUATE: RpcMethod<ReplEvaluateParams> = {
  name: "repl.evaluate",
  summary:
    "Runs source in a session, after what waits there already, and answers when it is done, however long that takes. When it is cancelled it is interrupted.",
  params: {
    session: REPL_SESSION,
    source: { type: "string", description: "JavaScript, as one types it." },
    evaluation: EVALUATION,
    deadlineMs: {
      type: "integer",
      minimum: 1,
      description:
        "Milliseconds that each synchronous step of it may block the service, at most `maxRequestTimeoutMs`; `replBlockMs` where nothing is said.",
    },
    colors: { type: "boolean", default: false, description: "Whether the text has a terminal's colours." },
    width: {
      type: "integer",
      minimum: 16,
      maximum: 1_000,
      default: 80,
      description: "Columns that the text may take.",
    },
    format: { enum: ["text", "json"], description: "`json`: the value itself comes along." },
    limits: SIZE_LIMITS,
  },
  required: ["session", "source"],
  result: OUTCOME,
  errors: ["ERR_PDM_NO_SUCH_HANDLE"],
  run(call, params) {
    const { session, source, evaluation, colors, width, format, limits } = params;
    const { peer } = call;
    const { replBlockMs, maxRequestTimeoutMs } = peer.connection.limits;
    const details: AuditDetails = { action: "repl", input: source };
    let giveUp: (() => void) | undefined;
    accessRepl<WorkspaceOutcome>(call, {
      record: () => details,
      // Without a deadline of its own it waits for as long as it takes.
      timeoutMs: params.timeoutMs === undefined ? Infinity : call.leftMs,
      run: () => {
        const client = peer.repl.find(session);
        const { workspace } = client;
        const request: EvaluationRequest = {
          client,
          source,
          evaluation,
          deadlineMs: Math.min(params.deadlineMs ?? replBlockMs, maxRequestTimeoutMs),
          print: { colors, width },
          showsLast: true,
          encode:
            format === "json" ? (value) => encodeFor(peer, value, limitValue(peer.session.limits, limits)) : undefined,
        };
        // By now the client may have left the session.
        giveUp = () => void workspace.stop((other) => other === request);
        return mapResult(workspace.evaluate(request), (settled) => {
          if (settled.kind === "threw") details.failure = settled.text.split("\n", 1)[0];
          return settled;
        });
      },
      onGivenUp: () => {
        // A client that was lost may come back for it.
        if (!peer.isReleased) giveUp?.();
      },
      write: (outcome) => {
        const text = JSON.stringify(describeOutcome(outcome));
        if (outcome.kind !== "value" || outcome.encoded === undefined) return text;
        return `${text.slice(0, -1)},"value":${outcome.encoded}}`;
      },
    });
  },
};
