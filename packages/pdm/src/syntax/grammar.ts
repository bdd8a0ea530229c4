// All that needs the parser, in one module, so that it becomes one chunk.
export { judgeFollowing } from "./command-continuation.js";
export { judgeCommand } from "./command-completeness.js";
export { rewriteCommand } from "./command-script.js";
export { tokenizeSource } from "./tokenizer.js";
