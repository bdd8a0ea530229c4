/**
 * What no configuration of the user's may change, since we would not get our connection, or something would outlive it: a
 * connection shared with other ssh processes, a command, a place in the background. Older releases do not know all of them.
 */
const OPTIONS = [
  "ForkAfterAuthentication=no",
  "LogLevel=INFO", // else it may not say why
  "PermitLocalCommand=no",
  "RemoteCommand=none",
  "Tunnel=no",
];

/** The user's own forwards are set up as well, since there is no option against them alone; they may fail. */
const FORWARD_OPTIONS = ["ClearAllForwardings=no", "ExitOnForwardFailure=no"];

const HELPER_OPTIONS = ["ClearAllForwardings=yes", "SessionType=default", "StdinNull=no"];

/** Without a terminal there, without lending agent or screen, and on a connection of its own. */
const FLAGS = ["-T", "-a", "-x", "-S", "none"];

/** Variables that ssh must find in its environment: what {@link planForward} writes refers to them. */
export const SSH_VARIABLES: Readonly<Record<string, string>> = { PDM_DOLLAR: "$" };

/** Builds the arguments of one ssh, without the options that are in `unknown`, in lower case. */
export type SshArguments = (unknown: ReadonlySet<string>) => string[];

/** Forwards the socket `local` of this machine to `remote` of that one. */
export function planForward(host: string, local: string, remote: string): SshArguments {
  const forward = `${escapeForwardPath(local)}:${escapeForwardPath(remote)}`;
  return (unknown) => [
    "-N",
    ...FLAGS,
    ...listOptions([...OPTIONS, ...FORWARD_OPTIONS], unknown),
    "-L",
    forward,
    "--",
    host,
  ];
}

/** Runs the helper program of the Python library, which connects its standard streams to the socket `path` there. */
export function planHelper(host: string, path: string): SshArguments {
  const command = `python3 -m pdm.sshsock ${quoteForShell(path.startsWith("-") ? `./${path}` : path)}`;
  return (unknown) => [...FLAGS, ...listOptions([...OPTIONS, ...HELPER_OPTIONS], unknown), "--", host, command];
}

/** The option, in lower case, that this ssh is too old to know; undefined where that is not what it complains of. */
export function findUnknownOption(said: string): string | undefined {
  const name = /^command-line.*: Bad configuration option: (\w+)/im.exec(said)?.[1]?.toLowerCase();
  const known = [...OPTIONS, ...FORWARD_OPTIONS, ...HELPER_OPTIONS].map(nameOption);
  return name !== undefined && known.includes(name) ? name : undefined;
}

function listOptions(options: readonly string[], unknown: ReadonlySet<string>): string[] {
  return options.flatMap((option) => (unknown.has(nameOption(option)) ? [] : ["-o", option]));
}

function nameOption(option: string): string {
  return option.slice(0, option.indexOf("=")).toLowerCase();
}

/**
 * A path as `-L` reads it (ssh_config(5), LocalForward and TOKENS): a backslash takes the next character as it is; `%%` is
 * a percent sign. `${NAME}` is a variable, and nothing escapes it but a variable that holds the dollar sign.
 *
 * Before release 8.4 there were neither percent signs nor variables: there, a path that has such is not found.
 */
function escapeForwardPath(path: string): string {
  const escaped = path.replaceAll(/[\\:]/g, String.raw`\$&`).replaceAll("%", "%%");
  return escaped.replaceAll(/\$(?=\{)/g, () => "${PDM_DOLLAR}");
}

/** One word for whichever shell it is: in sh, csh and fish alike, these characters are only plain outside of the quotes. */
function quoteForShell(word: string): string {
  return `'${word.replaceAll(/['\\!]/g, String.raw`'\$&'`)}'`;
}
