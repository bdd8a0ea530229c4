import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect, connectRepl, ConnectionLostError, ProtocolError, type ReplClient } from "../../src/client.js";
import { PYTHON2, PYTHON3, isTested } from "../fixtures/python.js";
import { startPythonServer } from "./python-server.js";
import { startScriptedServer, type Peer } from "./scripted-server.js";

for (const [name, options] of [
  ["Python 3", { edition: "0.3" }],
  ["Python 3, byte by byte", { chunk: 1 }],
  ["Python 2", { edition: "0.2", python: PYTHON2 }],
] as const) {
  const python = "python" in options ? options.python : PYTHON3;
  if (!isTested(python)) continue;
  describe(`repl of ${name}`, { skip: python.skip }, () => {
    it("echoes expressions, runs statements, and shows tracebacks", async () => {
      await using server = await startPythonServer(options);
      await using client = await connectRepl(server.spec);
      assert.deepEqual(await client.run("6 * 7"), { threw: false, output: ["42"], droppedLines: 0 });
      assert.deepEqual((await client.run("x = 1")).output, []);
      assert.deepEqual((await client.run("\n\nif x:\n\n  x += 1\n\n\n  x += 1\n\n")).threw, false);
      assert.deepEqual((await client.run("x\n")).output, ["3"]);
      const { threw, output } = await client.run("\n1 / 0");
      assert.equal(threw, true);
      assert.equal(output[0], "Traceback (most recent call last):");
      assert.ok(
        output.some((line) => line.includes('"<repl>", line 2')),
        "an empty line keeps its place",
      );
      assert.match(output.at(-1) ?? "", /^ZeroDivisionError/);
      assert.deepEqual(
        (await client.run("len('''a\n\n\nb''')")).output,
        ["5"],
        "an empty line in a string is one line feed",
      );
      assert.deepEqual((await client.run("u'caf\u00e9 \u{1f375}' == u'caf\\u00e9 \\U0001f375'")).output, ["True"]);
    });
  });
}

describe("repl", { skip: PYTHON3.skip }, () => {
  it("gives each client a namespace, and each sees the whole of its output", async () => {
    await using server = await startPythonServer({ chunk: 7 });
    await using one = await connectRepl(server.spec);
    await using two = await connectRepl(server.spec);
    await one.run("mine = 1");
    assert.equal((await two.run("mine")).threw, true);
    const { output } = await one.run("for i in range(1000): echo('caf\u00e9 %d' % i)");
    assert.equal(output.length, 1_000);
    assert.equal(output[999], "'caf\u00e9 999'");
  });

  it("hands lines out as they come, and keeps none of them then", async () => {
    await using server = await startPythonServer();
    await using client = await connectRepl(server.spec);
    const lines: string[] = [];
    const result = await client.run("echo(1); echo(2)", { onOutput: (line) => lines.push(line) });
    assert.deepEqual(lines, ["1", "2"]);
    assert.deepEqual(result.output, []);
  });

  it("says that the connection is lost, and that it was closed", async () => {
    await using server = await startPythonServer();
    await using client = await connectRepl(server.spec);
    const running = [client.run("hang_up()"), client.run("1")];
    for (const outcome of await Promise.allSettled(running)) {
      assert.ok(outcome.status === "rejected" && outcome.reason instanceof ConnectionLostError);
    }
    assert.match((await client.closed)?.message ?? "", /the other side closed it/);
    await assert.rejects(client.run("1"), ConnectionLostError);
    const other = await connectRepl(server.spec);
    other.close();
    assert.equal(await other.closed, undefined);
    await assert.rejects(other.run("1"), /it was closed here/);
  });

  it("and perf are refused by their own names where a service has only one", async () => {
    await using server = await startScriptedServer();
    const connecting = connect(server.spec, { protocol: "perf" });
    const peer = await server.accept();
    peer.send("+PDM1\n");
    peer.send(`-ERR Unknown protocol: ${await peer.line()}\n`);
    await assert.rejects(connecting, /the service refused: Unknown protocol: perf/);
  });
});

