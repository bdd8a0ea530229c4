import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import {
  combine,
  ComputedAttribute,
  EventChannel,
  expose,
  FinishEvent,
  Global,
  Instance,
  listen,
  MethodTable,
  PerfEvent,
  StartEvent,
  StaticDirectory,
  ValueAttribute,
} from "../../src/index.js";
import type { Listener } from "../../src/index.js";
import { isTested, PYTHON2 } from "../fixtures/python.js";
import { PythonClient } from "../fixtures/python-client.js";

class RequestStart extends StartEvent {
  static override readonly pythonClass = "ashd.perf.reqstart";
  readonly method = "GET";
}
class RequestFinish extends FinishEvent {
  static override readonly pythonClass = "ashd.perf.reqfinish";
  readonly status = "200 OK";
}
class OrderPlaced extends PerfEvent {
  readonly order = 17;
}

const happened = new EventChannel();
const orders = new ValueAttribute<unknown>(3, "Orders so far.");
const naughty = new EventChannel();
const broken = {
  read: () => {
    throw new Error("secret detail");
  },
  list: () => [1, 2],
  lookup: () => 5,
  describe: () => Promise.reject(new TypeError("no description")),
  invoke: () => {
    throw new RangeError("out of range");
  },
  subscribe: () => {
    throw new Error("cannot subscribe");
  },
  unsubscribe: () => {
    throw new Error("cannot unsubscribe");
  },
};

const folder = mkdtempSync(path.join(tmpdir(), "pdm-perf-"));
let listener: Listener;
let python: PythonClient;
before(async () => {
  expose("shop.desk", {
    orders,
    unsendable: new ValueAttribute({ deep: [() => 1] }),
    never: new ComputedAttribute(() => new Promise(() => undefined)),
    later: new ComputedAttribute(() => Promise.resolve("later")),
    broken,
    happened,
    naughty: {
      subscribe: (listen: (event: unknown) => void) => {
        listen(new PerfEvent(1));
        naughty.subscribe(listen);
      },
      unsubscribe: (listen: (event: unknown) => void) => naughty.unsubscribe(listen),
    },
    tree: combine(
      new StaticDirectory({ leaf: new ValueAttribute(null), inner: new StaticDirectory({}) }),
      new ValueAttribute(9),
    ),
    methods: new MethodTable({
      add: (a: number, b: number) => a + b,
      show: (...args: unknown[]) => args,
      later: () => Promise.resolve("done"),
      fail: () => Promise.reject(new Error("not today")),
      emit: (name: string) => happened.notify(EVENTS[name]?.()),
    }),
  });
  listener = await listen(path.join(folder, "perf.sock"), { limits: { requestTimeoutMs: 100 } });
  python = new PythonClient(listener.spec);
  assert.equal(await python.run('c.open("perf")'), "'+PERF1'");
});
after(async () => {
  await python[Symbol.asyncDispose]();
  await listener.close();
  rmSync(folder, { recursive: true });
});

const EVENTS: Readonly<Record<string, () => unknown>> = {
  start: () => new RequestStart(12.5),
  finish: () => new RequestFinish({ id: 4 }, true, 13),
  placed: () => new OrderPlaced(2),
  plain: () => ({ stock: 0, time: 3 }),
  text: () => "hello",
  map: () => new Map([["stock", 1]]),
  error: () => new RangeError("disk full"),
  form: () => Instance.withFields(new Global("ashd.perf", "reqfinish"), { time: 4, id: 9 }),
  reserved: () => ({ pdm_lost: 5 }),
  unsendable: () => ({ when: new Date() }),
};

