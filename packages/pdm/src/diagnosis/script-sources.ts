import { closeSync, fstatSync, readFileSync } from "node:fs";
import type { SourceMap, SourceMapPayload } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Debugger } from "node:inspector";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";
import { hasLink, openRegularFile } from "../target/process-files.js";
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
  readonly #root: string;
  readonly #texts = new Map<string, Promise<readonly string[]>>();
  readonly #maps = new Map<string, SourceMap | undefined>();

  /** @param root what to put before a path of the process's to have it here: see `findRoot` */
  constructor(session: InspectorSession, root = "") {
    this.#session = session;
    this.#root = root;
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
    return { ...generated, lines: cutLines(await this.#readText(place.scriptId), line, column) };
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
    if (!this.#maps.has(scriptId)) this.#maps.set(scriptId, readSourceMap(script, this.#root));
    const map = this.#maps.get(scriptId);
    const entry = map?.findEntry(lineNumber, columnNumber);
    if (map === undefined || entry === undefined || !("originalSource" in entry)) return undefined;
    const line = entry.originalLine + 1;
    // Most maps leave away what the type promises.
    const { sources = [], sourcesContent, sourceRoot = "" } = map.payload as Partial<SourceMapPayload>;
    const text = sourcesContent?.[sources.indexOf(entry.originalSource)];
    return {
      // https://tc39.es/ecma426/#sec-DecodeSourceMapSources; Node.js looks at no `sourceRoot`.
      file: nameFile(resolveUrl(sourceRoot.replace(/[^/]$/, "$&/") + entry.originalSource, findMapUrl(script))),
      line,
      column: entry.originalColumn + 1,
      lines: cutLines(text?.split("\n") ?? [], line, entry.originalColumn + 1),
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

/** The map that a script names: inside it, or in a file in its folder or below that. Nothing else is opened. */
function readSourceMap({ url, sourceMapUrl }: Script, root: string): SourceMap | undefined {
  try {
    const text = sourceMapUrl.startsWith("data:")
      ? decodeDataUrl(sourceMapUrl)
      : readMapFile(nameFile(url), nameFile(findMapUrl({ url, sourceMapUrl })), root);
    if (text === undefined) return undefined;
    const { SourceMap } = process.getBuiltinModule("node:module");
    return new SourceMap(JSON.parse(text) as SourceMapPayload);
  } catch {
    // A map that is gone, or makes no sense.
    return undefined;
  }
}

function readMapFile(script: string, map: string, root: string): string | undefined {
  if (!script.startsWith("/") || !map.startsWith(join(dirname(script), "/"))) return undefined;
  if (root !== "" && hasLink(root + map, root)) return undefined;
  const fd = openRegularFile(root + map);
  if (fd === undefined) return undefined;
  try {
    return fstatSync(fd).size <= DIAGNOSIS_LIMITS.sourceMapBytes ? readFileSync(fd, "utf8") : undefined;
  } finally {
    closeSync(fd);
  }
}

function decodeDataUrl(url: string): string | undefined {
  const comma = url.indexOf(",");
  if (comma === -1 || url.length > DIAGNOSIS_LIMITS.sourceMapBytes) return undefined;
  const data = url.slice(comma + 1);
  return url.slice(0, comma).endsWith(";base64")
    ? Buffer.from(data, "base64").toString("utf8")
    : decodeURIComponent(data);
}

/** What the names in a map are relative to: the map, or the script that it is inside of. */
function findMapUrl({ url, sourceMapUrl }: Script): string {
  return sourceMapUrl.startsWith("data:") ? url : resolveUrl(sourceMapUrl, url);
}

/** CommonJS modules are known by their path. @returns the target as it is where that makes no address, as with `evalmachine.<anonymous>` */
function resolveUrl(target: string, base: string): string {
  const baseUrl = base.startsWith("/") ? `file://${encodeURI(base)}` : base;
  return URL.canParse(target, baseUrl) ? new URL(target, baseUrl).href : target;
}

/** @param column from 1, within that line */
function cutLines(text: readonly string[], line: number, column: number): SourceLine[] {
  const { sourceLines } = DIAGNOSIS_LIMITS;
  const first = Math.max(1, line - sourceLines);
  return text.slice(first - 1, line + sourceLines).map((content, index) => ({
    line: first + index,
    text: cutLine(content, first + index === line ? column : 1),
  }));
}

/** The part around that column, as where a bundler has written all on one line. */
function cutLine(content: string, column: number): string {
  const { sourceLineCharacters } = DIAGNOSIS_LIMITS;
  if (content.length <= sourceLineCharacters) return content;
  const latest = content.length - sourceLineCharacters;
  const start = Math.min(latest, Math.max(0, column - 1 - Math.floor(sourceLineCharacters / 2)));
  const end = start + sourceLineCharacters;
  return `${start === 0 ? "" : "…"}${content.slice(start, end)}${end === content.length ? "" : "…"}`;
}
