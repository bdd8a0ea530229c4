import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { findSocketOwner } from "../../src/target/socket-owner.js";
import { VictimProcess } from "../fixtures/victim-process.js";

/** A process that listens on `app.sock` in its folder and on a port, which it prints, and passes both on to children. */
function startListening(children: readonly string[] = []): Promise<VictimProcess> {
  const source = `
    const { createServer } = require("node:net");
    const { spawn } = require("node:child_process");
    const server = createServer().listen(process.cwd() + "/app.sock", () => {
      const other = createServer().listen(0, "127.0.0.1", () => {
        const stdio = ["pipe", "ignore", "ignore", server._handle.fd, other._handle.fd];
        for (const [program, ...args] of ${JSON.stringify(children.map((child) => child.split(" ")))}) {
          const child = spawn(program, args, { stdio });
          console.log("child " + child.pid);
        }
        console.log("port " + other.address().port);
        process.stdout.write("begin\\n");
      });
    });`;
  return VictimProcess.start(source, { file: "victim.cjs" });
}

function readSpecs({ folder, stdout }: VictimProcess): readonly [string, string] {
  return [path.join(folder, "app.sock"), `127.0.0.1:${/port (\d+)/.exec(stdout)?.[1]}`];
}

test("who listens is found, also while many connect to others", async () => {
  using victim = await startListening();
  const noise = path.join(victim.folder, "noise.sock");
  const server = createServer((socket) => socket.on("error", () => undefined)).listen(noise);
  await once(server, "listening");
  let isOver = false;
  const connecting = (async () => {
    while (!isOver) {
      const client = connect(noise);
      await once(client, "connect");
      setTimeout(() => client.destroy(), 20);
    }
  })();
  for (const spec of readSpecs(victim)) {
    for (let round = 0; round < 5; round += 1) {
      // Where it cannot be told apart, nobody is named: never the wrong one.
      const found = await findSocketOwner(spec).catch((error: Error) => error.message);
      if (typeof found === "number") assert.equal(found, victim.pid);
      else assert.match(found, new RegExp(`several processes may listen on .*: .*${victim.pid}`));
    }
  }
  isOver = true;
  await connecting;
  server.close();
  assert.equal(await findSocketOwner(readSpecs(victim)[0]), victim.pid);
});

test("of those who have the socket, the one that runs Node.js is meant; where several do, they are listed", async () => {
  using one = await startListening(["cat"]);
  for (const spec of readSpecs(one)) assert.equal(await findSocketOwner(spec), one.pid);
  using several = await startListening([`${process.execPath} -`]);
  const child = /child (\d+)/.exec(several.stdout)?.[1];
  for (const spec of readSpecs(several)) {
    await assert.rejects(findSocketOwner(spec), {
      code: "ERR_PDM_TARGET_SOCKET",
      message: new RegExp(`several processes may listen on .*: .*\\b${child}\\b`),
    });
  }
});

test("where nobody listens, nobody is named", async () => {
  using victim = await startListening();
  await assert.rejects(findSocketOwner(path.join(victim.folder, "none.sock")), { code: "ERR_PDM_TARGET_SOCKET" });
  await assert.rejects(findSocketOwner("127.0.0.1:1"), { code: "ERR_PDM_TARGET_SOCKET" });
});
