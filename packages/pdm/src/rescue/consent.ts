import { createInterface } from "node:readline/promises";
import { PdmError } from "../errors.js";
import type { Target } from "../target/target.js";

/**
 * Says what is about to be sent to a process, and has somebody agree.
 *
 * @throws PdmError `ERR_PDM_CONSENT` (rejects) where nobody is there to ask, or the answer is no; nothing was sent
 */
export async function askConsent({ label }: Target, consents: boolean): Promise<void> {
  if (consents) return;
  await confirm(
    `process ${label} will be sent SIGUSR1, at which Node.js opens its inspector on 127.0.0.1 for as long as this takes; a program with a handler of its own for that signal runs that instead. Where it is in a native call that computes, it is stopped for some milliseconds to read its stack`,
  );
}

/**
 * Says what is about to be done, and has somebody agree.
 *
 * @returns true
 * @throws PdmError `ERR_PDM_CONSENT` (rejects) where nobody is there to ask, or the answer is no
 */
export async function confirm(what: string): Promise<true> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new PdmError("ERR_PDM_CONSENT", `${what}. Say --yes if that is all right`);
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  // Ctrl-C and Ctrl-D say no.
  lines.once("close", () => ended.abort());
  try {
    const answer = await lines.question(`${what}.\nGo on? [y/N] `, ended).catch(() => "");
    if (!/^y(?:es)?$/i.test(answer.trim())) throw new PdmError("ERR_PDM_CONSENT", "nothing was sent");
    return true;
  } finally {
    lines.close();
  }
}