async function startPlay(
  limits?: Parameters<typeof connectRepl>[1],
): Promise<AsyncDisposable & { client: ReplClient; peer: Peer }> {
  const server = await startScriptedServer("+REPL");
  const [client, peer] = await Promise.all([connectRepl(server.spec, limits), server.accept()]);
  return {
    client,
    peer,
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe("a command", () => {
  const blocks: readonly [source: string, block: string][] = [
    ["a\nb\n\n\n", "a\nb"],
    ["a\n\n\nb", "a\n\r\n\r\nb"],
    ["\na", "\r\na"],
    ["a\r\n\r\nb", "a\r\n\r\nb"],
    ["`x\u2028\u2028y`", "`x\u2028\u2028y`"],
    ["  a", "  a"],
  ];
  for (const [source, block] of blocks) {
    it(`${JSON.stringify(source)} is sent as one block`, async () => {
      await using play = await startPlay();
      const running = play.client.run(source);
      assert.equal(await play.peer.block(), block);
      play.peer.send("+OK\n");
      await running;
    });
  }

  it("without any text is not sent", async () => {
    await using play = await startPlay();
    for (const source of ["", "\n\n", " \n\t"]) {
      assert.deepEqual(await play.client.run(source), { threw: false, output: [], droppedLines: 0 });
    }
  });

  it("waits for its turn, and never runs if it was given up before", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const first = client.run("first", { timeoutMs: 5 });
    const second = client.run("second", { timeoutMs: 5 });
    const third = client.run("third");
    for (const running of [first, second]) await assert.rejects(running, { code: "ERR_PDM_REQUEST_TIMEOUT" });
    assert.equal(await peer.block(), "first");
    peer.send(" late output\n+EXC\n");
    assert.equal(await peer.block(), "third");
    peer.send(" mine\n+OK\n");
    assert.deepEqual(await third, { threw: false, output: ["mine"], droppedLines: 0 });
  });

  it("that is aborted rejects with the reason, and its output reaches nobody", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const controller = new AbortController();
    const lines: string[] = [];
    const running = client.run("loop", {
      signal: controller.signal,
      onOutput(line) {
        lines.push(line);
        controller.abort(new Error("stop"));
      },
    });
    await peer.block();
    peer.send(" one\n two\n+OK\n");
    await assert.rejects(running, /stop/);
    const next = client.run("next");
    await peer.block();
    peer.send("+OK\n");
    await next;
    assert.deepEqual(lines, ["one"]);
  });

  it("that is refused rejects alone", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const refused = client.run("bad");
    const next = client.run("good");
    await peer.block();
    peer.send("-not \x1b\u009b\u202e UTF-8\n");
    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof ProtocolError);
      assert.match(error.message, /refused the command: "-not \\u001b\\u009b\\u202e UTF-8"/);
      return true;
    });
    await peer.block();
    peer.send("+OK\n");
    assert.equal((await next).threw, false);
  });

  it("whose listener throws rejects with that, and the connection goes on", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const fault = new Error("my own fault");
    const failing = client.run("print", {
      onOutput() {
        throw fault;
      },
    });
    await peer.block();
    peer.send(" x\n y\n+OK\n");
    await assert.rejects(failing, fault);
    const next = client.run("next");
    await peer.block();
    peer.send(" a\xff\n+OK\n");
    assert.equal((await next).threw, false);
  });

  it("may print bytes cut anywhere, and what is no UTF-8 is replaced", async () => {
    await using play = await startPlay();
    const running = play.client.run("print");
    for (const byte of Buffer.concat([
      Buffer.from(" caf\u00e9 \u{1f375} "),
      Buffer.of(0xff),
      Buffer.from("\n\x20\n+OK\n"),
    ])) {
      play.peer.send(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    assert.deepEqual((await running).output, ["caf\u00e9 \u{1f375} \ufffd", ""]);
  });

  it("that prints more than is kept says how many lines are missing", async () => {
    // Each line counts its bytes and 32 more.
    await using play = await startPlay({ limits: { blockOutputBytes: 80 } });
    const running = play.client.run("print");
    play.peer.send(" 1234\n 1234\n 1\n 2\n+OK\n");
    assert.deepEqual(await running, { threw: false, output: ["1234", "1234"], droppedLines: 2 });
  });

  it("cannot make this side keep empty lines without end, before it runs or while it does", async () => {
    for (const early of [true, false]) {
      await using play = await startPlay({ limits: { blockOutputBytes: 32 * 1_000 } });
      const { client, peer } = play;
      let seen = 0;
      const before = client.run("x", { onOutput: () => (seen += 1) });
      await peer.block();
      peer.send(` \n+OK\n${early ? " \n".repeat(100_000) : ""}`);
      await before;
      assert.equal(seen, 1);
      const running = client.run("y");
      await peer.block();
      peer.send(`${early ? "" : " \n".repeat(100_000)}+OK\n`);
      const { output, droppedLines } = await running;
      assert.deepEqual([output.length, droppedLines], [1_000, 99_000]);
    }
  });

  it("fails at once where too many wait", async () => {
    await using play = await startPlay({ limits: { pendingRequests: 1 } });
    const running = [play.client.run("runs"), play.client.run("waits")];
    await assert.rejects(play.client.run("too many"), { code: "ERR_PDM_TOO_MANY_REQUESTS" });
    play.client.close();
    for (const outcome of await Promise.allSettled(running)) assert.equal(outcome.status, "rejected");
  });

  for (const [what, sent, message] of [
    ["an unknown status", "+MAYBE\n", /neither output nor a status/],
    ["no status at all", "hello\n", /neither output nor a status/],
    ["an endless line", ` ${"x".repeat(200)}`, /limits\.outputLineBytes/],
    ["a line over the limit", ` ${"x".repeat(200)}\n`, /limits\.outputLineBytes/],
  ] as const) {
    it(`that is answered with ${what} closes the connection`, async () => {
      await using play = await startPlay({ limits: { outputLineBytes: 100 } });
      const running = play.client.run("x");
      await play.peer.block();
      play.peer.send(sent);
      await assert.rejects(running, { code: "ERR_PDM_CONNECTION_LOST", message });
      await play.peer.gone();
    });
  }

  it("that nobody sent cannot be answered", async () => {
    await using play = await startPlay();
    play.peer.send("+OK\n");
    assert.match((await play.client.closed)?.message ?? "", /unasked/);
  });

  it("that prints while no command runs is heard with the next one", async () => {
    await using play = await startPlay();
    play.peer.send(" late\n");
    const running = play.client.run("x");
    await play.peer.block();
    play.peer.send(" now\n+OK\n");
    assert.deepEqual((await running).output, ["late", "now"]);
  });
});
