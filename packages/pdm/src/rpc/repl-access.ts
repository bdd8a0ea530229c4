import type { AuditDetails } from "../session/audit.js";
import { DeadlineError, passGate } from "../session/gate.js";
import type { LetGo } from "../session/gate.js";
import type { RpcCall } from "./call.js";

/** One request to the REPL. */
export interface ReplRequest<T> {
  /** Its record, where it gets one. */
  readonly record?: () => AuditDetails;
  /** Milliseconds that it may take; the request's own time where nothing is said. */
  readonly timeoutMs?: number;
  /** Called where the request is given up, or late, while its result is pending. */
  readonly onGivenUp?: () => void;
  run(): T | PromiseLike<T>;
  /** The JSON text of the answer. */
  write(value: T): string;
}

/** Does it for whoever has the right `repl`, and answers. */
export function accessRepl<T>(call: RpcCall, request: ReplRequest<T>): void {
  const { session } = call.peer;
  let letGo: LetGo | undefined;
  letGo = passGate<T>({
    session,
    effect: "repl",
    target: "repl",
    argumentBytes: call.lineBytes,
    timeoutMs: request.timeoutMs ?? call.leftMs,
    ...(request.record !== undefined && { record: request.record }),
    run: () => request.run(),
    settle: (outcome) => {
      letGo = undefined;
      if (outcome.threw && outcome.error instanceof DeadlineError) request.onGivenUp?.();
      call.conclude(outcome, (value) => {
        // What was printed before comes before.
        call.peer.connection.putEventsFirst();
        return request.write(value);
      });
    },
  });
  const pending = letGo;
  if (pending === undefined) return;
  call.follow((reason) => {
    request.onGivenUp?.();
    pending(reason);
  });
}
