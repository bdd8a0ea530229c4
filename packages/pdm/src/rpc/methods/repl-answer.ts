import type { RpcMethod } from "../method.js";
import { accessRepl } from "../repl-access.js";
import { REPL_SESSION } from "./definitions.js";

interface ReplAnswerParams {
  readonly session: string;
  readonly question: number;
  readonly text: string;
}

export const REPL_ANSWER: RpcMethod<ReplAnswerParams> = {
  name: "repl.answer",
  summary:
    "Answers a question of the session's code (`ask`), which came as a `repl.event`. No record holds the answer.",
  params: {
    session: REPL_SESSION,
    question: { type: "integer", description: "The number of the question." },
    text: { type: "string", description: "The answer." },
  },
  required: ["session", "question", "text"],
  result: { answered: { type: "boolean", description: "False where it need not be answered any more." } },
  errors: ["ERR_PDM_NO_SUCH_HANDLE"],
  run(call, { session, question, text }) {
    accessRepl(call, {
      run: () => call.peer.repl.find(session).workspace.answer(question, text),
      write: (answered) => JSON.stringify({ answered }),
    });
  },
};
