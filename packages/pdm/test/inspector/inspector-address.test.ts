import assert from "node:assert/strict";
import { test } from "node:test";
import { findExpectedAddress, isLoopback } from "../../src/inspector/inspector-address.js";
import { readTarget } from "../../src/target/target.js";

test("where an inspector would listen is read from the options as Node.js does", () => {
  const self = readTarget(process.pid);
  const expect = (args: readonly string[], address: string, nodeOptions = ""): void => {
    const env = new Map([["NODE_OPTIONS", nodeOptions]]);
    const { host, port } = findExpectedAddress({ ...self, command: { args: ["node", ...args, "a.js"], env } });
    assert.equal(`${host} ${port}`, address, args.join(" "));
  };
  expect([], "127.0.0.1 9229");
  expect(["--inspect-port=9300"], "127.0.0.1 9300");
  expect(["--inspect-port", "9300"], "127.0.0.1 9300");
  expect(["--debug-port=127.0.0.2:9300"], "127.0.0.2 9300");
  expect(["--inspect=0.0.0.0:9300"], "0.0.0.0 9300");
  expect(["--inspect=[::1]:9300"], "::1 9300");
  expect(["--inspect=localhost"], "localhost 9229");
  expect(["--inspect", "--inspect-brk=9301"], "127.0.0.1 9301");
  expect(["--inspect-port=0"], "127.0.0.1 0");
  expect(["--inspect-port=9301"], "127.0.0.2 9301", "--inspect-port=127.0.0.2:9300");
  expect([], "127.0.0.1 9229", "--inspect-publish-uid=http");
});

test("an address counts as this machine's own only where that is sure", () => {
  const own = ["127.0.0.1", "127.1.2.3", "::1", "localhost"];
  const others = ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.org", "host", ""];
  assert.deepEqual(
    [...own, ...others].filter((host) => isLoopback({ host, port: 1 })),
    own,
  );
});
