/** The first line that a server sends. */
export const SERVER_GREETING = "+PDM1";

/** The names of the sub-protocols, as the client sends them, and the line that the server accepts each with. */
export const SUB_PROTOCOL_GREETINGS: Readonly<Record<SubProtocolName, string>> = {
  repl: "+REPL",
  perf: "+PERF1",
  rpc: "+RPC1",
};

/** The name of a sub-protocol. */
export type SubProtocolName = "repl" | "perf" | "rpc";
