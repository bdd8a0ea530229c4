import assert from "node:assert/strict";
import type { LineClient } from "./line-client.js";

/** One line of a transcript. */
export interface TranscriptLine {
  readonly side: "client" | "server";
  /** JSON text. */
  readonly text: string;
}

/**
 * The lines of the page's blocks of the kind `transcript NAME`, by name. `C: ` begins a line of the client, `S: ` one of the
 * server, and a line that is indented goes on with the one before.
 */
export function findTranscripts(page: string): ReadonlyMap<string, readonly TranscriptLine[]> {
  const transcripts = new Map<string, TranscriptLine[]>();
  for (const [, name = "", block = ""] of page.matchAll(/^```transcript (\w+)\n(.*?)^```$/gmsu)) {
    const lines = transcripts.get(name) ?? [];
    transcripts.set(name, lines);
    for (const [, side, text = ""] of block.matchAll(/^([CS]): (.*(?:\n {3}.*)*)$/gmu)) {
      lines.push({ side: side === "C" ? "client" : "server", text: text.replaceAll(/\n +/gu, "") });
    }
  }
  return transcripts;
}

/**
 * Says what the transcript's client says, and compares what its server says with what this one does, in order. The greeting counts
 * where the server speaks first.
 *
 * @param varying names of members that are not compared, wherever they stand
 */
export async function replay(
  client: LineClient,
  lines: readonly TranscriptLine[],
  varying: ReadonlySet<string>,
): Promise<void> {
  const pending = lines[0]?.side === "server" ? [client.hello] : [];
  for (const { side, text } of lines) {
    if (side === "client") {
      client.raw.write(`${text}\n`);
      continue;
    }
    const message = pending.shift() ?? (await client.next());
    assert.deepEqual(
      blank(message, varying),
      blank(JSON.parse(text), varying),
      `it says\n${JSON.stringify(message)}\nand not\n${text}`,
    );
  }
}

/** The same without the values of members that differ each time. */
function blank(value: unknown, varying: ReadonlySet<string>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => blank(item, varying));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, varying.has(name) ? "" : blank(member, varying)]),
  );
}
