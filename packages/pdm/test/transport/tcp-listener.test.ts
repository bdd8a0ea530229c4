import assert from "node:assert/strict";
import { test } from "node:test";
import { open, readAll, Starter } from "./surroundings.js";

async function hasIpv6(): Promise<boolean> {
  try {
    (await open("[::1]:0")).close();
    return true;
  } catch {
    return false;
  }
}

test("port 0 picks a port, and the spec names it", async () => {
  for (const host of ["localhost", "127.0.0.1", "127.0.0.2"]) {
    const listener = await open(`${host}:0`);
    assert.equal(listener.address.kind, "tcp");
    const { port } = listener.address as { port: number };
    assert.ok(port > 0);
    const literal = host === "localhost" ? "127.0.0.1" : host;
    assert.equal(listener.spec, `${literal}:${port}`);
    assert.equal(await readAll({ host: literal, port }), "hello\n");
    listener.close();
    await assert.rejects(readAll({ host: literal, port }), { code: "ECONNREFUSED" });
  }
});

test(
  "IPv6 loopback works, with brackets in the spec",
  { skip: !(await hasIpv6()) && "this machine has no ::1" },
  async () => {
    const listener = await open("[::1]:0");
    const { port } = listener.address as { port: number };
    assert.equal(listener.spec, `[::1]:${port}`);
    assert.equal(await readAll({ host: "::1", port }), "hello\n");
    listener.close();
  },
);

test("a port in use is an error that says so", async () => {
  const first = await open("localhost:0");
  await assert.rejects(open(first.spec), { name: "ListenError", code: "ERR_PDM_LISTEN_IN_USE" });
  first.close();
  (await open(first.spec)).close();
});

test("an address that others can reach is refused", async () => {
  for (const spec of ["0.0.0.0:0", "[::]:0", ":0", "10.0.0.1:0", "example.org:80"]) {
    await assert.rejects(open(spec), { code: "ERR_PDM_LISTEN_NOT_LOOPBACK" });
  }
});

test("a listener on an address does not keep the process alive", async (t) => {
  const starter = await Starter.start(t);
  await starter.open("localhost:0");
  assert.deepEqual(await starter.end({ do: "disconnect" }), [0, null]);
});
