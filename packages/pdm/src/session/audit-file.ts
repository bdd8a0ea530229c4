/** A file that audit records are appended to. */
export class AuditFile {}
