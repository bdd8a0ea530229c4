import { Cut } from "./cut.js";
import { type FormReader, isCount, readBytes } from "./read-scalars.js";

type Fields = Readonly<Record<string, unknown>>;

/** Whether the contents of `$cut` say that a rest is missing, and not that they stand for a value. */
export function isRestMark(content: unknown): boolean {
  if (typeof content !== "object" || content === null) return false;
  const { kind, text, bytes, left } = content as Fields;
  return kind === undefined && text === undefined && bytes === undefined && left !== undefined;
}

/** The contents of `$cut`; fields that are not known are ignored. */
export function readCut(content: unknown, reader: FormReader): Cut {
  if (typeof content !== "object" || content === null) return reader.refuse("$cut", "an object");
  const { by, kind, size, left, handle, text, bytes } = content as Fields;
  if (by !== "depth" && by !== "items" && by !== "bytes") return reader.refuse("$cut", "by depth, items or bytes");
  if (kind !== undefined && typeof kind !== "string") return reader.refuse("$cut", "a kind that is a string");
  if (text !== undefined && typeof text !== "string") return reader.refuse("$cut", "a text that is a string");
  if (kind === undefined && left === undefined) return reader.refuse("$cut", "a kind, or what is left");
  const counts = { size: readCount(size, reader), left: readCount(left, reader), handle: readCount(handle, reader) };
  const part = bytes === undefined ? text : readBytes("$cut", bytes, 1, reader);
  reader.charge((text?.length ?? 0) * 2);
  return new Cut({ by, kind, ...counts, part });
}

function readCount(count: unknown, reader: FormReader): number | undefined {
  if (count === undefined || isCount(count)) return count;
  return reader.refuse("$cut", "size, left and handle as whole numbers");
}
