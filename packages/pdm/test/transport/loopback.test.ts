import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopbackAddress, listLoopbackAddresses } from "../../src/transport/loopback.js";

const loopback = [
  "127.0.0.1",
  "127.255.255.254",
  "127.0.0.0",
  "::1",
  "0:0:0:0:0:0:0:1",
  "::ffff:127.0.0.1",
  "::FFFF:7f00:1",
];
const reachable = [
  "",
  "*",
  "0.0.0.0",
  "::",
  "::ffff:0.0.0.0",
  "::ffff:10.0.0.1",
  "::127.0.0.1",
  "::2",
  "fe80::1",
  "126.255.255.255",
  "128.0.0.1",
  "127.1",
  "127.0.0.01",
  "127.0.0.1.example.org",
  "2130706433",
  "0x7f000001",
  "localhost.",
  "localhost.example.org",
  "ip6-localhost",
];

test("only addresses that nobody else can reach are loopback", () => {
  for (const address of loopback) assert.equal(isLoopbackAddress(address), true, address);
  for (const address of reachable) assert.equal(isLoopbackAddress(address), false, address);
});

test("every host but a loopback address and localhost is refused, with what to do instead", () => {
  for (const host of loopback) assert.deepEqual(listLoopbackAddresses({ host, port: 1 }), [host]);
  for (const host of reachable) {
    assert.throws(() => listLoopbackAddresses({ host, port: 80 }), {
      name: "ListenError",
      code: "ERR_PDM_LISTEN_NOT_LOOPBACK",
      message: /is not loopback, .*Unix socket.*ssh -L/,
    });
  }
});

test("localhost is never looked up", () => {
  for (const host of ["localhost", "LocalHost"]) {
    assert.deepEqual(listLoopbackAddresses({ host, port: 1 }), ["127.0.0.1", "::1"]);
  }
});
