import { PdmError } from "../errors.js";

/** A process that cannot be looked at, or must not be sent a signal; the message says why and what to do. Nothing was done to it. */
export class TargetError extends PdmError {}
