import { listThreads } from "../../threads/thread-list.js";
import { openThread, ThreadRelay } from "../../threads/thread-relay.js";
import { encodeNotification } from "../message.js";
import type { RpcMethod } from "../method.js";
import { accessRepl } from "../repl-access.js";

export const THREAD_LIST: RpcMethod<object> = {
  name: "thread.list",
  summary:
    "The threads of the service that can be entered: those that have loaded this package and whose event loops turn. Takes a quarter of a second.",
  params: {},
  result: {
    threads: {
      type: "array",
      description: "By their numbers.",
      items: {
        type: "object",
        properties: {
          thread: { type: "integer", description: "Node's `threadId`; 0 is the main thread." },
          name: { type: "string", description: "What it is called, else the name of what it runs." },
          reason: { type: "string", description: "Why it cannot be entered; left out where it can." },
        },
      },
    },
  },
  run(call) {
    accessRepl(call, { run: () => listThreads(), write: (threads) => JSON.stringify({ threads }) });
  },
};

export const THREAD_ENTER: RpcMethod<{ readonly thread: number }> = {
  name: "thread.enter",
  summary:
    "From the answer on, the connection belongs to a thread of the service, which greets and is told everything anew: its own objects, its own REPL. What was under way here is given up.",
  params: { thread: { type: "integer", minimum: 0, description: "Its number in `thread.list`." } },
  required: ["thread"],
  result: {},
  errors: ["ERR_PDM_NO_SUCH_NAME"],
  run(call, { thread }) {
    const { peer } = call;
    const { connection } = peer;
    peer.isHandingOver = true;
    accessRepl(call, {
      record: () => ({ action: "repl", input: `(enters thread ${thread})` }),
      run: () => openThread(thread, connection),
      write: (port) => {
        process.nextTick(() => {
          if (peer.isReleased) {
            port.close();
            return;
          }
          peer.release();
          connection.become(
            new ThreadRelay(connection, port, thread, (reason) =>
              encodeNotification("bye", JSON.stringify({ reason })),
            ),
          );
          connection.resume();
        });
        return "{}";
      },
    });
    // Where it failed, the conversation goes on here.
    if (call.isOver) peer.isHandingOver = false;
    else call.onOver(() => setImmediate(() => peer.goOnHere()).unref());
  },
};
