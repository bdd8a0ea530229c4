import { PdmError } from "../errors.js";

/** A process that cannot be attached to, or detached from; the message says why, what was done to it, and what to do. */
export class AttachError extends PdmError {}
