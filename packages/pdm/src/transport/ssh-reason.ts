import type { HelperFailure } from "./ssh-helper.js";
import { lacksSsh } from "./ssh-process.js";
import type { SshEnd } from "./ssh-process.js";

/**
 * What ssh says of a channel that the server did not open. OpenSSH's server gives the same reason (`connect failed`)
 * where there is no such socket and where it may not forward one.
 */
const NOT_OPENED = /^channel \d+: open failed: /m;

/** That the server does not forward Unix sockets at all, as other servers say. */
const NO_FORWARDING = /^channel \d+: open failed: (?:administratively prohibited|unknown channel type)/m;

/** What ssh tells in passing, and what hides the reason if it comes last. */
const IN_PASSING = /^(?:\*\*|Warning: Permanently added )/;

const NO_SSH = "there is no program ssh on the PATH; install OpenSSH's client";

/** Whether the login was fine, and the server only did not connect to the socket. */
export function failedThere({ said }: SshEnd): boolean {
  return NOT_OPENED.test(said);
}

/** Why forwarding came to nothing before the server was asked to connect, or after it had. */
export function explainForward(path: string, end: SshEnd): string {
  if (lacksSsh(end)) return NO_SSH;
  return summarizeSaid(end.said) || `${describeStatus(end)} before ${path} said anything: is it a PDM socket?`;
}

/** Why the helper program came to nothing, after forwarding, where that was tried, had ended as `forward`. */
export function explainHelper(path: string, failure: HelperFailure, forward: SshEnd | undefined): string {
  if (lacksSsh(failure)) return NO_SSH;
  const refusal = /^SSOCK-(?:connect: )?(.*)$/s.exec(failure.answer)?.[1];
  if (refusal !== undefined) return `cannot connect to ${path} there: ${makeHarmless(refusal)}`;
  const noise = failure.answer === "" ? "" : `; it began with "${makeHarmless(failure.answer.slice(0, 80))}"`;
  const helper = `its helper program failed: ${summarizeSaid(failure.said) || describeStatus(failure)}${noise}`;
  if (forward === undefined) return helper;
  if (NO_FORWARDING.test(forward.said)) return `the server does not forward Unix sockets, and ${helper}`;
  return (
    `nothing answers at ${path} there: is the service running, and may the user enter its folder? ` +
    `If so, the server does not forward Unix sockets: set AllowStreamLocalForwarding (${helper})`
  );
}

/** The last lines of what ssh said, as one that is safe to show: a server's banner is whatever the server likes. */
export function summarizeSaid(said: string): string {
  const lines = said.split(/[\r\n]+/).map((line) => makeHarmless(line).trim());
  return lines
    .filter((line) => line !== "" && !IN_PASSING.test(line))
    .slice(-3)
    .map((line) => line.slice(0, 300))
    .join("; ");
}

function describeStatus({ status }: SshEnd): string {
  return status === 0 || status === null ? "ssh ended" : `ssh ended with status ${status}`;
}

/** Without what drives a terminal, breaks a line, or shows text in another order. */
function makeHarmless(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
}
