import { PdmError } from "../errors.js";

/** What a session with the inspector cannot do: see `InspectorSession` for the codes. */
export class InspectorError extends PdmError {}
