import { HTTP_LIMITS } from "../limits.js";

/** What stands for a secret. */
const MASK = "***";

/** Parts of names of headers and of parameters whose values let the reader act as someone else. */
const SENSITIVE =
  /auth|cookie|token|secret|passw|passphrase|passcode|bearer|private|session|signature|credential|assertion|jwt|csrf|xsrf|saml|apikey|accesskey/iu;

/** The same, but only as a whole word of the name. */
const SENSITIVE_WORDS = new Set(["key", "sig", "sid", "pwd", "pw", "pass", "pin", "otp", "mac", "hmac"]);

/** The same, but only as the whole name: OAuth's code, CAS's ticket. */
const SENSITIVE_NAMES = new Set(["code", "ticket", "verification_code", "confirmation_code", "recovery_code"]);

/** These have a key that opens nothing. */
const HARMLESS_NAMES = new Set(["sec-websocket-key", "idempotency-key"]);

/** Where a parameter begins, also one of a URL that is itself the value of a parameter: what separates it, its name, the equals sign. */
const PARAMETER = /(?:[?&;#]|%(?:3f|26|3b|23))((?:[^=?&;#\s%]|%(?!3f|26|3b|23|3d)){0,100})(?:=|%3d)/giu;

/** Where its value ends, in a URL and in any other text. */
const END_IN_URL = /&|#|%(?:26|23)/giu;
const END_IN_TEXT = /&|#|%(?:26|23)|[\s"<>]/giu;

/** What comes before the host: user name and password. */
const USER_INFORMATION = /\/\/[^/?#\s]*@/gu;

/**
 * The value of a header as people may see it: some hold URLs.
 *
 * @param alsoSensitive names that were said to be so
 */
export function maskHeader(name: string, value: string, alsoSensitive: readonly string[] = []): string {
  return isSensitive(name) || alsoSensitive.includes(name) ? MASK : maskParameters(value, END_IN_TEXT);
}

/** A URL as people may see it: masked, and no longer than they read. */
export function viewUrl(url: string): string {
  return maskUrl(cut(url, HTTP_LIMITS.shownUrlCharacters));
}

/** The beginning of a text, and a mark where there was more. */
export function cut(text: string, maxCharacters: number): string {
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
}

/** A URL in which the values of sensitive parameters, and user names with passwords, are masked. */
export function maskUrl(url: string): string {
  return maskParameters(url, END_IN_URL);
}

function maskParameters(text: string, end: RegExp): string {
  let masked = "";
  let done = 0;
  PARAMETER.lastIndex = 0;
  for (let match = PARAMETER.exec(text); match !== null; match = PARAMETER.exec(text)) {
    if (!isSensitive(decodeName(match[1] ?? ""))) continue;
    masked += text.slice(done, PARAMETER.lastIndex) + MASK;
    end.lastIndex = PARAMETER.lastIndex;
    done = end.exec(text)?.index ?? text.length;
    PARAMETER.lastIndex = done;
  }
  return (masked + text.slice(done)).replaceAll(USER_INFORMATION, `//${MASK}@`);
}

function isSensitive(name: string): boolean {
  const lowered = name.toLowerCase();
  if (HARMLESS_NAMES.has(lowered)) return false;
  if (SENSITIVE.test(lowered) || SENSITIVE_NAMES.has(lowered.replaceAll("-", "_"))) return true;
  return lowered.split(/[-_.[\]]+/u).some((word) => SENSITIVE_WORDS.has(word));
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
