import { quote, type Quoted } from "./quoted.js";

/** Names that are kept quoted, and the characters of the longest of these. Services have few; those with many names fill it anew. */
const MAX_NAMES = 1_024;
const MAX_CHARACTERS = 64;

const names = new Map<string, Quoted>();

/** A property's name as the text has it, with the colon: `"price":`; one that begins with `$` has one `$` more. */
export function quoteName(name: string): Quoted {
  return names.get(name) ?? makeName(name);
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
