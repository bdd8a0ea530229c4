import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { DaemonProcess } from "../fixtures/daemon-process.js";
import { encodeRequest, RawSocket } from "../fixtures/raw-socket.js";
import { Tuple } from "../../src/pickle/values.js";

let daemon: DaemonProcess;
before(async () => {
  daemon = await DaemonProcess.start({ helloTimeoutMs: 200, closeGraceMs: 100, requestTimeoutMs: 300 });
});
after(async () => {
  await daemon[Symbol.asyncDispose]();
});

/** The daemon still does its work. */
async function assertServing(): Promise<void> {
  assert.ok(daemon.alive, "the daemon ended");
  using raw = await RawSocket.open(daemon.spec, "perf");
  raw.request(["bind", 1, "test", "number"], ["readattr", 1]);
  await raw.readMessage();
  assert.deepEqual([...((await raw.readMessage()) ?? [])], ["+", 5]);
}

/** The class and message of the exception in a failed reply. */
function describeFailure(message: unknown[] | undefined): string {
  assert.equal(message?.[0], "-");
  const exception = message[1] as { className: string; args: unknown[] };
  return `${exception.className}: ${String(exception.args[0])}`;
}

for (const [what, bytes, answer] of [
  [
    "an endless name line",
    "x".repeat(5_000),
    /^\+PDM1\n-ERR the protocol's name is longer than 64 bytes \(nameLineBytes\)\n$/u,
  ],
  ["a name that is no protocol", "jmx\n", /^\+PDM1\n-ERR Unknown protocol: jmx\n$/u],
  ["a name with control characters", "\u001b[2J\n", /^\+PDM1\n-ERR Unknown protocol: \?\[2J\n$/u],
  ["an empty name", "\n", /^\+PDM1\n-ERR Unknown protocol: \n$/u],
  ["nothing at all", "", /^\+PDM1\n-ERR no protocol was named within 200 ms \(helloTimeoutMs\)\n$/u],
  [
    "a command without end",
    `repl\n${"x".repeat(1_100_000)}`,
    /-a command is longer than 1048576 bytes \(blockBytes\)\n$/u,
  ],
  [
    "a frame that announces a negative length",
    "perf\n\u00ff\u00ff\u00ff\u00ff",
    /a frame announces a negative length, -1/u,
  ],
  [
    "a frame that announces 2 GiB",
    "perf\n\u007f\u00ff\u00ff\u00ff",
    /a frame of 2147483647 bytes is over the limit of 1048576 \(frameBytes\)/u,
  ],
] as const) {
  test(`${what} is answered with the reason, and the connection ends`, async () => {
    using raw = await RawSocket.connect(daemon.spec);
    raw.write(Buffer.from(bytes, "latin1"));
    assert.match(await raw.readToEnd(), answer);
    await assertServing();
  });
}

for (const [what, body, failure] of [
  ["an empty frame", "", /^exceptions\.ValueError|^exceptions\.Exception/u],
  ["noise", "this is no pickle", /^exceptions\./u],
  ["a truncated pickle", "\u0080\u0002]", /^exceptions\./u],
  ["a pickle that calls os.system", "cos\nsystem\n(S'touch /tmp/pdm-was-here'\ntR.", /a request is a tuple/u],
  ["a pickle with an extension code", "\u0080\u0002\u0082\u0001.", /^exceptions\./u],
  ["a persistent id", "Pabc\n.", /^exceptions\./u],
  ["a memo bomb", "\u0080\u0002]r\u00ff\u00ff\u00ff\u00ff.", /a request is a tuple|^exceptions\./u],
  ["a string that announces 4 GiB", "\u0080\u0002X\u00ff\u00ff\u00ff\u00ff.", /^exceptions\./u],
] as const) {
  test(`${what} in a frame gets one failed reply, and the connection goes on`, async () => {
    using raw = await RawSocket.open(daemon.spec, "perf");
    const frame = Buffer.concat([Buffer.alloc(4), Buffer.from(body, "latin1")]);
    frame.writeInt32BE(body.length);
    raw.write(frame);
    assert.match(describeFailure(await raw.readMessage()), failure);
    raw.request(["bind", 1, "test", "number"]);
    assert.equal((await raw.readMessage())?.[0], "+");
  });
}

test("a client may leave at any byte of a conversation", async () => {
  const conversation = Buffer.concat([
    Buffer.from("perf\n"),
    encodeRequest("bind", 1, "test", "happened"),
    encodeRequest("subs", 1),
    encodeRequest("bind", 2, "test", "never"),
    encodeRequest("readattr", 2),
  ]);
  for (let cut = 0; cut <= conversation.length; cut++) {
    const raw = await RawSocket.connect(daemon.spec);
    raw.write(conversation.subarray(0, cut));
    if (cut % 2 === 0) raw.socket.end();
    else raw.socket.destroy();
    if (cut % 10 === 0) await daemon.ask({ command: "notify", count: 1, bytes: 10 });
    raw[Symbol.dispose]();
  }
  await assertServing();
});

test("the same replies come when the bytes arrive one by one", async () => {
  using raw = await RawSocket.connect(daemon.spec);
  raw.socket.setNoDelay(true);
  for (const byte of Buffer.concat([
    Buffer.from("perf\n"),
    encodeRequest("bind", 1, "test", "number"),
    encodeRequest("readattr", 1),
  ])) {
    await new Promise((resolve) => {
      raw.socket.write(Buffer.from([byte]), resolve);
    });
  }
  assert.equal(await raw.readLine(), "+PDM1");
  assert.equal(await raw.readLine(), "+PERF1");
  await raw.readMessage();
  assert.deepEqual([...((await raw.readMessage()) ?? [])], ["+", 5]);
});

test("a client that pipelines and then ends its side gets every answer, pending ones too", async () => {
  using raw = await RawSocket.open(daemon.spec, "perf");
  raw.request(["bind", 1, "test", "never"], ["readattr", 1], ["bind", 2, "test", "number"], ["readattr", 2]);
  raw.socket.end();
  await raw.readMessage();
  assert.match(describeFailure(await raw.readMessage()), /test\.never did not answer within 300 ms/u);
  await raw.readMessage();
  assert.deepEqual([...((await raw.readMessage()) ?? [])], ["+", 5]);
  assert.equal(await raw.readMessage(), undefined);
});

test("a slow reader loses the oldest events, is told how many, and gets the newest", async () => {
  using raw = await RawSocket.open(daemon.spec, "perf");
  raw.request(["bind", 1, "test", "happened"], ["subs", 1]);
  await raw.readMessage();
  await raw.readMessage();
  raw.socket.pause();
  const sent = 20_000;
  await daemon.ask({ command: "notify", count: sent, bytes: 1_000 });
  raw.socket.resume();
  let received = 0;
  let lost = 0;
  while (received + lost < sent) {
    const message = await raw.readMessage();
    assert.equal(message?.[0], "*");
    const { fields } = message[2] as { fields: Map<string, unknown> };
    const notice = fields.get("pdm_lost");
    if (notice === undefined) received += 1;
    else lost += Number(notice);
  }
  assert.ok(lost > 0, "nothing was lost: the test proves nothing");
  assert.equal(received + lost, sent);
  await assertServing();
});

test("one connection too many is told so, and the others go on", async () => {
  await using small = await DaemonProcess.start({ connections: 2 });
  using first = await RawSocket.open(small.spec, "perf");
  using _second = await RawSocket.open(small.spec, "repl");
  using third = await RawSocket.connect(small.spec);
  assert.equal(await third.readToEnd(), "-ERR there are 2 connections already (connections)\n");
  first.request(["bind", 1, "test", "number"]);
  assert.equal((await first.readMessage())?.[0], "+");
});

for (const [limit, requests, message] of [
  [
    "boundIds",
    [
      ["bind", 1],
      ["bind", 2],
      ["bind", 3],
    ],
    /2 objects are bound already \(boundIds\)/u,
  ],
  [
    "subscriptions",
    [
      ["bind", 1],
      ["bind", 2],
      ["subs", 1],
      ["subs", 2],
    ],
    /1 subscriptions already \(subscriptions\)/u,
  ],
] as const) {
  test(`over ${limit} the request fails, and the connection goes on`, async () => {
    await using small = await DaemonProcess.start({ boundIds: 2, subscriptions: 1 });
    using raw = await RawSocket.open(small.spec, "perf");
    raw.request(...requests.map(([kind, id]) => (kind === "bind" ? [kind, id, "test", "happened"] : [kind, id])));
    for (let index = 1; index < requests.length; index++) assert.equal((await raw.readMessage())?.[0], "+");
    assert.match(describeFailure(await raw.readMessage()), message);
    raw.request(["unbind", 1]);
    assert.deepEqual([...((await raw.readMessage()) ?? [])], ["+"]);
  });
}

for (const [what, request] of [
  ["rejects with an error whose Python class is no name", ["reject", Tuple.of("a.b\nc")]],
  ["rejects with an error whose Python class has no module", ["reject", Tuple.of("OutOfStock")]],
  ["resolves to a value whose getter throws what cannot be shown", ["getter", Tuple.of()]],
] as const) {
  test(`a method that ${what} fails alone`, async () => {
    using raw = await RawSocket.open(daemon.spec, "perf");
    raw.request(["bind", 1, "test", "methods"], ["invoke", 1, ...request, new Map()]);
    await raw.readMessage();
    assert.match(describeFailure(await raw.readMessage()), /^exceptions\./u);
    await assertServing();
  });
}

for (const limit of ["pickleDepth", "replyObjects", "replyBytes"] as const) {
  test(`a service that sets ${limit} too low for its replies goes on serving failures`, async () => {
    await using tiny = await DaemonProcess.start({ [limit]: 1 });
    using raw = await RawSocket.open(tiny.spec, "perf");
    raw.request(["bind", 1, "test", "missing"], ["bind", 1, "test", "number"]);
    assert.equal((await raw.readMessage())?.[0], "-");
    await raw.readMessage();
    assert.ok(tiny.alive);
  });
}

test("a lookup that was too late for its reply does not bind the id afterwards", async () => {
  using raw = await RawSocket.open(daemon.spec, "perf");
  raw.request(
    ["bind", 1, "test", "slow"],
    ["lookup", 5, 1, "late"],
    ["lookup", 5, 1, "fast"],
    ["bind", 2, "test", "methods"],
  );
  assert.equal((await raw.readMessage())?.[0], "+");
  assert.match(describeFailure(await raw.readMessage()), /did not answer/u);
  assert.equal((await raw.readMessage())?.[0], "+");
  assert.equal((await raw.readMessage())?.[0], "+");
  raw.request(["invoke", 2, "finish", Tuple.of(), new Map()], ["readattr", 5]);
  await raw.readMessage();
  assert.deepEqual([...((await raw.readMessage()) ?? [])], ["+", "right"]);
});

test("a client that leaves while its subscription is being made leaves no listener behind", async () => {
  for (let count = 0; count < 10; count++) {
    const raw = await RawSocket.open(daemon.spec, "perf");
    raw.request(["bind", 1, "test", "late"], ["subs", 1]);
    await raw.readMessage();
    raw[Symbol.dispose]();
  }
  using raw = await RawSocket.open(daemon.spec, "perf");
  raw.request(["bind", 1, "test", "listeners"]);
  await raw.readMessage();
  for (;;) {
    raw.request(["readattr", 1]);
    if ((await raw.readMessage())?.[1] === 0) break;
  }
});

test("clients that have gone do not keep the places of others, whatever is pending for them", async () => {
  await using small = await DaemonProcess.start({ connections: 3 });
  for (let count = 0; count < 6; count++) {
    const raw = await RawSocket.open(small.spec, "perf");
    raw.request(["bind", 1, "test", "never"], ["readattr", 1]);
    await raw.readMessage();
    raw[Symbol.dispose]();
  }
  using raw = await RawSocket.open(small.spec, "perf");
  raw.request(["bind", 1, "test", "number"]);
  assert.equal((await raw.readMessage())?.[0], "+");
});

test("a client that is evicted by the first event of its subscription leaves no listener behind", async () => {
  await using small = await DaemonProcess.start({ totalBytes: 1_000_000 });
  using evicted = await RawSocket.open(small.spec, "perf");
  evicted.request(["bind", 1, "test", "replaying"], ["subs", 1]);
  await evicted.readToEnd();
  using raw = await RawSocket.open(small.spec, "perf");
  raw.request(["bind", 1, "test", "listeners"], ["readattr", 1]);
  await raw.readMessage();
  assert.equal((await raw.readMessage())?.[1], 0);
});

test("clients whose requests use up the time of a turn are all answered, though nothing else happens", async () => {
  // A process with nothing but an idle server: neither a timer nor a parent wakes its event loop.
  const spec = daemon.spec.replace("daemon.sock", "idle.sock");
  const source = `
    import { createServer } from "node:http";
    const { listen, expose, MethodTable } = await import(${JSON.stringify(new URL("../../src/index.js", import.meta.url))});
    createServer().listen(0, "127.0.0.1");
    const block = (ms) => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms); };
    expose("idle", { methods: new MethodTable({ block }) });
    console.log((await listen(${JSON.stringify(spec)})).spec);`;
  const idle = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 60_000,
  });
  await once(idle.stdout, "data");
  const clients: RawSocket[] = [];
  for (let count = 0; count < 12; count++) {
    const raw = await RawSocket.open(spec, "perf");
    raw.request(["bind", 1, "idle", "methods"]);
    await raw.readMessage();
    clients.push(raw);
  }
  // All at once, so that they are read in one turn of the daemon's event loop.
  for (const raw of clients) raw.request(["invoke", 1, "block", Tuple.of(40), new Map()]);
  // None is closed before the last is answered: that would wake the daemon too.
  for (const raw of clients) assert.equal((await raw.readMessage())?.[0], "+");
  for (const raw of clients) raw[Symbol.dispose]();
  idle.kill();
  await once(idle, "exit");
});

test("a name that came while the event loop was blocked for longer than its time is read", async () => {
  await using other = await DaemonProcess.start({ helloTimeoutMs: 200 });
  using raw = await RawSocket.connect(other.spec);
  assert.equal(await raw.readLine(), "+PDM1");
  await other.ask({ command: "block", ms: 1_000 });
  raw.write(Buffer.from("perf\n", "latin1"));
  assert.equal(await raw.readLine(), "+PERF1");
});
