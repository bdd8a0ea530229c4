/** Under `Symbol.for` of it a process that was attached to holds its {@link Attachment}. */
export const ATTACHMENT_KEY = "pdm.attached.v1";

/** Who attaches, and what they want. JSON. */
export interface AttachmentWishes {
  /** The service's name, for the socket's. */
  readonly name?: string;
  readonly auditFile?: string;
  /** Nobody has verified it, but only who may do everything in the process can attach to it. */
  readonly by: {
    readonly user?: string | undefined;
    readonly program?: string | undefined;
    readonly pid?: number | undefined;
  };
}

/** What came of it. JSON, since it goes through the inspector. */
export type AttachmentOutcome =
  | {
      readonly spec: string;
      /** Whether it did not listen before, by another's doing. */
      readonly isNew: boolean;
    }
  | { readonly error: { readonly code: string; readonly message: string } };

/** What was loaded into a process. It stays when it has ended, so that it need not be loaded again. */
export interface Attachment {
  /** Of the text that was loaded. */
  readonly digest: string;
  /** Listens, or says where it does so already. Never rejects. */
  begin(wishes: AttachmentWishes): Promise<AttachmentOutcome>;
  /** Listens no more, where it does: what whoever has begun does when they cannot go on. */
  end(): Promise<void>;
  /** Where it listens now, if it does. */
  findSpec(): string | undefined;
}
