// The examples of docs/rescue.md: what is typed there gives what it says, on a real process that is stuck.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRescueCommandLine, RESCUE_USAGE } from "../../src/rescue/rescue-command-line.js";
import { readBlocks, readPage } from "../fixtures/page.js";
import { VictimProcess } from "../fixtures/victim-process.js";
import { runRescue } from "./run-rescue.js";

const PAGE = "rescue.md";
const [service] = readBlocks(PAGE, "js");
const blocks = readBlocks(PAGE, "console").filter(({ text }) => text.includes("PID"));

/** In the middle of what it does there. */
function startService(): Promise<VictimProcess> {
  assert.ok(service !== undefined);
  return VictimProcess.start(service.text.replace("// shop.mjs", 'process.stdout.write("begin\\n");'), {
    file: "shop.mjs",
  });
}

for (const { text } of blocks) {
  test(`in docs/rescue.md: ${text.split("\n", 1)[0]}`, async () => {
    using victim = await startService();
    while (!victim.stdout.includes("draining")) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const [, command = "", output = ""] of text.matchAll(/^\$ pdm-rescue (.*)\n((?:[^$].*\n)*)/gm)) {
      const args = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word = ""]) => quoted ?? word);
      const { stdout } = await runRescue(
        args.map((arg) => (arg === "PID" ? String(victim.pid) : arg)),
        victim.folder,
      );
      assert.equal(stdout, output);
    }
  });
}

test("the first example of docs/rescue.md is what pdm-rescue prints of that service", async () => {
  using victim = await startService();
  const [example] = readBlocks(PAGE, "console");
  const { stdout } = await runRescue([String(victim.pid), "--yes"]);
  /** Without what differs from one machine, and one Node.js, to the other. */
  const rid = (text: string): string[] =>
    text
      .replaceAll(/\/\S+(?=shop\.mjs)/g, "")
      .replaceAll(
        /^Process \d+|(?<= )\d+(?= MiB)|(?<=node:internal.*):\d+:\d+|(?<=shop\.mjs:\d+):\d+|[\d.]+ s, in/gm,
        "_",
      )
      .replaceAll(/sent = .*/g, "sent")
      .split("\n")
      .filter((line) => !line.startsWith("$ "));
  const shown = rid(stdout);
  for (const line of rid(example?.text ?? "")) assert.ok(shown.includes(line), `${line} is not in\n${stdout}`);
});

test("docs/rescue.md names every option but the common ones, and --help every one that is used there", () => {
  const options = [...RESCUE_USAGE.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, name = ""]) => name);
  const page = readPage(PAGE);
  const common = new Set(["--no-color", "--help", "--version"]);
  const used = [...page.matchAll(/pdm-rescue [^`\n]*/g)].flatMap(([command]) => command.match(/--[a-z-]+/g) ?? []);
  assert.ok(used.includes("--close-inspector"));
  assert.deepEqual(
    used.filter((name) => !options.includes(name)),
    [],
  );
  assert.ok(options.length > 8);
  assert.deepEqual(
    options.filter((name) => !page.includes(name) && !common.has(name)),
    [],
  );
});

for (const [args, message] of [
  [[], /name one process/],
  [["1", "2"], /name one process/],
  [["1", "--frame", "0"], /give --eval too/],
  [["1", "--eval", "1", "--frame", "x"], /--frame takes a whole number from 0/],
  [["1", "--thread", "0"], /--thread takes a whole number from 1/],
  [["1", "--output", "f"], /give --profile too/],
  [["1", "--profile", "0"], /--profile takes seconds/],
  [["1", "--wait", "9999"], /--wait takes seconds, up to 3600/],
  [["1", "--no-signal", "--eval", "1"], /--eval and --no-signal are two things/],
  [["1", "--nope"], /nope/],
] as const) {
  test(`pdm-rescue ${args.join(" ")} is refused, and says why`, () => {
    assert.throws(() => parseRescueCommandLine(args), { code: "ERR_PDM_USAGE", message });
  });
}
