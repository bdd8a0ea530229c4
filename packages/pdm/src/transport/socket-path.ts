/**
 * Bytes that the name of a Unix socket may have: `sun_path` without its zero byte, 108 on Linux and 104 on the BSDs and macOS.
 * Checked by us, since Node 20 cuts what is longer and uses another name.
 */
export const MAX_SOCKET_PATH_BYTES: number = process.platform === "linux" || process.platform === "android" ? 107 : 103;

/** Bytes that `path` has too many to be the name of a Unix socket; 0 when it fits. */
export function countExcessBytes(path: string): number {
  return Math.max(0, Buffer.byteLength(path) - MAX_SOCKET_PATH_BYTES);
}

/** Whether the text is the path of a Windows named pipe: `\\.\pipe\NAME` or `\\?\pipe\NAME`. */
export function isWindowsPipe(text: string): boolean {
  return /^\\\\[.?]\\pipe\\[^\0]+$/i.test(text);
}
