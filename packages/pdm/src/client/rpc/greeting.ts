import type { ServerGreeting } from "../server-greeting.js";
import { asRecord, readCount, readTexts } from "./fields.js";

/** Characters of a text in the greeting that are kept. */
const MAX_CHARACTERS = 1_024;

/**
 * The greeting as the server sent it. What is missing of it is empty, zero or null: an older server has less.
 *
 * @throws ProtocolError for rights or capabilities that are no lists of texts
 */
export function readGreeting(form: unknown): ServerGreeting {
  const { server, process, session, role, rights, capabilities, watchdog, limits } = asRecord(form);
  const { name, version } = asRecord(server);
  const { pid, startedAt, title, node, build, thread } = asRecord(process);
  return Object.freeze({
    server: Object.freeze({ name: keepText(name), version: keepText(version) }),
    process: Object.freeze({
      pid: readCount(pid ?? 0, "process.pid"),
      startedAt: keepText(startedAt),
      title: keepText(title),
      node: keepText(node),
      build: typeof build === "string" ? keepText(build) : null,
      ...(typeof thread === "number" && { thread }),
    }),
    session: readCount(session ?? 0, "session"),
    role: keepText(role),
    rights: readTexts(rights ?? [], "rights"),
    capabilities: readTexts(capabilities ?? [], "capabilities"),
    ...(watchdog !== undefined && { watchdog: keepText(asRecord(watchdog)["spec"]) }),
    limits: keepLimits(limits),
  });
}

function keepText(form: unknown): string {
  return typeof form === "string" ? form.slice(0, MAX_CHARACTERS) : "";
}

function keepLimits(form: unknown): Readonly<Record<string, number>> {
  const limits = Object.create(null) as Record<string, number>;
  for (const [name, limit] of Object.entries(asRecord(form))) if (typeof limit === "number") limits[name] = limit;
  return Object.freeze(limits);
}
