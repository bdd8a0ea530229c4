import { quote, type Quoted } from "./quoted.js";

/** Names that are kept quoted, and the characters of the longest of these. Services have few; those with many names fill it anew. */
const MAX_NAMES = 1_024;
const MAX_CHARACTERS = 64;

const names = new Map<string, Quoted>();

/** The latest name at each position: most objects have the names of one before them. */
const MAX_POSITIONS = 64;
const recent: string[] = [];
const recentQuoted: Quoted[] = [];

/** A property's name as the text has it, with the colon: `"price":`; one that begins with `$` has one `$` more. */
export function quoteName(name: string): Quoted {
  return names.get(name) ?? makeName(name);
}

/** The same, more quickly for an object like one before: the name is the one at this position. */
export function quoteNameAt(name: string, position: number): Quoted {
  if (recent[position] === name) return recentQuoted[position] as Quoted;
  const quoted = quoteName(name);
  if (position < MAX_POSITIONS && name.length <= MAX_CHARACTERS) {
    recent[position] = name;
    recentQuoted[position] = quoted;
  }
  return quoted;
}

function makeName(name: string): Quoted {
  const { text, bytes } = quote(name.startsWith("$") ? `$${name}` : name);
  const made = { text: `${text}:`, bytes: bytes + 1 };
  if (name.length <= MAX_CHARACTERS) {
    if (names.size >= MAX_NAMES) names.clear();
    names.set(name, made);
  }
  return made;
}
