import type { ReplClient } from "../client/repl.js";
import { JAVASCRIPT } from "./javascript.js";
import type { Language } from "./language.js";
import { createPython } from "./python.js";

/**
 * Which language the service speaks, from one expression that is valid in both, refers to no name, and changes nothing:
 * Python divides, JavaScript sees a comment.
 *
 * @throws what `client.run` throws, within `timeoutMs` milliseconds
 */
export async function detectLanguage(client: ReplClient, timeoutMs: number): Promise<Language> {
  const { output } = await client.run("7 // 2", { timeoutMs });
  return output.join("\n").trim() === "7" ? JAVASCRIPT : createPython(client);
}
