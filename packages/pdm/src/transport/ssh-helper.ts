import { SSH_ANSWER_BYTES } from "../limits.js";
import type { SshEnd, SshProcess } from "./ssh-process.js";
import { SshStream } from "./ssh-stream.js";

/** The helper's answer that it is connected; `SSOCK-connect: REASON` is the other one. */
const CONNECTED = "SSOCK+";

/** How ssh ended without a connection; `answer` is what the helper program said, empty where that was nothing. */
export interface HelperFailure extends SshEnd {
  readonly answer: string;
}

/**
 * Waits for the helper program to say that it is connected.
 *
 * @returns how it failed, where it did
 */
export async function connectThroughHelper(ssh: SshProcess): Promise<SshStream | HelperFailure> {
  const begun = await readAnswer(ssh);
  const end = begun.indexOf("\n");
  const answer = begun.toString("utf8", 0, end < 0 ? begun.length : end);
  if (end >= 0 && answer === CONNECTED) {
    ssh.release();
    return new SshStream(ssh, begun.subarray(end + 1));
  }
  // What more it says is of no interest, but must not keep ssh from ending.
  ssh.output.destroy();
  ssh.end();
  return { ...(await ssh.ended), answer };
}

/** What arrives, up to the chunk with the first line feed; less where the output ends, and where the line is too long. */
function readAnswer(ssh: SshProcess): Promise<Buffer> {
  const { output } = ssh;
  return new Promise((resolve) => {
    let begun: Buffer = Buffer.alloc(0);
    const take = (chunk: Buffer): void => {
      begun = Buffer.concat([begun, chunk]);
      if (begun.includes("\n") || begun.length > SSH_ANSWER_BYTES) settle();
    };
    const settle = (): void => {
      output.pause();
      output.off("data", take);
      output.off("close", settle);
      resolve(begun);
    };
    output.on("data", take);
    output.on("close", settle);
  });
}
