import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { attribute, directory, event, expose, listen, operation } from "pdm";
import type { Exposure, Listener } from "pdm";

const run = promisify(execFile);
const PYTHON = process.env["PDM_TEST_PYTHON3"] ?? "python3";
const CLIENT = fileURLToPath(new URL("../../../python/pdm_rpc.py", import.meta.url));

const folder = mkdtempSync(path.join(tmpdir(), "pdm-python-"));
const spec = path.join(folder, "service.sock");
let listener: Listener;
let exposure: Exposure;

// This process is the service.
before(async () => {
  const placed = event({ description: "An order came in.", type: { type: "object" } });
  exposure = expose("desk", {
    orders: directory({
      description: "The orders.",
      entries: {
        count: attribute({ description: "Orders so far.", read: () => 17 }),
        openedAt: attribute({ description: "When.", read: () => new Date(Date.UTC(2026, 10, 25, 9, 30, 0, 250)) }),
        atoms: attribute({ description: "What is in stock.", read: () => [6n * 10n ** 23n, "\u2615"] }),
        placed,
        place: operation({
          description: "Places an order.",
          effect: "change",
          params: { product: { type: "string" }, quantity: { type: "integer", minimum: 1 } },
          run: ({ product, quantity }) => {
            placed.notify({ product, quantity });
            return `${quantity} of ${product}`;
          },
        }),
      },
    }),
  });
  listener = await listen(spec);
});
after(async () => {
  exposure.withdraw();
  await listener.close();
  rmSync(folder, { recursive: true });
});

/** What a program prints that has a client `desk` of the service. */
async function runPython(source: string): Promise<string[]> {
  const begin = "import sys; from pdm_rpc import Client, RpcError; desk = Client(sys.argv[1])";
  const child = spawn(PYTHON, ["-B", "-c", `${begin}\n${source}`, spec], {
    env: { ...process.env, PYTHONPATH: path.dirname(CLIENT), PYTHONIOENCODING: "utf-8" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  assert.equal(status, 0);
  return output.trimEnd().split("\n");
}

test("the client has at most 40 lines", () => {
  assert.ok(readFileSync(CLIENT, "utf8").trimEnd().split("\n").length <= 40);
});

test("as a program it prints the attributes that its command line names", async () => {
  const { stdout } = await run(PYTHON, ["-B", CLIENT, spec, "desk.orders/count", "pdm.perf.sysinfo/pid"]);
  assert.equal(stdout, `desk.orders/count 17\npdm.perf.sysinfo/pid ${process.pid}\n`);
});

test("a bigint is an int and a Date a datetime", async () => {
  const lines = await runPython(`
for name in "atoms", "openedAt":
    value = desk.request("read", name="desk.orders/" + name)["value"]
    print(value if isinstance(value, list) else value.isoformat())`);
  assert.deepEqual(lines, ["[600000000000000000000000, '\u2615']", "2026-11-25T09:30:00.250000"]);
});

test("an operation is called by position and by name", async () => {
  const lines = await runPython(`
print(desk.request("invoke", name="desk.orders/place", args=["tea", 2])["value"])
print(desk.request("invoke", name="desk.orders", operation="place", args={"product": "mug", "quantity": 1})["value"])`);
  assert.deepEqual(lines, ["2 of tea", "1 of mug"]);
});

test("a request that fails is an exception with the error's code, and the next one works", async () => {
  const lines = await runPython(`
for name, args in ("place", ["tea", 0]), ("nothing", []):
    try:
        desk.request("invoke", name="desk.orders/" + name, args=args)
    except RpcError as error:
        print(error.code, error)
print(desk.request("ping"))`);
  assert.match(lines[0] ?? "", /^ERR_PDM_INVALID_ARGUMENT quantity /u);
  assert.match(lines[1] ?? "", /^ERR_PDM_NO_SUCH_NAME /u);
  assert.equal(lines[2], "{}");
});

test("events that come before an answer are not lost, and the greeting is the first of them", async () => {
  const lines = await runPython(`
desk.request("subscribe", name="desk.orders/placed")
for quantity in 1, 2:
    desk.request("invoke", name="desk.orders/place", args=["tea", quantity])
events = desk.events()
print(next(events)[1]["process"]["pid"])
for quantity in 1, 2:
    name, params = next(events)
    print(name, params["value"]["quantity"])`);
  assert.deepEqual(lines, [String(process.pid), "event 1", "event 2"]);
});