/** One Python expression, and what its value or exception looks like there. */
const CONVERSATIONS: Readonly<Record<string, readonly (readonly [source: string, answer: string | RegExp])[]>> = {
  "an attribute is bound, read, described and unbound": [
    ['c.call("bind", 1, "shop.desk", "orders")', "['attr']"],
    ['c.call("readattr", 1)', "3"],
    ['c.call("attrinfo", 1)', "pdm.perf.attrinfo(desc='Orders so far.')"],
    ['c.call("unbind", 1)', "None"],
    ['c.call("readattr", 1)', /^!ValueError/u],
    ['c.call("unbind", 1)', /^!KeyError/u],
  ],
  "a directory is listed and looked into, at any depth": [
    ['c.call("bind", 2, "shop.desk", "tree")', "['dir', 'attr']"],
    ['c.call("ls", 2)', "['leaf', 'inner']"],
    ['c.call("readattr", 2)', "9"],
    ['c.call("lookup", 3, 2, "leaf")', "['attr']"],
    ['c.call("attrinfo", 3)', "None"],
    ['c.call("lookup", 4, 2, "inner")', "['dir']"],
    ['c.call("ls", 4)', "[]"],
    ['c.call("lookup", 5, 2, "missing")', "!KeyError('missing')"],
    ['c.call("lookup", 5, 3, "x")', /^!ValueError/u],
  ],
  "methods are called with positional and named arguments": [
    ['c.call("bind", 6, "shop.desk", "methods")', "['invoke']"],
    ['c.call("invoke", 6, "add", (2, 40), {})', "42"],
    ['c.call("invoke", 6, "show", (1,), {"size": "XL"})', "[1, {'size': 'XL'}]"],
    ['c.call("invoke", 6, "show", [], {"__proto__": 1})', "[{'__proto__': 1}]"],
    ['c.call("invoke", 6, "later", (), {})', "'done'"],
    ['c.call("invoke", 6, "fail", (), {})', "!Exception('not today')"],
    ['c.call("invoke", 6, "toString", (), {})', /^!AttributeError/u],
    ['c.call("invoke", 6, "show", (None,) * 1001, {})', /^!TypeError.*1001 items, over the limit of 1000/u],
    ['c.call("invoke", 6, "add", 5, {})', "!TypeError('args is a tuple')"],
    ['c.call("invoke", 6, "add", (), {1: 2})', /^!TypeError/u],
  ],
  "each failure has the class that every client knows": [
    ['c.call("bind", 7, "no.such", "x")', /^!(?:ImportError|ModuleNotFoundError)/u],
    ['c.call("bind", 7, "shop.desk", "x")', /^!AttributeError/u],
    ['c.call("bind", 7, "__proto__", "x")', /^!ImportError/u],
    ['c.call("ls", 99)', /^!ValueError/u],
    ['c.call("frobnicate", 1)', "!Exception('unknown request \"frobnicate\"')"],
    ['c.call("readattr")', "!TypeError('readattr takes (id), and got 0 arguments')"],
    ['c.call("readattr", "one")', "!TypeError('an id is an integer of at most 64 bits')"],
    ["c.call()", /^!Exception/u],
  ],
  "an object that breaks its promises harms only its own request": [
    ['c.call("bind", 8, "shop.desk", "broken")', "['dir', 'attr', 'invoke', 'event']"],
    ['c.call("readattr", 8)', "!Exception('Could not read attribute')"],
    ['c.call("ls", 8)', /^!ValueError/u],
    ['c.call("lookup", 9, 8, "x")', /^!ValueError/u],
    ['c.call("attrinfo", 8)', "!TypeError('no description')"],
    ['c.call("invoke", 8, "x", (), {})', "!ValueError('out of range')"],
    ['c.call("subs", 8)', "!Exception('cannot subscribe')"],
    ['c.call("unsubs", 8)', /^!ValueError/u],
    ['c.call("unbind", 8)', "None"],
    ['c.call("bind", 10, "shop.desk", "never")', "['attr']"],
    ['c.call("readattr", 10)', /^!Exception\('shop\.desk\.never did not answer within 100 ms'/u],
    ['c.call("bind", 10, "shop.desk", "unsendable")', "['attr']"],
    ['c.call("readattr", 10)', /^!ValueError\(.*deep\[0\]/u],
    ['c.call("bind", 10, "shop.desk", "later")', "['attr']"],
    ['c.call("readattr", 10)', "'later'"],
  ],
  "events arrive as the class that theirs names, or as the one that is always there": [
    ['c.call("bind", 11, "shop.desk", "happened")', "['event']"],
    ['c.call("bind", 12, "shop.desk", "methods")', "['invoke']"],
    ['c.call("unsubs", 11)', /^!ValueError/u],
    ['c.call("subs", 11)', "None"],
    ['c.call("subs", 11)', /^!ValueError/u],
    ['[c.call("invoke", 12, "emit", (name,), {}) for name in ("start", "finish", "placed", "plain", "text")]', /None/u],
    ["c.event()", "(11, ashd.perf.reqstart(id=0, method='GET', time=12.5))"],
    ["c.event()", "(11, ashd.perf.reqfinish(aborted=True, id=4, status='200 OK', time=13.0))"],
    ["c.event()", "(11, pdm.perf.event(order=17, time=2.0))"],
    ["c.event()", "(11, pdm.perf.event(stock=0, time=3.0))"],
    ["c.event()", /^\(11, pdm\.perf\.event\(time=\d+\.\d+, value='hello'\)\)$/u],
    [
      '[c.call("invoke", 12, "emit", (name,), {}) for name in ("map", "error", "form", "reserved", "unsendable", "plain")]',
      /None/u,
    ],
    ["c.event()", /^\(11, pdm\.perf\.event\(stock=1, time=\d+\.\d+\)\)$/u],
    ["c.event()", /^\(11, pdm\.perf\.event\(time=\d+\.\d+, value=ValueError\('disk full',?\)\)\)$/u],
    ["c.event()", "(11, ashd.perf.reqfinish(id=9, time=4))"],
    ["c.event()", /^\(11, pdm\.perf\.event\(pdm_lost=2, time=\d+\.\d+\)\)$/u],
    ["c.event()", "(11, pdm.perf.event(stock=0, time=3.0))"],
    ['c.call("unsubs", 11)', "None"],
    ['c.call("invoke", 12, "emit", ("plain",), {})', "None"],
    ['c.call("readattr", 11)', /^!ValueError/u],
    ["len(c.events)", "0"],
  ],
  "an object may notify from inside its subscription": [
    ['c.call("bind", 13, "shop.desk", "naughty")', "['event']"],
    ['c.call("subs", 13)', "None"],
    ["c.event()", "(13, pdm.perf.event(time=1.0))"],
    ['c.call("unbind", 13)', "None"],
  ],
  "binding an id that is in use replaces it, its subscription too": [
    ['c.call("bind", 14, "shop.desk", "happened")', "['event']"],
    ['c.call("subs", 14)', "None"],
    ['c.call("bind", 14, "shop.desk", "methods")', "['invoke']"],
    ['c.call("invoke", 14, "emit", ("plain",), {})', "None"],
    ["len(c.events)", "0"],
  ],
  "requests may be pipelined, and are answered in order": [
    [
      'c.send(b"".join(c.pack(("bind", id, "shop.desk", "orders")) + c.pack(("readattr", id)) for id in range(20, 90)))',
      "None",
    ],
    ["[c.reply()[1] for _ in range(140)] == [['attr'], 3] * 70", "True"],
  ],
  "ids are whatever integers of 64 bits the client chooses": [
    ['c.call("bind", 2**63, "shop.desk", "orders")', "!TypeError('an id is an integer of at most 64 bits')"],
    [`c.call("bind", -(2**63), "shop.desk", "orders")`, "['attr']"],
    [`c.call("readattr", -(2**63))`, "3"],
  ],
  "a request may be a list": [
    ['c.send(c.pack(["bind", 15, "shop.desk", "orders"]))', "None"],
    ["c.reply()", "('+', ['attr'])"],
  ],
  "what the process is and uses can always be read": [
    [
      '[c.call("bind", 16 + n, "pdm.perf", name) for n, name in enumerate(["sysres", "sysinfo", "sysctl"])]',
      "[['dir'], ['dir'], ['invoke']]",
    ],
    ['c.call("ls", 16)', "['realtime', 'cputime', 'utime', 'stime', 'maxrss', 'rusage']"],
    ['c.call("lookup", 30, 16, "realtime") and 0 < c.call("readattr", 30) < 1000', "True"],
    ['c.call("lookup", 30, 16, "rusage") and c.call("readattr", 30).ru_maxrss > 1000', "True"],
    ['type(c.call("readattr", 30)).__name__', "'struct_rusage'"],
    ['c.call("lookup", 30, 17, "pid") and c.call("readattr", 30)', `${process.pid}`],
    ['c.call("lookup", 30, 17, "hostname") and c.call("readattr", 30)', `'${hostname()}'`],
    ['c.call("lookup", 30, 17, "platform") and c.call("readattr", 30)', "'linux'"],
    ['c.call("lookup", 30, 17, "uname") and type(c.call("readattr", 30)).__name__', "'uname_result'"],
    ['c.call("readattr", 30).sysname', "'Linux'"],
    ['c.call("invoke", 18, "reload", ("os",), {})', /^!AttributeError/u],
    ['c.call("invoke", 18, "exit", ("now",), {})', /^!ValueError/u],
  ],
  "a client that speaks protocol 0 gets uname as a plain tuple": [
    ["setattr(c, 'protocol', 0)", "None"],
    [
      'c.call("bind", 1, "pdm.perf", "sysinfo") and c.call("lookup", 2, 1, "uname") and type(c.call("readattr", 2))',
      "<class 'tuple'>",
    ],
    ["setattr(c, 'protocol', 2)", "None"],
  ],
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5].map((protocol) => [
      `values make the round trip when the client writes protocol ${protocol}`,
      [
        [`setattr(c, "protocol", ${protocol})`, "None"],
        ['c.call("bind", 1, "shop.desk", "methods")', "['invoke']"],
        [
          `(lambda v: c.call("invoke", 1, "show", v, {}) == list(v))((None, True, -1, 2**70, 1.5, "\\u20ac\\ud800", b"\\x00\\xff", (), {None: {1, 2}}))`,
          "True",
        ],
        ['setattr(c, "protocol", 2)', "None"],
      ] as const,
    ]),
  ),
};

