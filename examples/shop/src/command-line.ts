import { parseArgs } from "node:util";

export const USAGE: string = `Usage: npm run -s shop -- [--listen SPEC]... [--http PORT]

  --listen SPEC  where the shop can be managed: a path, ADDRESS:PORT, fd:N; may be given more than once;
                 without it a socket of its own in the usual place
  --http PORT    where the shop is open, on 127.0.0.1; 0 picks a port (default 8080)

When it is ready it prints one line: shop URL SPEC...
`;

const DEFAULT_PORT = 8080;

/** What the command line asks for; `specs` is empty where nothing is said. */
export interface CommandLine {
  readonly specs: readonly string[];
  readonly port: number;
}

/** @throws Error that names the argument */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: { listen: { type: "string", multiple: true }, http: { type: "string" } },
  });
  const port = values.http ?? String(DEFAULT_PORT);
  if (!/^\d{1,5}$/u.test(port) || Number(port) > 65_535)
    throw new Error(`--http must be a port from 0 to 65535, not ${port}`);
  return { specs: values.listen ?? [], port: Number(port) };
}
