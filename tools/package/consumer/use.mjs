import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/**
 * Exposes an object, listens, reads the object and the count of HTTP requests as a client, and runs a command in the REPL,
 * which loads the parser.
 *
 * @param {Pick<typeof import("pdm"), "expose" | "listen" | "ValueAttribute">} daemon
 * @param {Pick<typeof import("pdm/client"), "connect" | "connectRepl">} client
 * @param {typeof import("pdm/http")} http
 */
export async function useBothWays({ expose, listen, ValueAttribute }, { connect, connectRepl }, { observe }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pdm-"));
  const spec =
    process.platform === "win32" ? `\\\\.\\pipe\\pdm-consumer-${process.pid}` : path.join(folder, "consumer.sock");
  try {
    expose("consumer", { answer: new ValueAttribute(42) });
    const listener = await listen(spec);

    const connection = await connect(spec);
    const answer = await connection.find("consumer.answer");
    assert.equal(await answer.read(), 42);
    const observation = observe();
    const requests = await connection.find("pdm.http.statistics/count");
    assert.equal(await requests.read(), 0);
    observation.stop();
    await connection[Symbol.asyncDispose]();

    const repl = await connectRepl(spec);
    assert.deepEqual((await repl.run("const half = await 21; half * 2")).output, []);
    assert.deepEqual((await repl.run("half * 2")).output, ["42"]);
    await repl[Symbol.asyncDispose]();

    await listener.close();
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
