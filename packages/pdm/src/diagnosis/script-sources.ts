import type { SourceMap, SourceMapPayload } from "node:module";
import { fileURLToPath } from "node:url";
import type { Debugger } from "node:inspector";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";
import type { SourceLine } from "./diagnosis.js";
import type { Script } from "./pause.js";

/** A place in a script; both from 0, as the inspector counts. */
export interface ScriptPlace {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber?: number | undefined;
}

/** A place as a person reads it; both from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly lines: readonly SourceLine[];
}

/** The texts of a thread's scripts, each asked for once, and the sources that they were made from, where a map says so. */
export class ScriptSources {
  readonly #session: InspectorSession;
  readonly #texts = new Map<string, Promise<readonly string[]>>();
  readonly #maps = new Map<string, SourceMap | undefined>();

  constructor(session: InspectorSession) {
    this.#session = session;
  }

  /** The place in its source, where the script has a source map that is found; else in the script. */
  async find(place: ScriptPlace, script: Script | undefined): Promise<SourcePlace> {
    const url = script?.url ?? "";
    const line = place.lineNumber + 1;
    const column = (place.columnNumber ?? 0) + 1;
    const generated = { file: nameFile(url), line, column };
    if (isInternal(url)) return { ...generated, lines: [] };
    const mapped = this.#findMapped(place, script);
    if (mapped !== undefined) return mapped;
    return { ...generated, lines: cutLines(await this.#readText(place.scriptId), line) };
  }

  /** The script's line, before that place and from it on; empty where it is not known. */
  async readLine({ scriptId, lineNumber, columnNumber = 0 }: ScriptPlace): Promise<{ before: string; after: string }> {
    const line = (await this.#readText(scriptId))[lineNumber] ?? "";
    return { before: line.slice(0, columnNumber), after: line.slice(columnNumber) };
  }

  #readText(scriptId: string): Promise<readonly string[]> {
    let text = this.#texts.get(scriptId);
    if (text === undefined) {
      text = this.#session
        .post<Debugger.GetScriptSourceReturnType>("Debugger.getScriptSource", { scriptId }, DIAGNOSIS_LIMITS.answerMs)
        .then(({ scriptSource }) => scriptSource.split("\n"))
        .catch(() => []);
      this.#texts.set(scriptId, text);
    }
    return text;
  }

  #findMapped(
    { scriptId, lineNumber, columnNumber = 0 }: ScriptPlace,
    script: Script | undefined,
  ): SourcePlace | undefined {
    if (script === undefined || script.sourceMapUrl === "") return undefined;
    if (!this.#maps.has(scriptId)) this.#maps.set(scriptId, readSourceMap(script));
    const map = this.#maps.get(scriptId);
    const entry = map?.findEntry(lineNumber, columnNumber);
    if (map === undefined || entry === undefined || !("originalSource" in entry)) return undefined;
    const line = entry.originalLine + 1;
    const { sources, sourcesContent } = map.payload;
    const text = (sourcesContent as readonly string[] | undefined)?.[sources.indexOf(entry.originalSource)];
    return {
      file: nameFile(resolveUrl(entry.originalSource, script.url)),
      line,
      column: entry.originalColumn + 1,
      lines: cutLines(text?.split("\n") ?? [], line),
    };
  }
}

/** Whether a script is Node.js's own. */
export function isInternal(url: string): boolean {
  return url.startsWith("node:");
}

/** A path, where it is one. */
export function nameFile(url: string): string {
  try {
    return url.startsWith("file:") ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}

/** The map that a script names: inside it, or in a file beside it. Nothing else is opened. */
function readSourceMap({ url, sourceMapUrl }: Script): SourceMap | undefined {
  try {
    const text = sourceMapUrl.startsWith("data:")
      ? decodeDataUrl(sourceMapUrl)
      : readMapFile(nameFile(resolveUrl(sourceMapUrl, url)));
    if (text === undefined) return undefined;
    const { SourceMap } = process.getBuiltinModule("node:module");
    return new SourceMap(JSON.parse(text) as SourceMapPayload);
  } catch {
    // A map that is gone, or makes no sense.
    return undefined;
  }
}

function readMapFile(path: string): string | undefined {
  if (!path.startsWith("/")) return undefined;
  const { readFileSync, statSync } = process.getBuiltinModule("node:fs");
  const stats = statSync(path);
  // A pipe would hold us up.
  return stats.isFile() && stats.size <= DIAGNOSIS_LIMITS.sourceMapBytes ? readFileSync(path, "utf8") : undefined;
}

function decodeDataUrl(url: string): string | undefined {
  const comma = url.indexOf(",");
  if (comma === -1 || url.length > DIAGNOSIS_LIMITS.sourceMapBytes) return undefined;
  const data = url.slice(comma + 1);
  return url.slice(0, comma).endsWith(";base64")
    ? Buffer.from(data, "base64").toString("utf8")
    : decodeURIComponent(data);
}

/** CommonJS modules are known by their path. */
function resolveUrl(target: string, base: string): string {
  return new URL(target, base.startsWith("/") ? `file://${encodeURI(base)}` : base).href;
}

function cutLines(text: readonly string[], line: number): SourceLine[] {
  const { sourceLines, sourceLineCharacters } = DIAGNOSIS_LIMITS;
  const first = Math.max(1, line - sourceLines);
  return text.slice(first - 1, line + sourceLines).map((content, index) => ({
    line: first + index,
    text: content.length <= sourceLineCharacters ? content : `${content.slice(0, sourceLineCharacters)}…`,
  }));
}
