import type { Connection } from "../session/connection.js";
import type { WorkspaceModule } from "../workspace/load.js";
import { ReplAttachment } from "./repl-attachment.js";
import { RpcError } from "./rpc-error.js";

/** The sessions of the REPL that one client is in, by their names. */
export class ReplAttachments {
  readonly #connection: Connection;
  readonly #attachments = new Map<string, ReplAttachment>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Goes into a session, new or there already.
   *
   * @throws RpcError `ERR_PDM_INVALID_ARGUMENT` where the client is in it, WorkspaceError as `openWorkspace` does
   */
  open(
    module: WorkspaceModule,
    name: string | undefined,
  ): { readonly attachment: ReplAttachment; readonly isNew: boolean } {
    if (name !== undefined && this.#attachments.has(name)) {
      throw new RpcError("ERR_PDM_INVALID_ARGUMENT", `this connection is in the session ${name} already`, "session");
    }
    const { workspace, isNew } = module.openWorkspace(name, this.#connection.limits);
    const attachment = new ReplAttachment(this.#connection, workspace, () => this.#attachments.delete(workspace.name));
    this.#attachments.set(workspace.name, attachment);
    return { attachment, isNew };
  }

  /** @throws RpcError `ERR_PDM_NO_SUCH_HANDLE` where the client is in no session of that name */
  find(name: string): ReplAttachment {
    const attachment = this.#attachments.get(name);
    if (attachment !== undefined) return attachment;
    const shown = JSON.stringify(name.slice(0, 100));
    throw new RpcError("ERR_PDM_NO_SUCH_HANDLE", `this connection is in no session ${shown}: open it`, "session");
  }

  /** Leaves it. Throws as `find` does. @param isKept see `Workspace.detach` */
  leave(name: string, isKept: boolean): void {
    const attachment = this.find(name);
    this.#attachments.delete(name);
    attachment.leave(isKept);
  }

  /** The client is gone: its sessions are kept for a while. */
  release(): void {
    const attachments = [...this.#attachments.values()];
    this.#attachments.clear();
    for (const attachment of attachments) attachment.leave(true);
  }
}
