import { writeSync } from "node:fs";
import type { Attachment, AttachmentOutcome, AttachmentWishes } from "./attachment.js";
import { PdmError } from "./errors.js";
import { listenQuietly } from "./listen.js";
import type { Listener } from "./listen.js";
import type { ObjectDescription } from "./objects/description.js";
import type { Attribute, Invocable } from "./objects/interfaces.js";
import { UnknownMethodError } from "./objects/method-table.js";
import { expose } from "./objects/registry.js";
import type { Exposure } from "./objects/registry.js";
import { AuditFile } from "./audit-file.js";
import { recordDone } from "./session/audit.js";
import { createGrant } from "./session/grant.js";
import { RIGHTS } from "./session/principal.js";
import type { Claim } from "./session/principal.js";
import { VERSION } from "./version.js";
import { describeThrown, warn } from "./warning.js";
import { listWorkspaces } from "./workspace/workspaces.js";

// What is loaded into a process that nobody prepared, as one text; see `attach/`.

let opening: Promise<Attached> | undefined;
let current: Attached | undefined;

/** Has this process listen on its default socket, once. */
async function begin(wishes: AttachmentWishes): Promise<AttachmentOutcome> {
  const isNew = opening === undefined;
  try {
    current = await (opening ??= Attached.open(wishes));
    return { spec: current.spec, isNew };
  } catch (error) {
    opening = undefined;
    const code = error instanceof PdmError ? error.code : "ERR_PDM_ATTACH";
    return { error: { code, message: describeThrown(error) } };
  }
}

async function end(): Promise<void> {
  // Where that fails, its own caller is told.
  const attached = await opening?.catch(() => undefined);
  await attached?.end();
}

/** What the loaded script is. */
export const attachment: Omit<Attachment, "digest"> = { begin, end, findSpec: () => current?.spec };

const DESCRIPTION: ObjectDescription = Object.freeze({
  description: "That somebody has attached to this process, which did not listen by itself: since when, and who.",
  attribute: {
    type: {
      type: "object",
      properties: {
        since: { type: "number", description: "Seconds since the epoch." },
        by: { type: "object", description: "What whoever attached said of themselves." },
        version: { type: "string", description: "Of the package that was loaded." },
      },
    },
  },
  operations: {
    closeInspector: {
      description: "Closes this process's inspector, which somebody has opened to attach.",
      effect: "destroy",
      parameters: [],
      returns: { type: "null" },
    },
    detach: {
      description: "Ends every connection, this one too, and listens no more.",
      effect: "destroy",
      parameters: [],
      returns: { type: "null" },
    },
  },
} satisfies ObjectDescription);

/** `pdm.attached`. */
class Attached implements Attribute<object>, Invocable {
  readonly #listener: Listener;
  readonly #wishes: AttachmentWishes;
  readonly #since = Date.now() / 1_000;
  readonly #exposure: Exposure;

  private constructor(listener: Listener, wishes: AttachmentWishes) {
    this.#listener = listener;
    this.#wishes = wishes;
    this.#exposure = expose("pdm", { attached: this });
  }

  static async open(wishes: AttachmentWishes): Promise<Attached> {
    const { name, auditFile } = wishes;
    const listener = await listenQuietly(undefined, {
      ...(name === undefined ? {} : { name }),
      ...(auditFile === undefined ? {} : { auditFile }),
    });
    if (listener.spec === "") {
      await listener.close();
      throw new PdmError("ERR_PDM_ATTACH_DISABLED", "it has PDM_DISABLE set, which forbids it");
    }
    try {
      const attached = new Attached(listener, wishes);
      attached.#record("attach");
      report(
        `attached to by ${describeWho(wishes)}: its user, and root, can do everything in it over ${listener.spec}`,
      );
      return attached;
    } catch (error) {
      await listener.close();
      throw error;
    }
  }

  get spec(): string {
    return this.#listener.spec;
  }

  read(): object {
    return { since: this.#since, by: this.#wishes.by, version: VERSION };
  }

  describe(): ObjectDescription {
    return DESCRIPTION;
  }

  /** `closeInspector()`; `detach()`, after the answer has been written. */
  invoke(method: string, args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): null {
    if (method !== "detach" && method !== "closeInspector") throw new UnknownMethodError(method);
    if (args.length > 0 || Object.keys(kwargs).length > 0) throw new TypeError(`${method} takes no arguments`);
    if (method === "closeInspector") {
      process.getBuiltinModule("node:inspector").close();
      return null;
    }
    setImmediate(() => {
      this.end().catch((error: unknown) => warn("PDM_INTERNAL", "detaching failed", error));
    });
    return null;
  }

  async end(): Promise<void> {
    if (current !== this) return;
    opening = undefined;
    current = undefined;
    this.#exposure.withdraw();
    this.#record("detach");
    report(`detached from; nothing listens on ${this.spec} any more`);
    for (const workspace of listWorkspaces()) workspace.end("the process was detached from");
    await this.#listener.close();
  }

  #record(action: "attach" | "detach"): void {
    const { by, auditFile } = this.#wishes;
    const file = auditFile === undefined ? undefined : new AuditFile(auditFile);
    const principal = { role: "admin", rights: RIGHTS, socket: this.spec, claimed: by as Claim } as const;
    const session = { id: 0, principal, protocol: "inspector", grant: createGrant({}, file) };
    recordDone(session, { action }, { outcome: "ok" });
    file?.close();
  }
}

function describeWho({ by: { user = "somebody", program = "a program", pid } }: AttachmentWishes): string {
  return `${user} (${program}${pid === undefined ? "" : `, process ${pid}`})`;
}

function report(what: string): void {
  try {
    // Not by `process.stderr`: making that stream changes how the program's own descriptor behaves.
    writeSync(2, `pdm: this process was ${what}\n`);
  } catch {
    // Nobody reads it.
  }
}
