// All of the REPL's server side, in one module, so that it becomes one chunk.
export { TOOLS } from "./interim.js";
export { createWorkspace, listWorkspaces, openWorkspace } from "./workspaces.js";
export { loadGrammar } from "../syntax/parser.js";
