import { KEPT_NAME_CHARACTERS, KEPT_NAMES } from "../limits.js";
import { quote, type Quoted } from "./quoted.js";

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
  if (position < MAX_POSITIONS && name.length <= KEPT_NAME_CHARACTERS) {
    recent[position] = name;
    recentQuoted[position] = quoted;
  }
  return quoted;
}

function makeName(name: string): Quoted {
  const { text, bytes } = quote(name.startsWith("$") ? `$${name}` : name);
  const made = { text: `${text}:`, bytes: bytes + 1 };
  if (name.length <= KEPT_NAME_CHARACTERS) {
    if (names.size >= KEPT_NAMES) names.clear();
    names.set(name, made);
  }
  return made;
}
