// Stands in until the description of members is there.
import { formatValue } from "../engine/value-text.js";

export interface Member {
  readonly name: string;
  readonly kind: string;
  readonly text: string;
  readonly value?: unknown;
}

export function listMembers(
  value: unknown,
  from: number,
  limit: number,
): { kind: string; total: number; members: readonly Member[] } {
  const entries = Object.entries(value as object);
  const members = entries.slice(from, from + limit).map(([name, part]) => ({
    name: `.${name}`,
    kind: "property",
    text: formatValue(part).text,
    value: part as unknown,
  }));
  return { kind: typeof value, total: entries.length, members };
}
