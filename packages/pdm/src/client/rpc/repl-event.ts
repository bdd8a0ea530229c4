/* oxlint-disable oxc/no-map-spread -- What is spread are members that may be left out. */
import type { ReplCompletion, ReplEvaluation, ReplEvent, ReplMembers } from "../repl-session.js";
import { asRecord, readCount, readList, readText } from "./fields.js";

type Form = Readonly<Record<string, unknown>>;

/** What came of an evaluation. @throws ProtocolError */
export function readEvaluation(form: unknown, value?: unknown): ReplEvaluation {
  const { kind, text, handle, isCut, cause } = asRecord(form);
  return {
    kind: kind === "value" || kind === "done" ? kind : "threw",
    text: typeof text === "string" ? text : "",
    ...(typeof handle === "number" && { handle }),
    ...(isCut === true && { isCut }),
    ...((cause === "interrupt" || cause === "deadline" || cause === "syntax") && { cause }),
    ...(value !== undefined && { value }),
  };
}

/** The event; undefined for what a later server may have to say. @throws ProtocolError */
export function readReplEvent(form: Form): ReplEvent | undefined {
  const { kind, stream, text, lost, question, client, source, others, count } = form;
  switch (kind) {
    case "output":
      return { kind, stream: stream === "stderr" ? "stderr" : "stdout", text: readText(text, "text") };
    case "daemon":
      return {
        kind,
        stream: stream === "stderr" || stream === "log" ? stream : "stdout",
        text: readText(text, "text"),
        lost: readCount(lost ?? 0, "lost"),
      };
    case "question":
      return { kind, question: readCount(question, "question"), text: readText(text, "text") };
    case "answered":
      return { kind, question: readCount(question, "question") };
    case "input":
      return { kind, client: readCount(client, "client"), source: readText(source, "source") };
    case "result":
      return { kind, client: readCount(client, "client"), outcome: readEvaluation(form["outcome"]) };
    case "joined":
    case "left":
      return { kind, client: readCount(client, "client"), others: readCount(others, "others") };
    case "lost":
      return { kind, count: readCount(count, "count") };
    default:
      return undefined;
  }
}

/** @throws ProtocolError */
export function readCompletion({ from, to, items, isCut }: Form): ReplCompletion {
  return {
    from: readCount(from, "from"),
    to: readCount(to, "to"),
    items: readList(items, "items").map((item) => {
      const { text, kind, detail, from: source } = asRecord(item);
      return {
        text: readText(text, "text"),
        kind: readText(kind, "kind") as ReplCompletion["items"][number]["kind"],
        ...(typeof detail === "string" && { detail }),
        ...(typeof source === "string" && { from: source }),
      };
    }),
    isCut: isCut === true,
  };
}

/** @throws ProtocolError */
export function readMembers({ kind, total, members }: Form): ReplMembers {
  return {
    kind: readText(kind, "kind"),
    total: readCount(total, "total"),
    members: readList(members, "members").map((member) => {
      const { name, kind: memberKind, text, handle } = asRecord(member);
      return {
        name: readText(name, "name"),
        kind: readText(memberKind, "kind") as ReplMembers["members"][number]["kind"],
        text: readText(text, "text"),
        ...(typeof handle === "number" && { handle }),
      };
    }),
  };
}
