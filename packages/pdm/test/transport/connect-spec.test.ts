import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectError, formatConnectSpec, parseConnectSpec } from "../../src/transport/connect-spec.js";
import type { ConnectSpec } from "../../src/transport/connect-spec.js";

const accepted: ReadonlyArray<readonly [spec: string, parsed: ConnectSpec]> = [
  ["/run/app.sock", { kind: "unix", path: "/run/app.sock" }],
  ["/run/a:b.sock", { kind: "unix", path: "/run/a:b.sock" }],
  ["/run/app:8080", { kind: "unix", path: "/run/app:8080" }],
  ["./app.sock", { kind: "unix", path: "./app.sock" }],
  [".app.sock", { kind: "unix", path: ".app.sock" }],
  ["run/app.sock", { kind: "unix", path: "run/app.sock" }],
  ["run/a:80", { kind: "unix", path: "run/a:80" }],
  ["example.org:80", { kind: "tcp", host: "example.org", port: 80 }],
  ["127.0.0.1:65535", { kind: "tcp", host: "127.0.0.1", port: 65_535 }],
  ["[::1]:80", { kind: "tcp", host: "::1", port: 80 }],
  ["8080", { kind: "tcp", host: "localhost", port: 8080 }],
  ["host:/run/app.sock", { kind: "ssh", host: "host", path: "/run/app.sock" }],
  ["me@host:/run/app.sock", { kind: "ssh", host: "me@host", path: "/run/app.sock" }],
  ["host:22:/run/app.sock", { kind: "ssh", host: "host:22", path: "/run/app.sock" }],
  ["::1:/run/app.sock", { kind: "ssh", host: "::1", path: "/run/app.sock" }],
  ["me@fe80::1%eth0:/run/app.sock", { kind: "ssh", host: "me@fe80::1%eth0", path: "/run/app.sock" }],
  ["ssh://me@host:2222:/run/app.sock", { kind: "ssh", host: "ssh://me@host:2222", path: "/run/app.sock" }],
  ["host:/run/a:b/c:d.sock", { kind: "ssh", host: "host", path: "/run/a:b/c:d.sock" }],
  ["host:run/app.sock", { kind: "ssh", host: "host", path: "run/app.sock" }],
];

for (const [spec, parsed] of accepted) {
  test(`${JSON.stringify(spec)} is ${JSON.stringify(parsed)}`, () => {
    assert.deepEqual(parseConnectSpec(spec, "linux"), parsed);
    assert.deepEqual(parseConnectSpec(formatConnectSpec(parsed), "linux"), parsed);
  });
}

test("an IPv6 address may have brackets, which ssh would not understand", () => {
  for (const [spec, host] of [
    ["[::1]:/run/app.sock", "::1"],
    ["me@[::1]:/run/app.sock", "me@::1"],
  ] as const) {
    assert.deepEqual(parseConnectSpec(spec, "linux"), { kind: "ssh", host, path: "/run/app.sock" });
  }
});

const refused = [
  "",
  "app",
  "app.sock",
  ":80",
  "host:",
  "host:0",
  "host:65536",
  "65536",
  "0",
  "123456",
  "::1:80",
  "[::1]",
  "[host]:80",
  "host:http",
  ":/run/app.sock",
  "-oProxyCommand=x:/run/app.sock",
  "-v:/run/app.sock",
  "me@-oProxyCommand=x:/run/app.sock",
  "ssh://-oProxyCommand=x:/run/app.sock",
  "ssh://me@-x:22:/run/app.sock",
  "ssh://host/run/app.sock",
  "host`id`:/run/app.sock",
  "$(id):/run/app.sock",
  "host;id:/run/app.sock",
  "host\n-v:/run/app.sock",
  "a b:/run/app.sock",
  "/run/app\0.sock",
  String.raw`\\.\pipe\app`,
];

for (const spec of refused) {
  test(`${JSON.stringify(spec)} is refused by an error that names it`, () => {
    assert.throws(
      () => parseConnectSpec(spec, "linux"),
      (error) => {
        assert.ok(error instanceof ConnectError);
        assert.equal(error.code, "ERR_PDM_CONNECT_SPEC");
        assert.ok(error.message.startsWith(`${JSON.stringify(spec)}: `), error.message);
        return true;
      },
    );
  });
}

test("on Windows a pipe's path is a spec", () => {
  const path = String.raw`\\.\pipe\app`;
  assert.deepEqual(parseConnectSpec(path, "win32"), { kind: "pipe", path });
});

for (const [spec, advice] of [
  ["app.sock", /a path needs a slash: \.\/app\.sock/],
  ["host:65536", /the port is over 65535/],
  ["123456", /the port is over 65535/],
  ["host:0", /port 0/],
  ["-v:/run/app.sock", /the host begins with a hyphen, or has a character/],
] as const) {
  test(`the error for ${JSON.stringify(spec)} says what to do`, () => {
    assert.throws(() => parseConnectSpec(spec, "linux"), advice);
  });
}

test("what is no string is refused like any spec that is none", () => {
  const parse: (spec: unknown) => unknown = (spec) => Reflect.apply(parseConnectSpec, undefined, [spec]);
  for (const spec of [undefined, null, 8080, {}]) {
    assert.throws(() => parse(spec), { code: "ERR_PDM_CONNECT_SPEC", message: /give a string/ });
  }
});
