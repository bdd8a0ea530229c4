export { attach } from "./attach/attach.js";
export type { AttachOptions } from "./attach/attach.js";
export type { ClientClaim } from "./client/claim.js";
export { AttachError } from "./attach/attach-error.js";
export type { Attached } from "./attach/attached-process.js";
export { detach } from "./attach/detach.js";
export { PdmError } from "./errors.js";
export { InspectorError } from "./inspector/inspector-error.js";
export { TargetError } from "./target/target-error.js";
