import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { listen } from "../../src/index.js";
import type { Exposure, Listener, Role } from "../../src/index.js";
import { RawSocket } from "../fixtures/raw-socket.js";
import { METHODS } from "../../src/rpc/methods.js";
import { NOTIFICATIONS } from "../../src/rpc/notifications.js";
import { LineClient } from "./line-client.js";
import type { Message } from "./line-client.js";
import { findTranscripts, replay } from "./replay.js";
import { exposeTranscriptShop } from "./transcript-shop.js";

const PAGE = readFileSync(fileURLToPath(new URL("../../../../../docs/rpc.md", import.meta.url)), "utf8");
const TRANSCRIPTS = findTranscripts(PAGE);

/** What differs each time; the page says so. */
const VARYING = new Set(["pid", "startedAt", "title", "node", "version", "session", "time", "cost"]);

const folder = mkdtempSync(path.join(tmpdir(), "pdm-transcript-"));
const listeners: Listener[] = [];
let exposure: Exposure;

before(() => {
  exposure = exposeTranscriptShop();
});
after(async () => {
  exposure.withdraw();
  await Promise.all(listeners.map((listener) => listener.close()));
  rmSync(folder, { recursive: true });
});

// In the order of the page: the shop goes on from one to the next.
for (const role of ["admin", "viewer"] as const satisfies readonly Role[]) {
  test(`the transcript of ${role} in docs/rpc.md is what a real server says`, async () => {
    const options = role === "admin" ? {} : { role };
    const listener = await listen(path.join(folder, `${role}.sock`), { build: "7f3c2a1", ...options });
    listeners.push(listener);
    using client = await LineClient.open(listener.spec);
    await replay(client, TRANSCRIPTS.get(role) ?? assert.fail("it is not there"), VARYING);
  });
}

test("the transcript of the second socket in docs/rpc.md is what a real thread says", async () => {
  const listener = await listen(path.join(folder, "urgent.sock"));
  listeners.push(listener);
  using client = await LineClient.open(listener.spec);
  const { interrupt } = await client.get("repl.open", { session: "awaiting" });
  const { spec, secret } = interrupt as { spec: string; secret: string };
  const pending = client.send("repl.evaluate", {
    session: "awaiting",
    source: "await new Promise(() => {})",
    evaluation: 7,
  });
  await client.get("ping");
  using raw = await RawSocket.connectTo(spec);
  for (const { side, text } of TRANSCRIPTS.get("urgent") ?? assert.fail("it is not there")) {
    if (side === "client") raw.write(`${text.replace("SECRET", secret)}\n`);
    else assert.equal(await raw.readLine(), text);
  }
  const { result } = await client.take(({ id }) => id === pending);
  assert.equal(result?.["cause"], "interrupt");
});

test("the page names what a replay does not compare", () => {
  for (const name of VARYING) assert.ok(PAGE.split("## The connection")[0]?.includes(`\`${name}\``), name);
});

test("what the transcript's server sends is described", () => {
  const described = new Set([...METHODS.keys(), ...NOTIFICATIONS.map(({ name }) => name)]);
  const lines = (["admin", "viewer"] as const)
    .flatMap((role) => TRANSCRIPTS.get(role) ?? [])
    .filter(({ side }) => side === "server");
  const sent = lines.flatMap(({ text }) => (JSON.parse(text) as Message).method ?? []);
  assert.ok(sent.length > 0);
  assert.deepEqual(
    sent.filter((method) => !described.has(method)),
    [],
  );
});
