import { stripVTControlCharacters } from "node:util";
import { BOUNDARY_FILE } from "./stack-boundary.js";

/** Longer texts are cut: taking them apart would hold up the daemon. */
const MAX_CHARACTERS = 1_000_000;

const FRAME = /^ +(?:at |\.\.\. \d+ lines matching )/;
const BOUNDARY_FRAME = new RegExp(`[ (]${BOUNDARY_FILE}:\\d+:\\d+\\)?(?: \\{|,)?$`);
const COMMAND_FRAME = /[ (]<repl:\d+>:\d+:\d+\)?(?: \{|,)?$/;
const INTERNAL_FRAME = /[ (]node:internal\/[^ ]*:\d+:\d+\)?(?: \{|,)?$/;
/** How the engine goes on with a command behind an `await`. */
const STEP_FRAME = /at Generator\.(?:next|throw) \(<anonymous>\)/;
/** What `util.inspect` writes behind an error's last frame. */
const BRACKET = /(?: \{|,)$/;

/**
 * Cuts from each stack in a text that `util.inspect` wrote: the frames that led to the command (of the boundary and what called it;
 * without a boundary, after an `await`, what called the command's outermost frame) and Node's internal ones. A stack that was not made by
 * a command keeps all others. Colours may be on.
 */
export function cutStackFrames(text: string): string {
  const shown = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  if (!shown.includes("\n")) return shown;
  const kept: string[] = [];
  const stack: string[] = [];
  for (const line of shown.split("\n")) {
    if (FRAME.test(plain(line))) {
      stack.push(line);
    } else {
      keepFrames(kept, stack.splice(0));
      kept.push(line);
    }
  }
  keepFrames(kept, stack);
  return kept.join("\n");
}

/** Without colours: `util.inspect` gives them to frames of Node's own and to folders. */
function plain(line: string): string {
  return line.includes("\u001b") ? stripVTControlCharacters(line) : line;
}

function keepFrames(kept: string[], stack: readonly string[]): void {
  if (stack.length === 0) return;
  const frames = stack.map(plain);
  const boundary = frames.findLastIndex((line) => BOUNDARY_FRAME.test(line));
  const command = frames.findLastIndex((line) => COMMAND_FRAME.test(line));
  const last = boundary >= 0 ? boundary : command >= 0 ? command : stack.length - 1;
  // From a boundary within the stack (an `echo` that called what threw) to the command that led to it.
  let engine = false;
  for (const [index, line] of frames.slice(0, last + 1).entries()) {
    if (BOUNDARY_FRAME.test(line)) engine = true;
    else if (COMMAND_FRAME.test(line)) engine = false;
    const isStep = STEP_FRAME.test(line) && BOUNDARY_FRAME.test(frames[index + 1] ?? "");
    if (!engine && !isStep && !INTERNAL_FRAME.test(line)) kept.push(stack[index] ?? "");
  }
  const bracket = BRACKET.exec(frames.at(-1) ?? "")?.[0];
  if (bracket && !kept.at(-1)?.endsWith(bracket)) kept.push(`${kept.pop() ?? ""}${bracket}`);
}
