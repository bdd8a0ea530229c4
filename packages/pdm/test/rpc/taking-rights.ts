/** The methods that take a right, with parameters that are in order. */
export const TAKING_RIGHTS: Readonly<Record<string, { readonly right: "repl" | "inspect"; readonly params: object }>> =
  {
    "repl.open": { right: "repl", params: {} },
    "repl.list": { right: "repl", params: {} },
    "repl.evaluate": { right: "repl", params: { session: "s", source: "globalThis.reached = true" } },
    "repl.complete": { right: "repl", params: { session: "s", source: "pro", cursor: 3 } },
    "repl.interrupt": { right: "repl", params: { session: "s" } },
    "repl.members": { right: "repl", params: { session: "s", handle: 1 } },
    "repl.text": { right: "repl", params: { session: "s", handle: 1 } },
    "repl.release": { right: "repl", params: { session: "s", handle: 1 } },
    "repl.answer": { right: "repl", params: { session: "s", question: 1, text: "" } },
    "repl.follow": { right: "repl", params: { session: "s", streams: ["stdout"] } },
    "repl.help": { right: "repl", params: { session: "s" } },
    "repl.close": { right: "repl", params: { session: "s" } },
    "thread.list": { right: "repl", params: {} },
    "thread.enter": { right: "repl", params: { thread: 1 } },
    inspect: { right: "inspect", params: { expression: "1" } },
  };
