import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { AUDIT_CHANNEL, expose, listen, ValueAttribute } from "../../src/index.js";
import type { AuditRecord, Exposure, Listener, ObjectDescription, Role } from "../../src/index.js";

export const ROLES: readonly Role[] = ["viewer", "operator", "admin"];

/** What a socket's policy says: as the role has it, that everything is hidden (while `isHidden`), that everything is allowed. */
export type Mode = "by role" | "hidden" | "allowed";
export const MODES: readonly Mode[] = ["by role", "hidden", "allowed"];

/** What a request takes; `nothing` where something is given back. */
export type Need = "nothing" | "read" | "change" | "destroy" | "expose" | "execute";

/** What each role may do, once more and by hand. */
const MAY: Readonly<Record<Role, readonly Need[]>> = {
  viewer: ["nothing", "read"],
  operator: ["nothing", "read", "change"],
  admin: ["nothing", "read", "change", "destroy", "expose", "execute"],
};

export function isAllowed(role: Role, mode: Mode, needs: Need): boolean {
  return needs === "nothing" || mode === "allowed" || (mode === "by role" && MAY[role].includes(needs));
}

const DESCRIPTION: ObjectDescription = {
  description: "Everything at once.",
  attribute: { type: { type: "number" } },
  operations: {
    look: { effect: "read" },
    set: { effect: "change" },
    drop: { effect: "destroy" },
    reveal: { effect: "expose" },
  },
  event: {},
};

/** Objects that note what is called of them, behind a socket for each role and mode. */
export class Gated implements AsyncDisposable {
  /** What was called, `describe` excepted: it is asked what a request amounts to. */
  calls: string[] = [];
  /** What was recorded. */
  records: AuditRecord[] = [];
  /** Whether the sockets of that mode hide everything. */
  isHidden = false;
  readonly entry: ValueAttribute<number> = new ValueAttribute(1);
  readonly thing = {
    describe: (): ObjectDescription => DESCRIPTION,
    read: (): unknown => this.#called("read", 7),
    write: (value: unknown): unknown => this.#called(`write ${String(value)}`, undefined),
    list: (): string[] => this.#called("list", ["entry"]),
    lookup: (): unknown => this.#called("lookup", this.entry),
    invoke: (method: string): unknown => this.#called(`invoke ${method}`, null),
    subscribe: (): unknown => this.#called("subscribe", undefined),
    unsubscribe: (): unknown => this.#called("unsubscribe", undefined),
  };
  readonly secret = {
    describe: (): ObjectDescription => ({ attribute: { secret: true } }),
    read: (): unknown => this.#called("read", "hunter2"),
  };
  readonly silent = {
    describe: (): ObjectDescription => {
      throw new Error("not today");
    },
    read: (): unknown => this.#called("read", 1),
  };
  readonly folder: string = mkdtempSync(path.join(tmpdir(), "pdm-roles-"));
  readonly #listeners = new Map<string, Listener>();
  readonly #exposure: Exposure;
  readonly #collect = (record: unknown): unknown => this.records.push(record as AuditRecord);

  private constructor() {
    const { thing, secret, silent } = this;
    this.#exposure = expose("gated", { thing, secret, silent });
    subscribe(AUDIT_CHANNEL, this.#collect);
  }

  static async start(): Promise<Gated> {
    const gated = new Gated();
    const policies = { "by role": undefined, hidden: () => !gated.isHidden, allowed: () => true };
    for (const role of ROLES) {
      for (const mode of MODES) {
        const policy = policies[mode];
        const spec = path.join(gated.folder, `${role}-${mode.replace(" ", "-")}.sock`);
        const listener = await listen(spec, { role, ...(policy === undefined ? {} : { policy }) });
        gated.#listeners.set(`${role} ${mode}`, listener);
      }
    }
    return gated;
  }

  /** The socket of that role and mode. */
  spec(role: Role, mode: Mode): string {
    return this.#listeners.get(`${role} ${mode}`)?.spec ?? "";
  }

  /** Hides what is to be hidden from now on, and forgets what was called and recorded before. */
  begin(): void {
    this.isHidden = true;
    this.calls = [];
    this.records = [];
  }

  /** The records of that action. */
  recorded(action: AuditRecord["action"]): readonly AuditRecord[] {
    return this.records.filter((record) => record.action === action);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    unsubscribe(AUDIT_CHANNEL, this.#collect);
    this.#exposure.withdraw();
    for (const listener of this.#listeners.values()) await listener.close();
    rmSync(this.folder, { recursive: true });
  }

  #called<T>(name: string, result: T): T {
    this.calls.push(name);
    return result;
  }
}
