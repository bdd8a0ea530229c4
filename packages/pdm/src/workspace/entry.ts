// All of the REPL's server side, and of looking, in one module, so that it becomes one chunk.
export { lookAt } from "../inspect/look.js";
export { TOOLS } from "../toolbox/tools.js";
export { createWorkspace, listWorkspaces, openWorkspace } from "./workspaces.js";
