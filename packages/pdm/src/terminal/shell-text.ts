import type { ReplEvaluation, ReplEvent } from "../client/repl-session.js";
import { showColoredText, showControlCharacters, showPlainText } from "./control-characters.js";
import type { Palette } from "./editor/style.js";
import type { SessionPlace } from "./place.js";

/** Where one is, on two lines. */
export function describeBanner({ greeting, session, thread, isViewOnly }: SessionPlace, service: string): string {
  const { pid, node } = greeting.process;
  const where = `${service}, process ${pid}${thread === 0 ? "" : `, thread ${thread}`}, Node.js ${node}`;
  if (isViewOnly)
    return `${where}\nthe role ${greeting.role} may look only: what would change anything is refused; .help lists the dot commands`;
  const { name, isNew, others, interruptReason } = session;
  const company = others === 0 ? "" : `, ${others} ${others === 1 ? "other is" : "others are"} in it`;
  const loops = interruptReason === undefined ? "Ctrl-C stops a loop" : `a loop cannot be stopped (${interruptReason})`;
  return `${where}, session ${name}${isNew ? "" : " taken up"}${company}\n${loops}; .help lists the dot commands`;
}

/** What came of a command, with a line feed behind it; empty where there is nothing to show. */
export function describeEvaluation(evaluation: ReplEvaluation, palette: Palette): string {
  const { kind, text, isCut } = evaluation;
  if (kind === "done" || text === "") return "";
  const shown = palette.hasColors ? showColoredText(text) : showPlainText(text);
  const isPlain = kind === "threw" && !shown.includes("\u001B");
  const [first = "", ...rest] = shown.split("\n");
  const painted = isPlain ? [palette.paint(first, "error"), ...rest].join("\n") : shown;
  const more =
    isCut === true ? `${palette.paint("(not all of it: .more shows it, .inspect goes into it)", "faint")}\n` : "";
  return `${painted}\n${more}`;
}

/** An event for the one who sees the session; empty where there is nothing to show. */
export function describeEvent(event: ReplEvent, palette: Palette): string {
  const faint = (text: string): string => `${palette.paint(showControlCharacters(text), "faint")}\n`;
  switch (event.kind) {
    case "output":
      return showOutput(event.text, palette);
    case "daemon":
      return countLost(event.lost, faint) + markLines(showOutput(event.text, palette), `${event.stream}| `, palette);
    case "input":
      return markLines(showControlCharacters(event.source), `client ${event.client}> `, palette);
    case "result":
      return markLines(describeEvaluation(event.outcome, palette), `client ${event.client}: `, palette);
    case "joined":
    case "left":
      return faint(`(client ${event.client} ${event.kind === "joined" ? "came into" : "left"} the session)`);
    case "lost":
      return faint(`(${event.count} events of the session were lost here)`);
    case "resumed":
    case "question":
    case "answered":
      return "";
  }
}

function countLost(lost: number, faint: (text: string) => string): string {
  return lost > 0 ? faint(`(${lost} characters of output were lost here)`) : "";
}

function showOutput(text: string, palette: Palette): string {
  return palette.hasColors ? showColoredText(text) : showPlainText(text);
}

/** Each line behind a mark, the last one too. */
function markLines(text: string, mark: string, palette: Palette): string {
  if (text === "") return "";
  const lines = text.replace(/\n$/, "").split("\n");
  return lines.map((line) => `${palette.paint(mark, "faint")}${line}\n`).join("");
}
