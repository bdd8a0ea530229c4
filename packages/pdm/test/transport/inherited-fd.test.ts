import assert from "node:assert/strict";
import { closeSync, fstatSync, openSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { makeFolder, NO_PYTHON, open, readAll, Starter } from "./surroundings.js";

const NO_TABLES = process.platform !== "linux" && "only Linux tells what a descriptor is before it is touched";

/** Leaves the Python socket `s` as descriptor 9. */
const PASS = "\nos.dup2(s.fileno(), 9, inheritable=True)";

test(
  "an inherited Unix socket is served; its file stays when the listener closes and when the process ends",
  { skip: NO_PYTHON },
  async (t) => {
    for (const end of ["close", "exit", "disconnect"] as const) {
      const folder = makeFolder(t);
      const path = `${folder}/app.sock`;
      const python = `s = socket.socket(socket.AF_UNIX); s.bind(os.environ["SOCKET"]); s.listen(8)${PASS}`;
      const starter = await Starter.start(t, {}, { python, env: { SOCKET: path } });
      const { spec } = await starter.open("fd:9");
      assert.equal(spec, process.platform === "linux" ? path : "fd:9");
      assert.equal(await readAll(path), `${starter.process.pid}\n`);
      if (end === "close") await starter.ask({ do: "close" });
      else assert.deepEqual(await starter.end({ do: end }), [0, null]);
      assert.deepEqual(readdirSync(folder), ["app.sock"]);
    }
  },
);

test("an inherited loopback address is served", { skip: NO_PYTHON }, async (t) => {
  const python = `s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(8)${PASS}`;
  const starter = await Starter.start(t, {}, { python });
  const { spec } = await starter.open("fd:9");
  const [host = "", port] = spec.split(":");
  assert.equal(host, "127.0.0.1");
  assert.equal(await readAll({ host, port: Number(port) }), `${starter.process.pid}\n`);
});

const refused: ReadonlyArray<readonly [what: string, python: string, code: string, message: RegExp]> = [
  [
    "an address that others can reach",
    `s = socket.socket(); s.bind(("0.0.0.0", 0)); s.listen(8)`,
    "NOT_LOOPBACK",
    /^fd:9 \(0\.0\.0\.0:\d+\) is not loopback/,
  ],
  ["a Unix socket that does not listen", "s = socket.socket(socket.AF_UNIX)", "FD", /does not listen/],
  [
    "one end of a pair of sockets",
    "s, other = socket.socketpair(); other.set_inheritable(True)",
    "FD",
    /does not listen/,
  ],
  ["a Unix datagram socket", "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)", "FD", /does not listen/],
  [
    "a UDP socket",
    `s = socket.socket(type=socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0))`,
    "FD",
    /cannot be listened on/,
  ],
  [
    "a TCP connection",
    `l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen(1); s = socket.create_connection(l.getsockname()); l.set_inheritable(True)`,
    "FD",
    /is a connection/,
  ],
];
for (const [what, python, code, message] of refused) {
  test(`${what} is refused, and the process lives`, { skip: NO_PYTHON || NO_TABLES }, async (t) => {
    const starter = await Starter.start(t, {}, { python: python + PASS });
    const reply = await starter.ask({ do: "open", spec: "fd:9" });
    assert.ok(reply !== "killed" && "failed" in reply, JSON.stringify(reply));
    assert.equal(reply.failed, `ERR_PDM_LISTEN_${code}`);
    assert.match(reply.message, message);
    assert.deepEqual(await starter.end({ do: "disconnect" }), [0, null]);
  });
}

test("a descriptor that is no socket is refused and stays open", async () => {
  const file = openSync(import.meta.filename, "r");
  await assert.rejects(open(`fd:${file}`), { name: "ListenError", code: "ERR_PDM_LISTEN_FD", message: /is no socket/ });
  fstatSync(file);
  closeSync(file);
  await assert.rejects(open(`fd:${file}`), { code: "ERR_PDM_LISTEN_FD", message: /is not open/ });
  await assert.rejects(open("fd:999999999"), { code: "ERR_PDM_LISTEN_FD", message: /is not open/ });
});

test("standard input, output and error are never taken", async () => {
  for (const fd of [0, 1, 2]) await assert.rejects(open(`fd:${fd}`), { code: "ERR_PDM_LISTEN_FD" });
});

test("the same descriptor twice is an error, and the first goes on", { skip: NO_PYTHON }, async (t) => {
  const folder = makeFolder(t);
  const python = `s = socket.socket(socket.AF_UNIX); s.bind(os.environ["SOCKET"]); s.listen(8)${PASS}`;
  const starter = await Starter.start(t, {}, { python, env: { SOCKET: `${folder}/app.sock` } });
  await starter.open("fd:9");
  const reply = await starter.ask({ do: "open", spec: "fd:9" });
  assert.ok(reply !== "killed" && "failed" in reply && reply.failed === "ERR_PDM_LISTEN_FD", JSON.stringify(reply));
  assert.equal(await readAll(`${folder}/app.sock`), `${starter.process.pid}\n`);
});
