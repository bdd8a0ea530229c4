import { mainFolder } from "../engine/main-script.js";
import type { Variables } from "../engine/variables.js";
import { REPL_LIMITS } from "../limits.js";
import { findCompletionTarget } from "../syntax/completion-target.js";
import type { CompletionTarget } from "../syntax/completion-target.js";
import { CompletionList } from "./completion-list.js";
import type { Completion } from "./completion-list.js";
import { completeNames } from "./name-completion.js";
import { completeObjectNames, completeObjectPath } from "./object-completion.js";
import { completeProperties } from "./property-completion.js";
import { completeSpecifier } from "./specifier-completion.js";

export type { Completion, CompletionItem } from "./completion-list.js";

/** Where completions are looked for. */
export interface CompletionContext {
  /** The folder from which modules and files are found; that of the service's main script where left out. */
  readonly folder?: string | undefined;
  /** Items at the most; `REPL_LIMITS.completions` where left out. */
  readonly maxItems?: number | undefined;
  /** Milliseconds after which no more are looked for; `REPL_LIMITS.completionMs` where left out. */
  readonly maxMs?: number | undefined;
}

/**
 * What could stand at a place of a command.
 *
 * Runs nothing of the service's: no getter, no trap of a proxy, no method, nor `list` of a directory that does not hold its entries. What
 * only they could tell is not completed. Never throws.
 *
 * @param cursor in UTF-16 code units; outside of the text it is its end
 */
export function complete(
  variables: Variables,
  source: string,
  cursor: number,
  context: CompletionContext = {},
): Completion {
  const place = Math.min(Math.max(Math.trunc(cursor) || 0, 0), source.length);
  const target = findCompletionTarget(source, place);
  const { maxItems = REPL_LIMITS.completions, maxMs = REPL_LIMITS.completionMs } = context;
  if (target.kind === "none") return new CompletionList("", maxItems, maxMs).finish(place, place);
  const list = new CompletionList(target.prefix, maxItems, maxMs);
  find(list, target, variables, context.folder);
  return list.finish(target.from, target.to);
}

function find(
  list: CompletionList,
  target: Exclude<CompletionTarget, { kind: "none" }>,
  variables: Variables,
  folder: string | undefined,
): void {
  if (target.kind === "name") {
    completeNames(list, variables, target.declared);
  } else if (target.kind === "member") {
    if (!completeObjectPath(list, variables, target.of)) completeProperties(list, variables, target.of, undefined);
  } else if (target.of !== undefined) {
    if (!completeObjectPath(list, variables, target.of)) completeProperties(list, variables, target.of, target.quote);
    // `pdm["shop.orders.statistics/req"]`
    completeObjectNames(list);
  } else if (target.isModule) {
    completeSpecifier(list, folder ?? mainFolder());
    list.sort();
  } else {
    completeObjectNames(list);
  }
}
