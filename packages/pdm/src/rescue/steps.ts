import { createInterface } from "node:readline/promises";
import { PdmError } from "../errors.js";
import type { Output } from "./output.js";
import { writeProfile } from "./patient.js";
import type { Patient } from "./patient.js";
import { formatDiagnosis } from "./report.js";
import { MAX_SECONDS } from "./seconds.js";

const HELP = [
  "  look           says again what it does",
  "  eval CODE      evaluates an expression inside it",
  "  frame N CODE   the same, in the scope of that call of the stack",
  "  profile SEC    records a CPU profile",
  "  quit           ends this (so does Ctrl-D)",
];

/** Has the user go on, at a prompt, until that is enough. @param thread of which thread it is, in words */
export async function offerSteps(patient: Patient, thread: string, output: Output): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: "rescue> " });
  output.print(["", `Go on here, in the ${thread}:`, ...HELP]);
  try {
    lines.prompt();
    for await (const line of lines) {
      if (/^\s*(?:quit|exit|q)\s*$/.test(line)) return;
      try {
        await takeStep(line.trim(), patient, output);
      } catch (error) {
        if (!(error instanceof PdmError)) throw error;
        output.print([output.palette.paint(error.message, "error")]);
        if (error.code === "ERR_PDM_INSPECTOR_CLOSED") return;
      }
      lines.prompt();
    }
  } finally {
    lines.close();
  }
}

async function takeStep(line: string, patient: Patient, output: Output): Promise<void> {
  const [, word = "", rest = ""] = /^(\S*)\s*(.*)$/s.exec(line) ?? [];
  if (word === "") return;
  if (word === "look") {
    for (const { heading, diagnosis } of await patient.diagnose()) {
      output.print([...formatDiagnosis(heading, diagnosis, output.palette), ""]);
    }
    return;
  }
  const inFrame = /^(\d+)\s+(.+)$/s.exec(rest);
  if ((word === "eval" && rest !== "") || (word === "frame" && inFrame !== null)) {
    const evaluated =
      word === "eval"
        ? await patient.evaluate(rest, undefined)
        : await patient.evaluate(inFrame?.[2] ?? "", Number(inFrame?.[1]));
    output.print([evaluated.isError ? output.palette.paint(evaluated.text, "error") : evaluated.text]);
    return;
  }
  if (word === "profile" && Number(rest) > 0 && Number(rest) <= MAX_SECONDS) {
    output.print([
      `The CPU profile is in ${await writeProfile(patient, Number(rest) * 1_000, `pdm-${patient.pid}-${Date.now()}.cpuprofile`)}`,
    ]);
    return;
  }
  output.print(HELP);
}
