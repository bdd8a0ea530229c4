/** Up to so many characters a text is its own digest. */
const SHORT_CHARACTERS = 64;

/** Something short that changes when the text does. */
export function digestText(text: string): string {
  return text.length <= SHORT_CHARACTERS ? text : hashText(text);
}

/** The first 128 bits of the text's SHA-256, in base64url. */
export function hashText(text: string): string {
  const digest = process.getBuiltinModule("node:crypto").createHash("sha256").update(text).digest();
  return digest.toString("base64url", 0, 16);
}
