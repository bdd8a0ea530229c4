import { DirectiveError } from "../shell-access.js";
import type { ReplStream } from "../../client/repl-session.js";
import type { Directive } from "./directive.js";

const STREAMS: readonly ReplStream[] = ["stdout", "stderr", "log"];

const OUTPUT: Directive = {
  name: ".output",
  usage: ".output on|off [stdout] [stderr] [log]",
  summary: "show what the service itself prints and logs, from now on",
  async run(shell, argument) {
    const [state = "", ...names] = argument.split(/\s+/);
    const unknown = names.find((name) => !STREAMS.some((stream) => stream === name));
    if ((state !== "on" && state !== "off") || unknown !== undefined) {
      throw new DirectiveError(`${unknown === undefined ? "on or off?" : `there is no ${unknown};`} ${OUTPUT.usage}`);
    }
    const { session } = shell.needSession();
    if (state === "off" && names.length > 0) throw new DirectiveError("off ends all of it: .output off");
    const streams = names.length === 0 ? STREAMS : STREAMS.filter((stream) => names.includes(stream));
    await session.follow(state === "on" ? streams : []);
    shell.say(
      state === "on" ? `(following ${streams.join(", ")}; .output off ends it)` : "(no longer followed)",
      "faint",
    );
  },
};

const SESSIONS: Directive = {
  name: ".sessions",
  usage: ".sessions",
  summary: "list the service's sessions",
  async run(shell) {
    const { client, session } = shell.needSession();
    for (const { name, clients, isBusy, evaluations, startedAt, endsInMs } of await client.listReplSessions()) {
      const since = new Date(startedAt * 1_000).toISOString().replace(/\.\d+Z$/, "Z");
      const who =
        endsInMs === undefined ? `${clients.length} in it` : `nobody in it, ends in ${Math.ceil(endsInMs / 1_000)} s`;
      const mark = name === session.name ? "*" : " ";
      shell.say(`${mark} ${name}  since ${since}, ${evaluations} commands, ${who}${isBusy ? ", running" : ""}`);
    }
  },
};

const SESSION: Directive = {
  name: ".session",
  usage: ".session NAME",
  summary: "go into another session, new or shared with who is in it; this one is kept for a while",
  async run(shell, argument) {
    const { session } = shell.needSession();
    if (argument === "") {
      shell.say(`this is the session ${session.name}`);
      return;
    }
    await shell.goTo({ session: argument });
  },
};

const THREAD: Directive = {
  name: ".thread",
  usage: ".thread [N | main]",
  summary: "list the service's worker threads, or go into one; `main` goes back",
  async run(shell, argument) {
    const { client, thread: current } = shell.needRpc();
    if (argument === "main") return shell.goTo({ thread: 0 });
    if (/^[0-9]+$/.test(argument)) return shell.goTo({ thread: Number(argument) });
    if (argument !== "") throw new DirectiveError(`a thread has a number, or is main: ${THREAD.usage}`);
    if (current !== 0) {
      shell.say(`this is thread ${current}; .thread main goes back`);
      return undefined;
    }
    for (const { thread, name, reason } of await client.listThreads()) {
      const number = thread === 0 ? "main" : String(thread);
      shell.say(
        `${thread === current ? "*" : " "} ${number.padStart(4)}  ${name}${reason === undefined ? "" : `  (${reason})`}`,
      );
    }
    return undefined;
  },
};

const INTERRUPT: Directive = {
  name: ".interrupt",
  usage: ".interrupt",
  summary: "stop what runs in this session, such as what another client of it typed",
  async run(shell) {
    const stopped = await shell.needSession().session.interrupt();
    shell.say(stopped ? "(stopped)" : "(nothing of this session runs that could be stopped)", "faint");
  },
};

const EXIT: Directive = {
  name: ".exit",
  usage: ".exit",
  summary: "leave, as Ctrl-D does",
  run: (shell) => shell.leave(),
};

export const PLACE_DIRECTIVES: readonly Directive[] = [OUTPUT, SESSIONS, SESSION, THREAD, INTERRUPT, EXIT];
