import type { ReplCompletion } from "../../client/repl-session.js";
import type { ShellAccess } from "../shell-access.js";
import { DirectiveError } from "../shell-access.js";
import type { Directive } from "./directive.js";
import { findNearNames } from "./near-names.js";
import { PLACE_DIRECTIVES } from "./places.js";
import { TEXT_DIRECTIVES } from "./text.js";
import { VALUE_DIRECTIVES } from "./values.js";

const FORM = /^\s*(\.[A-Za-z]+!?)(?:\s+(.*))?$/s;

const HELP: Directive = {
  name: ".help",
  usage: ".help [NAME]",
  summary: "list the dot commands and what the session has to offer, or say more of one",
  run: (shell, argument) => (argument === "" ? listAll(shell) : describe(shell, argument)),
};

const DIRECTIVES: readonly Directive[] = [HELP, ...TEXT_DIRECTIVES, ...VALUE_DIRECTIVES, ...PLACE_DIRECTIVES];

/** Whether a line is for this program: no statement begins so, in no language it knows. */
export function isDirective(line: string): boolean {
  return FORM.test(line);
}

/** Whether a line that is being typed may become one. */
export function mayBeDirective(line: string): boolean {
  return /^\s*\.(?![0-9.])[^\n]*$/.test(line);
}

/** @throws DirectiveError for one that is not there, and what it throws itself */
export async function runDirective(shell: ShellAccess, line: string): Promise<void> {
  const [, name = "", argument = ""] = FORM.exec(line) ?? [];
  await findDirective(name).run(shell, argument.trim());
}

/** What can stand at the cursor in a dot command; undefined where that is an expression, whose place in the line `from` says. */
export function completeDirective(line: string, cursor: number): ReplCompletion | { readonly from: number } {
  const word = /^\s*(\.[A-Za-z]*!?)(\s*)/.exec(line);
  const name = word?.[1] ?? "";
  const end = line.indexOf(name) + name.length;
  if (cursor > end && DIRECTIVES.some((directive) => directive.name === name && directive.takesExpression)) {
    return { from: word?.[0].length ?? 0 };
  }
  const typed = name.slice(0, Math.max(0, cursor - (end - name.length)));
  const items = DIRECTIVES.filter((directive) => cursor <= end && directive.name.startsWith(typed)).map(
    ({ name: text, summary }) => ({ text, kind: "keyword" as const, detail: summary }),
  );
  return { from: end - name.length, to: end, items, isCut: false };
}

function findDirective(name: string): Directive {
  const found = DIRECTIVES.find((directive) => directive.name === name.toLowerCase());
  if (found !== undefined) return found;
  const near = findNearNames(
    name,
    DIRECTIVES.map((directive) => directive.name),
  );
  const advice = near.length > 0 ? `is it ${near.join(" or ")}?` : ".help lists those there are";
  throw new DirectiveError(`there is no ${name}; ${advice}`);
}

async function listAll(shell: ShellAccess): Promise<void> {
  const width = Math.max(...DIRECTIVES.map(({ usage }) => Math.min(24, usage.length)));
  for (const { usage, summary } of DIRECTIVES) shell.say(`${usage.padEnd(width)}  ${summary}`);
  const tools = shell.place.kind === "session" ? await shell.place.session.help() : [];
  if (tools.length === 0) return;
  shell.say("\nIn the session:");
  const toolWidth = Math.max(...tools.map(({ usage }) => Math.min(24, usage.length)));
  for (const { usage, summary } of tools) shell.say(`${usage.padEnd(toolWidth)}  ${summary}`);
  shell.say("\n.help NAME says more of one. Keys: pdm-repl --help");
}

async function describe(shell: ShellAccess, name: string): Promise<void> {
  const tools = shell.place.kind === "session" ? await shell.place.session.help() : [];
  const tool = tools.find((one) => one.name === name || one.name === name.replace(/\(.*$/s, ""));
  if (tool !== undefined) {
    shell.say(`${tool.usage}\n${tool.summary}\nFor example: ${tool.example}`);
    return;
  }
  const dotted = name.startsWith(".") ? name : `.${name}`;
  const directive = DIRECTIVES.find((one) => one.name === dotted);
  if (directive === undefined) {
    const near = findNearNames(name, [...DIRECTIVES.map((one) => one.name), ...tools.map((one) => one.name)]);
    throw new DirectiveError(
      `there is no ${name}; ${near.length > 0 ? `is it ${near.join(" or ")}?` : ".help lists those there are"}`,
    );
  }
  shell.say(
    `${directive.usage}\n${directive.summary}${directive.details === undefined ? "" : `\n\n${directive.details}`}`,
  );
}
