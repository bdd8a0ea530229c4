/** What stands for a secret. */
const MASK = "***";

/** Names of headers and of query parameters whose values let the reader act as someone else. */
const SENSITIVE =
  /auth|cookie|token|secret|passw|passphrase|api-?_?key|access-?_?key|private|session|signature|credential|assertion|jwt|csrf|xsrf|saml/iu;

/** Names that are sensitive only as a whole; `code` is OAuth's. */
const SENSITIVE_WHOLE = /^(?:code|key|sig|sid|pwd|pass|pin|otp|mac|hmac)$/iu;

/** A parameter: what separates it from the one before, its name, its value. */
const PARAMETER = /([?&;#])([^=?&;#\s]*)=([^?&;#\s"'<>,]*)/gu;

/** What comes before the host: user name and password. */
const USER_INFORMATION = /\/\/[^/?#@\s]*@/gu;

/** The value of a header as people may see it. */
export function maskHeader(name: string, value: string): string {
  return isSensitive(name) ? MASK : maskUrl(value);
}

/** Any text, in which the values of sensitive query parameters, and user names with passwords, are masked. */
export function maskUrl(text: string): string {
  return text
    .replaceAll(PARAMETER, (whole, before: string, name: string) =>
      isSensitive(name) ? `${before}${name}=${MASK}` : whole,
    )
    .replaceAll(USER_INFORMATION, `//${MASK}@`);
}

function isSensitive(name: string): boolean {
  return SENSITIVE.test(name) || SENSITIVE_WHOLE.test(name);
}
