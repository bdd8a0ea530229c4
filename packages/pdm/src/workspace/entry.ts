// All of the REPL's server side, in one module, so that it becomes one chunk.
export { TOOLS } from "../toolbox/tools.js";
export { createWorkspace, listWorkspaces, openWorkspace } from "./workspaces.js";
