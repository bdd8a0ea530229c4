// All that needs the parser, in one module, so that it becomes one chunk.
export { judgeCommand } from "./command-parser.js";
export { rewriteCommand } from "./command-script.js";
