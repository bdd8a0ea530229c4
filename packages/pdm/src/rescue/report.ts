import type { DiagnosedFrame, Diagnosis, ProcessState } from "../diagnosis/diagnosis.js";
import type { Palette, Style } from "../terminal/editor/style.js";
import type { FoundThread } from "./patient.js";

/** What the state is called in the heading. */
const TITLES: Readonly<Record<ProcessState, string>> = {
  idle: "idle",
  busy: "busy",
  loop: "stuck in a loop",
  regexp: "stuck in a regular expression",
  native: "in a native call",
  waiting: "asleep in Atomics.wait or the like",
  "garbage-collection": "collecting garbage",
  paused: "paused in a debugger",
  stopped: "stopped",
  traced: "held by a tracer",
  uninterruptible: "waiting in the kernel",
  zombie: "ended",
};

const FINE: ReadonlySet<ProcessState> = new Set(["idle", "busy"]);

/** A diagnosis as lines for a person. What comes from the process may hold control characters. */
export function formatDiagnosis(heading: string, diagnosis: Diagnosis, palette: Palette): string[] {
  const { state, summary, details, stack } = diagnosis;
  const style: Style = FINE.has(state) ? "safe" : "danger";
  const lines = [
    `${heading}: ${palette.paint(TITLES[state] ?? state, style)}`,
    indent(summary),
    ...details.map(indent),
  ];
  if (stack.length > 0) lines.push("", ...formatStack(stack, palette));
  return lines;
}

/** All that was found, and what can be done about it. */
export function formatReport(found: readonly FoundThread[], palette: Palette): string[] {
  const stuck = found.filter(({ diagnosis }) => !FINE.has(diagnosis.state));
  const advice = new Set((stuck.length === 0 ? found : stuck).flatMap(({ diagnosis }) => diagnosis.advice));
  return [
    ...found.flatMap(({ heading, diagnosis }) => [...formatDiagnosis(heading, diagnosis, palette), ""]),
    ...formatAdvice([...advice]),
  ];
}

/** What to type for what can be done, in the thread that is stuck where that is another one than the main. */
export function listCommands(subject: string, found: readonly FoundThread[]): string[] {
  const { thread = 0, isOutOfReach = false } =
    found.find(({ diagnosis }) => !FINE.has(diagnosis.state)) ?? found[0] ?? {};
  const command = `pdm-rescue ${subject}${thread === 0 ? "" : ` --thread ${thread}`}`;
  const inside = [
    `  ${command} --eval 'globalThis.…'      evaluates inside, also in a loop`,
    `  ${command} --eval 'NAME' --frame 0    reads what that call of the stack sees`,
    `  ${command} --profile 5                records a CPU profile of the next seconds`,
  ];
  return [
    "Commands:",
    ...(isOutOfReach ? [] : inside),
    `  ${command} --json                     all of this for a program`,
  ];
}

function formatAdvice(advice: readonly string[]): string[] {
  return advice.length === 0 ? [] : ["Next steps:", ...advice.map((text) => `  - ${text}`)];
}

/** The calls, numbered from the innermost; those of Node.js's own on one line each. */
function formatStack(stack: readonly DiagnosedFrame[], palette: Palette): string[] {
  const lines = ["Stack, the innermost call first:"];
  const innermost = stack.findIndex(({ isInternal }) => !isInternal);
  for (const [index, frame] of stack.entries()) lines.push(...formatFrame(index, frame, palette, index === innermost));
  return lines;
}

/** @param withLinesAround those of source before and after, too */
function formatFrame(index: number, frame: DiagnosedFrame, palette: Palette, withLinesAround: boolean): string[] {
  const { file, line: place, column, functionLine } = frame;
  const known =
    place > 0 ? `${file}:${place}:${column}` : functionLine === undefined ? file : `${file}, from line ${functionLine}`;
  const head = `${String(index).padStart(3)}  ${frame.call === "" ? "(anonymous)" : frame.call}  ${palette.paint(known, "faint")}`;
  if (frame.isInternal) return [palette.paint(head, "faint")];
  const shownLines = frame.source.filter(({ line }) => withLinesAround || line === frame.line);
  const width = String(shownLines.at(-1)?.line ?? 0).length;
  const source = shownLines.map(({ line, text }) => {
    const marked = line === frame.line;
    const shown = `     ${marked ? ">" : " "} ${String(line).padStart(width)} | ${text}`;
    return marked ? shown : palette.paint(shown, "faint");
  });
  const variables = frame.variables.map(({ name, text }) => `       ${palette.paint(name, "keyword")} = ${text}`);
  return [head, ...source, ...variables];
}

function indent(text: string): string {
  return `  ${text}`;
}
