import { channel } from "node:diagnostics_channel";
import { StringDecoder } from "node:string_decoder";
import { inspect } from "node:util";
import { warn } from "../warning.js";
import { OutputQueue } from "./output-queue.js";
import { WatchedWrites } from "./watched-writes.js";

/**
 * What can be followed of a process:
 *
 * - `stdout`, `stderr`: what is written to `process.stdout` and `process.stderr`, by `console` too. Not what is written to the descriptors 1 and 2
 *   in another way (`fs.writeSync(1, …)`, native code, child processes, some fast loggers).
 * - `log`: process warnings, and what is published on the diagnostics channel {@link LOG_CHANNEL}.
 */
export type DaemonStream = "stdout" | "stderr" | "log";

/**
 * The diagnostics channel for loggers whose lines do not go through `process.stdout`. A message is a text, or an object, which becomes one line:
 * `level` and `message` (or `msg`) first, then the rest.
 *
 *     const log = diagnostics_channel.channel("pdm.log");
 *     if (log.hasSubscribers) log.publish({ level: "warn", message: "stock is low", sku });
 */
const LOG_CHANNEL = "pdm.log";

/**
 * Takes a piece of one stream's text, with what several writes wrote.
 *
 * @param lost characters that were lost right before it, since more was written than could be kept
 */
export type OutputListener = (stream: DaemonStream, text: string, lost: number) => void;

/** One who follows. */
interface Follower {
  readonly streams: ReadonlySet<DaemonStream>;
  readonly queue: OutputQueue;
}

const followers = new Set<Follower>();

/** Whether a listener runs. What it writes itself would come back to it, for ever. */
let isDelivering = false;

/** What is set up in the process for a stream that somebody follows: how to take it back. */
const sources = new Map<DaemonStream, () => void>();

/**
 * Has `listener` called with what the process writes from now on. Never within the write, but at most some hundred times a second, with a limit for what
 * waits: then the oldest is lost, and counted. What is written while a listener runs is lost to all, and counted.
 *
 * @returns ends it; with the last one who follows, nothing of it is left in the process
 */
export function followOutput(streams: readonly DaemonStream[], listener: OutputListener): () => void {
  const follower: Follower = {
    streams: new Set(streams),
    queue: new OutputQueue((stream, text, lost) => {
      deliver(listener, stream as DaemonStream, text, lost);
    }),
  };
  followers.add(follower);
  for (const stream of follower.streams) if (!sources.has(stream)) sources.set(stream, openSource(stream));
  return () => {
    if (!followers.delete(follower)) return;
    follower.queue.close();
    for (const [stream, close] of sources) {
      if ([...followers].some((other) => other.streams.has(stream))) continue;
      sources.delete(stream);
      close();
    }
  };
}

function deliver(listener: OutputListener, stream: DaemonStream, text: string, lost: number): void {
  isDelivering = true;
  try {
    listener(stream, text, lost);
  } catch (error) {
    warn("PDM_LISTENER_THREW", "a listener of the process's output threw", error);
  } finally {
    isDelivering = false;
  }
}

/** Called within somebody's write: must not throw, and does as little as can be. */
function take(stream: DaemonStream, text: string): void {
  if (text === "") return;
  for (const { streams, queue } of followers) {
    if (!streams.has(stream)) continue;
    if (isDelivering) queue.lose(stream, text.length);
    else queue.add(stream, text);
  }
}

function openSource(stream: DaemonStream): () => void {
  return stream === "log" ? openLog() : openStream(stream);
}

function openStream(name: "stdout" | "stderr"): () => void {
  // A character may be written in two halves.
  const decoder = new StringDecoder("utf8");
  try {
    const writes = new WatchedWrites(process[name], (chunk, encoding) => {
      take(name, readChunk(decoder, chunk, encoding));
    });
    return () => {
      writes.restore();
    };
  } catch (error) {
    // There is no such stream, as in a process whose descriptor is closed.
    warn("PDM_OUTPUT", `the ${name} of this process cannot be followed`, error);
    return () => undefined;
  }
}

function readChunk(decoder: StringDecoder, chunk: unknown, encoding: unknown): string {
  if (typeof chunk === "string") {
    const isText = typeof encoding !== "string" || /^(?:utf-?8|latin1|ascii|binary|utf-?16le|ucs-?2)$/iu.test(encoding);
    return isText ? chunk : decoder.write(Buffer.from(chunk, encoding as BufferEncoding));
  }
  return ArrayBuffer.isView(chunk) ? decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)) : "";
}

function openLog(): () => void {
  const lines = channel(LOG_CHANNEL);
  lines.subscribe(takeLine);
  process.on("warning", takeWarning);
  return () => {
    process.off("warning", takeWarning);
    lines.unsubscribe(takeLine);
  };
}

function takeWarning({ name, message, code }: Error & { readonly code?: string }): void {
  take("log", `${code === undefined ? "" : `[${code}] `}${name}: ${message}\n`);
}

function takeLine(message: unknown): void {
  let line = "(a record that cannot be shown)\n";
  try {
    line = formatLine(message);
  } catch {
    // A getter of its own threw. What a subscriber throws, Node takes for an uncaught error of the service.
  }
  take("log", line);
}

function formatLine(message: unknown): string {
  if (typeof message === "string") return message.endsWith("\n") ? message : `${message}\n`;
  const { level, message: text, msg = text, ...rest } = Object(message) as Record<string, unknown>;
  const head = [level, msg].filter((part) => typeof part === "string" || typeof part === "number").join(": ");
  const left = Object.keys(rest).length === 0 ? "" : showRest(rest);
  return `${[head, left].filter((part) => part !== "").join(" ")}\n`;
}

function showRest(rest: Readonly<Record<string, unknown>>): string {
  return inspect(rest, {
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
    customInspect: false,
    depth: 2,
    maxArrayLength: 20,
    maxStringLength: 1_000,
  });
}
