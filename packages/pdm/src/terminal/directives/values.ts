import type { ReplMember, ReplMembers } from "../../client/repl-session.js";
import { describeLook } from "../look-session.js";
import { DirectiveError, type InspectedValue, type ShellAccess } from "../shell-access.js";
import type { Directive } from "./directive.js";

/** Rows of a screen that are left to the prompt and what says how to go on. */
const SPARE_ROWS = 4;

const INSPECT: Directive = {
  name: ".inspect",
  usage: ".inspect [EXPRESSION | N | .. | +]",
  summary: "go through what is in a value, without running any of its code",
  details: `.inspect EXPRESSION  the members of its value, numbered
.inspect             those of the last result; those shown last, once more
.inspect N           into member N
.inspect ..          back out
.inspect +           more members`,
  takesExpression: true,
  async run(shell, argument) {
    shell.needSession();
    const level = shell.inspected.at(-1);
    if (level !== undefined && /^[0-9]+$/.test(argument)) return enter(shell, level, Number(argument));
    if (argument === "..") return goBack(shell);
    if (argument === "+") return turnPage(shell);
    return begin(shell, argument);
  },
};

const MORE: Directive = {
  name: ".more",
  usage: ".more",
  summary: "the rest of a long result, a screen at a time",
  async run(shell) {
    const { session } = shell.needSession();
    const { handle } = shell.lastResult ?? {};
    if (handle === undefined) throw new DirectiveError("the last result has no more to it");
    const begun = shell.paged?.handle === handle ? shell.paged : { rest: "", next: 0 };
    let { rest, next } = begun;
    const rows = Math.max(1, shell.input.rows - SPARE_ROWS);
    while (next !== undefined && countRows(rest, shell.input.columns) <= rows) {
      const part = await session.text(handle, next);
      rest += part.text;
      next = part.next;
    }
    const end = findPageEnd(rest, shell.input.columns, rows);
    shell.say(rest.slice(0, end));
    rest = rest.slice(end).replace(/^\n/, "");
    const isOver = rest === "" && next === undefined;
    shell.say(isOver ? "(that was the end; .inspect goes into it)" : "(.more goes on)", "faint");
    shell.paged = isOver ? undefined : { handle, rest, next };
  },
};

const LOOK: Directive = {
  name: ".look",
  usage: ".look EXPRESSION",
  summary: "what an expression is, with nothing changed by it; takes the right `inspect`",
  takesExpression: true,
  async run(shell, argument) {
    if (argument === "") throw new DirectiveError("at what? .look EXPRESSION");
    shell.show(describeLook(await shell.needRpc().client.inspect(argument)));
  },
};

export const VALUE_DIRECTIVES: readonly Directive[] = [INSPECT, MORE, LOOK];

async function begin(shell: ShellAccess, argument: string): Promise<void> {
  const level = shell.inspected.at(-1);
  if (argument === "" && level !== undefined && shell.lastResult?.handle === undefined) return list(shell, level);
  const result = argument === "" ? shell.lastResult : await shell.evaluate(argument);
  if (result === undefined) throw new DirectiveError("there is no result yet; .inspect EXPRESSION");
  if (result.kind === "threw" && argument !== "") {
    shell.show(result);
    return;
  }
  if (result.handle === undefined) {
    shell.show(result);
    shell.say("(nothing is in it)", "faint");
    return;
  }
  shell.inspected.length = 0;
  await open(shell, argument === "" ? "_" : argument, result.handle);
}

async function open(shell: ShellAccess, path: string, handle: number): Promise<void> {
  const level: InspectedValue = { path, handle, from: 0, members: await fetchMembers(shell, handle, 0) };
  shell.inspected.push(level);
  list(shell, level);
}

async function enter(shell: ShellAccess, { path, from, members }: InspectedValue, number: number): Promise<void> {
  const member = members.members[number - from];
  if (member === undefined) throw new DirectiveError(`there is no member ${number} among those shown`);
  if (member.handle === undefined) {
    shell.say(member.text);
    shell.say("(nothing is in it)", "faint");
    return;
  }
  await open(shell, joinPath(path, member), member.handle);
}

function goBack(shell: ShellAccess): void {
  if (shell.inspected.length < 2) throw new DirectiveError("this is the outermost value");
  shell.inspected.pop();
  const level = shell.inspected.at(-1);
  if (level !== undefined) list(shell, level);
}

async function turnPage(shell: ShellAccess): Promise<void> {
  const level = shell.inspected.at(-1);
  if (level === undefined) throw new DirectiveError("nothing is being inspected; .inspect EXPRESSION");
  const next = level.from + level.members.members.length;
  if (next >= level.members.total) throw new DirectiveError("there are no more members");
  level.members = await fetchMembers(shell, level.handle, next);
  level.from = next;
  list(shell, level);
}

function fetchMembers(shell: ShellAccess, handle: number, from: number): Promise<ReplMembers> {
  const limit = Math.max(5, shell.input.rows - SPARE_ROWS);
  return shell.needSession().session.members(handle, { from, limit });
}

function list(shell: ShellAccess, { path, from, members: { kind, total, members } }: InspectedValue): void {
  const numberWidth = String(from + members.length - 1).length;
  const nameWidth = Math.min(30, Math.max(0, ...members.map(({ name }) => name.length)));
  shell.say(`${path}: ${kind}`);
  for (const [index, { name, text, handle }] of members.entries()) {
    const number = handle === undefined ? " ".repeat(numberWidth) : String(from + index).padStart(numberWidth);
    shell.say(`  ${number}  ${name.padEnd(nameWidth)}  ${text}`);
  }
  const end = from + members.length;
  const more = end < total ? `, of ${total}; .inspect + shows more` : "";
  shell.say(
    members.length === 0 ? "(nothing is in it)" : `(${from} to ${end - 1}${more}; .inspect N goes into one)`,
    "faint",
  );
}

function joinPath(path: string, { name, kind }: ReplMember): string {
  return kind === "property" || kind === "getter" || kind === "element" ? `${path}${name}` : `${path} ${name}`;
}

/** Rows that a text takes, about: wide characters count once. */
function countRows(text: string, columns: number): number {
  let rows = 0;
  for (const line of text.split("\n")) rows += Math.max(1, Math.ceil(line.length / columns));
  return rows;
}

/** Where so many rows of a text end. */
function findPageEnd(text: string, columns: number, rows: number): number {
  let end = 0;
  let left = rows;
  for (const line of text.split("\n")) {
    const needed = Math.max(1, Math.ceil(line.length / columns));
    // A line that is higher than the screen is cut.
    if (needed > left) return end === 0 ? left * columns : end - 1;
    left -= needed;
    end += line.length + 1;
  }
  return text.length;
}
