import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { on, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { listen } from "pdm";
import type { Listener } from "pdm";
import { connect } from "pdm/client";
import { observe } from "pdm/http";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-programs-"));
const spec = path.join(folder, "service.sock");
let listener: Listener;
let server: Server;
let url = "";

// This process is the service that the programs look into.
before(async () => {
  observe();
  listener = await listen(spec);
  server = createServer((request, response) => {
    if (request.url === "/hang") return;
    response.writeHead(request.url === "/" ? 200 : 404).end("hello\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await listener.close();
  rmSync(folder, { recursive: true });
});

function start(program: string, address: string): ChildProcessByStdio<null, Readable, null> {
  const file = fileURLToPath(new URL(`../src/${program}.js`, import.meta.url));
  return spawn(process.execPath, [file, address], { stdio: ["ignore", "pipe", "inherit"] });
}

/** What the program prints before it ends by itself. */
async function run(program: string): Promise<string> {
  const child = start(program, spec);
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  assert.equal(status, 0);
  return output;
}

test("times prints how long the service has run and what CPU time it used", async () => {
  const [, realTime = "", cpuTime = ""] =
    /^Real time: (\d+\.\d+) s, CPU time: (\d+\.\d+) s\n$/u.exec(await run("times")) ?? [];
  assert.ok(Number(realTime) > 0 && Number(cpuTime) > 0);
});

test("status-counts prints how many requests ended with which status", async () => {
  for (const target of ["/", "/nothing", "/"]) await (await fetch(url + target)).text();
  assert.equal(await run("status-counts"), "200: 2\n404: 1\n");
});

test("requests prints each request as it ends, with its duration, and marks those that were cut off", async () => {
  const child = start("requests", spec);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // Asked for again and again, since nothing says when the program has subscribed.
  const asking = setInterval(() => void fetch(url).then((response) => response.text()), 20);
  const { value: first } = await lines.next();
  clearInterval(asking);
  assert.match(String(first), /^GET \/ 200 in \d+\.\d+ ms$/u);

  const leaving = new AbortController();
  const hanging = fetch(`${url}/hang`, { signal: leaving.signal });
  for await (const [request] of on(server, "request")) if (request.url === "/hang") break;
  leaving.abort();
  await assert.rejects(hanging);
  let line = "";
  while (!line.includes("/hang")) line = String((await lines.next()).value);
  assert.match(line, /^GET \/hang null in \d+\.\d+ ms, aborted$/u);
  child.kill();
  await once(child, "exit");
});

test("listener makes a service manageable", async () => {
  const address = path.join(folder, "listener.sock");
  const child = start("listener", address);
  try {
    let client;
    while (client === undefined) client = await connect(address).catch(() => undefined);
    const pid = await client.find("pdm.perf.sysinfo/pid");
    assert.equal(await pid.read(), child.pid);
    client.close();
  } finally {
    child.kill();
    await once(child, "exit");
  }
});
