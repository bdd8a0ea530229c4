import type { RpcMethod } from "../method.js";
import { accessRepl } from "../repl-access.js";
import { EVALUATION, REPL_SESSION } from "./definitions.js";

interface ReplInterruptParams {
  readonly session: string;
  readonly evaluation?: number;
}

export const REPL_INTERRUPT: RpcMethod<ReplInterruptParams> = {
  name: "repl.interrupt",
  summary:
    "Ends a pending `await` of what runs in a session, whoever typed it; with `evaluation` that one of this client alone, which does not run where it still waits for its turn. While a loop blocks the service this does not arrive: the socket of `repl.open` does.",
  params: { session: REPL_SESSION, evaluation: EVALUATION },
  required: ["session"],
  result: { interrupted: { type: "boolean", description: "Whether anything was ended." } },
  errors: ["ERR_PDM_NO_SUCH_HANDLE"],
  run(call, { session, evaluation }) {
    accessRepl(call, {
      record: () => ({ action: "repl", input: `(interrupts session ${session})` }),
      run: () => call.peer.repl.find(session).interrupt(evaluation),
      write: (interrupted) => JSON.stringify({ interrupted }),
    });
  },
};