for (const [promise, lines] of Object.entries(CONVERSATIONS)) {
  test(promise, async () => {
    for (const [source, expected] of lines) {
      const answer = await python.run(source);
      if (typeof expected === "string") assert.equal(answer, expected, source);
      else assert.match(answer, expected, source);
    }
  });
}

test("exit ends the process at once", async () => {
  const { DaemonProcess } = await import("../fixtures/daemon-process.js");
  await using daemon = await DaemonProcess.start();
  await using client = new PythonClient(daemon.spec);
  await client.run('c.open("perf")');
  await client.run('c.call("bind", 1, "pdm.perf", "sysctl")');
  const exited = new Promise((resolve) => {
    daemon.process.once("exit", resolve);
  });
  assert.match(await client.run('c.call("invoke", 1, "exit", (), {"status": 7})'), /^!EOFError/u);
  assert.equal(await exited, 7);
});

if (isTested(PYTHON2)) {
  test("a Python 2 client with its default protocol reads, calls and hears events", async () => {
    await using old = new PythonClient(listener.spec, PYTHON2.command);
    for (const [source, answer] of [
      ["setattr(c, 'protocol', 0)", "None"],
      ['c.open("perf")', "'+PERF1'"],
      ['c.call("bind", 1, "shop.desk", "orders")', "[u'attr']"],
      ['c.call("readattr", 1)', "3"],
      ['c.call("attrinfo", 1)', "pdm.perf.attrinfo(desc=u'Orders so far.')"],
      ['c.call("bind", 2, "shop.desk", "methods")', "[u'invoke']"],
      [
        'c.call("invoke", 2, "show", (1, 2.5, None, 2**70, (3,)), {"size": "XL"})',
        "[1, 2.5, None, 1180591620717411303424L, (3,), {u'size': u'XL'}]",
      ],
      ['c.call("bind", 3, "no.such", "x")', "!ImportError(u'no module named no.such',)"],
      ['c.call("bind", 4, "shop.desk", "happened")', "[u'event']"],
      ['c.call("subs", 4)', "None"],
      ['c.call("invoke", 2, "emit", ("finish",), {})', "None"],
      ["c.event()", "(4, ashd.perf.reqfinish(aborted=True, id=4, status=u'200 OK', time=13.0))"],
      [
        'c.call("bind", 5, "pdm.perf", "sysinfo") and c.call("lookup", 6, 5, "uname") and type(c.call("readattr", 6))',
        "<type 'tuple'>",
      ],
      ['c.open("repl")', "'+REPL'"],
      ['c.repl("1 + 1")', "('+OK', ['2'])"],
    ] as const) {
      assert.equal(await old.run(source), answer, source);
    }
  });
}
