import { spawn } from "node:child_process";
import { connect as connectTcp } from "node:net";
import { Duplex } from "node:stream";
import { INSPECTOR_LIMITS } from "../limits.js";
import { listNodeOptions } from "../target/command-line.js";
import { listListeners } from "../target/listening-ports.js";
import type { Address } from "../target/listening-ports.js";
import type { Target } from "../target/target.js";
import { readInspectorJson } from "./web-socket.js";
import type { Connect } from "./web-socket.js";

/** Where Node.js has its inspector unless it is told another place. */
const DEFAULT: Address = { host: "127.0.0.1", port: 9_229 };

/**
 * Where a process's inspector would listen, by its command line and `NODE_OPTIONS`: https://nodejs.org/api/cli.html#inspect-porthostport. The port is 0 where Node.js
 * chooses one.
 */
export function findExpectedAddress({ command }: Target): Address {
  let { host, port } = DEFAULT;
  const options = listNodeOptions(command);
  for (const [index, option] of options.entries()) {
    const equals = option.indexOf("=");
    const name = equals === -1 ? option : option.slice(0, equals);
    const isPortOption = name === "--inspect-port" || name === "--debug-port";
    if (!isPortOption && (equals === -1 || !/^--inspect(?:-brk|-wait)?$/.test(name))) continue;
    const value = equals === -1 ? (options[index + 1] ?? "") : option.slice(equals + 1);
    const [, brackets, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*?))(?::?(\d+))?$/.exec(value) ?? [];
    host = brackets ?? (plain === undefined || plain === "" ? host : plain);
    port = digits === undefined ? port : Number(digits);
  }
  return { host, port };
}

/** Whether only this machine reaches what listens there. */
export function isLoopback({ host }: Address): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Where a process's inspector listens now; undefined where it is not open. */
export async function findOpenAddress(target: Target): Promise<Address | undefined> {
  const expected = findExpectedAddress(target);
  const listeners = listListeners(target.pid);
  return expected.port === 0 ? findInspector(target, listeners) : pickExpected(listeners, expected);
}

/** The one at that port; of several, that of the host. */
export function pickExpected(listeners: readonly Address[], { host, port }: Address): Address | undefined {
  const there = listeners.filter((listener) => listener.port === port);
  return there.find((listener) => listener.host === host) ?? there[0];
}

/** Asks on these: one that an inspector has chosen itself is known by its answer alone. */
export async function findInspector(target: Target, listeners: readonly Address[]): Promise<Address | undefined> {
  for (const address of listeners) {
    const answer = await readInspectorJson(
      createConnect(target, address),
      "/json/version",
      INSPECTOR_LIMITS.probeMs,
    ).catch(() => undefined);
    const { Browser: name } = (answer ?? {}) as { readonly Browser?: unknown };
    if (typeof name === "string" && name.startsWith("node.js/")) return address;
  }
  return undefined;
}

/** Connects within the process's own network, where that is another: by `nsenter`, which root may run. */
export function createConnect({ pid, sharesNetwork }: Target, { host: listening, port }: Address): Connect {
  const host = listening === "0.0.0.0" ? "127.0.0.1" : listening === "::" ? "::1" : listening;
  if (sharesNetwork) return () => connectTcp({ host, port });
  const relay = `const s=require("net").connect(${port},${JSON.stringify(host)});s.on("error",(e)=>{console.error(e.message);process.exit(1)});process.stdin.pipe(s);s.pipe(process.stdout)`;
  return () => {
    const child = spawn("nsenter", [`--net=/proc/${pid}/ns/net`, "--", process.execPath, "-e", relay], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
    child.on("error", (error) => stream.destroy(new Error(`its network is entered with nsenter: ${error.message}`)));
    stream.on("close", () => child.kill());
    return stream;
  };
}
