import assert from "node:assert/strict";
import { test } from "node:test";
import { ListenError, parseListenSpec } from "../../src/transport/listen-spec.js";
import type { ListenSpec } from "../../src/transport/listen-spec.js";

function unix(path: string, mode = 0o600, group?: string): ListenSpec {
  return { kind: "unix", path, mode, group };
}

const accepted: ReadonlyArray<readonly [spec: string, parsed: ListenSpec]> = [
  ["/run/app.sock", unix("/run/app.sock")],
  ["/run/app.sock:660", unix("/run/app.sock", 0o660)],
  ["/run/app.sock:0660", unix("/run/app.sock", 0o660)],
  ["/run/app.sock:000", unix("/run/app.sock", 0)],
  ["/run/app.sock:0777", unix("/run/app.sock", 0o777)],
  ["/run/app.sock:0660:www-data", unix("/run/app.sock", 0o660, "www-data")],
  ["/run/app.sock:0660:33", unix("/run/app.sock", 0o660, "33")],
  ["/run/app.sock:0660:domain users", unix("/run/app.sock", 0o660, "domain users")],
  ["./app.sock", unix("./app.sock")],
  ["../app.sock:600", unix("../app.sock")],
  [".app.sock", unix(".app.sock")],
  ["run/app.sock", unix("run/app.sock")],
  ["run/app.sock:0640:adm", unix("run/app.sock", 0o640, "adm")],
  ["/run/a:b.sock", unix("/run/a:b.sock")],
  ["/run/a:b.sock:0660", unix("/run/a:b.sock", 0o660)],
  ["/run/a:b.sock:0660:adm", unix("/run/a:b.sock", 0o660, "adm")],
  ["/run/app.sock:adm", unix("/run/app.sock:adm")],
  ["/run/0660:0600", unix("/run/0660", 0o600)],
  ["/run/600", unix("/run/600")],
  ["/run/a:0660/b", unix("/run/a:0660/b")],
  ["/run/a b\n.sock", unix("/run/a b\n.sock")],
  ["localhost:0", { kind: "tcp", host: "localhost", port: 0 }],
  ["127.0.0.1:65535", { kind: "tcp", host: "127.0.0.1", port: 65_535 }],
  ["[::1]:8080", { kind: "tcp", host: "::1", port: 8080 }],
  ["0.0.0.0:80", { kind: "tcp", host: "0.0.0.0", port: 80 }],
  [":8080", { kind: "tcp", host: "", port: 8080 }],
  ["fd:3", { kind: "fd", fd: 3 }],
  ["fd:0", { kind: "fd", fd: 0 }],
];

for (const [spec, parsed] of accepted) {
  test(`${JSON.stringify(spec)} is ${JSON.stringify(parsed)}`, () => {
    assert.deepEqual(parseListenSpec(spec, "linux"), parsed);
  });
}

const refused = [
  "",
  "app",
  "8080",
  "app.sock",
  "localhost:",
  "localhost:http",
  "localhost:65536",
  "localhost:-1",
  "::1:8080",
  "[::1]",
  "[localhost]:80",
  "[::1:80",
  "a b:80",
  "host:/run/app.sock",
  "host:8080:0660",
  "fd:",
  "fd:x",
  "fd:-1",
  "fd:99999999999",
  "/run/",
  "/",
  ".",
  "..",
  "/run/..",
  "/run/:0660",
  "/run/app.sock:",
  "/run/app.sock:0660:",
  "/run/app.sock:8080",
  "/run/app.sock:7",
  "/run/app.sock:66",
  "/run/app.sock:1777",
  "/run/app.sock:00660",
  "/run/app.sock:0680:adm",
  "/run/app\0.sock",
  String.raw`\\.\pipe\app`,
];

for (const spec of refused) {
  test(`${JSON.stringify(spec)} is refused by an error that names it`, () => {
    assert.throws(
      () => parseListenSpec(spec, "linux"),
      (error) => {
        assert.ok(error instanceof ListenError);
        assert.equal(error.code, "ERR_PDM_LISTEN_SPEC");
        assert.ok(error.message.startsWith(JSON.stringify(spec)), error.message);
        return true;
      },
    );
  });
}

test("a spec of a megabyte is refused at once, by a short error", () => {
  for (const spec of ["x".repeat(1e6), ":".repeat(1e6), `/${":1".repeat(5e5)}`, `a${"/:".repeat(5e5)}`]) {
    assert.throws(
      () => parseListenSpec(spec, "linux"),
      (error: Error) => error.message.length < 1_000,
    );
  }
});

test("Windows has pipes, addresses and descriptors, but no paths", () => {
  for (const path of [String.raw`\\.\pipe\app`, String.raw`\\?\pipe\a\b:0660`]) {
    assert.deepEqual(parseListenSpec(path, "win32"), { kind: "pipe", path });
  }
  assert.deepEqual(parseListenSpec("localhost:80", "win32"), { kind: "tcp", host: "localhost", port: 80 });
  for (const spec of [
    "/run/app.sock",
    "./app.sock",
    String.raw`C:\app.sock`,
    "C:/app.sock",
    String.raw`\\.\pipe\ `.trim(),
  ]) {
    assert.throws(() => parseListenSpec(spec, "win32"), { code: "ERR_PDM_LISTEN_SPEC" });
  }
});

for (const [spec, advice] of [
  ["app.sock", /a path needs a slash: \.\/app\.sock/],
  ["localhost:65536", /a port over 65535/],
  ["8080", /a port needs a host: localhost:8080/],
] as const) {
  test(`the error for ${JSON.stringify(spec)} says what to do`, () => {
    assert.throws(() => parseListenSpec(spec, "linux"), advice);
  });
}
