// Where one is, alone or with others, and how one comes back, as seen in a real terminal.
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import path from "node:path";
import { describe, test } from "node:test";
import { createFolder } from "./program-run.js";
import { useShop } from "./shop.js";
import { NO_TMUX } from "./tmux.js";

const use = useShop();

describe("the prompt", { skip: NO_TMUX }, () => {
  for (const [name, role, style, what] of [
    ["shop", "admin", "red bold", "red where the role can change things"],
    ["blind", "operator", "red bold", "red for a lesser role that can, too"],
    ["look", "viewer", "green bold", "not red where it can only look"],
  ] as const) {
    test(`says which service it is, its process and the role, and is ${what}`, async () => {
      await using pane = await use.shop.open([use.shop.specOf(name)]);
      const { prompt, styleOf } = await pane.expectPrompt();
      assert.equal(prompt, `${name}[${use.shop.pid}] ${role}> `);
      assert.equal(styleOf(prompt.trim()), style);
    });
  }

  test("has no colours where none are wanted", async () => {
    await using pane = await use.shop.open(["--no-color", use.shop.spec]);
    await pane.run("[1]");
    const { prompt, styleOf } = await pane.expectPrompt();
    assert.deepEqual([prompt.trim(), "[ 1 ]"].map(styleOf), ["", ""]);
  });

  test("who may only look sees values, and is refused what would change one", async () => {
    await using pane = await use.shop.open([use.shop.specOf("look")]);
    assert.match((await pane.expectPrompt()).text, /the role viewer may look only/);
    assert.equal(await pane.run("cart.items.size + 1"), "2");
    assert.match(await pane.run("cart.add('looked')"), /^Refused: it would change something/);
    assert.equal(await pane.run("cart.items.has('looked')"), "false");
    assert.match(await pane.run("new Uint8Array(250)"), /\n {2}\[99\]: 0\n {2}… 150 more$/);
  });

  test("who may only look is told that there is no session to leave, to share, or to go through values in", async () => {
    await using pane = await use.shop.open([use.shop.specOf("look")]);
    for (const line of [".session foo", ".session", ".sessions", ".inspect cart", ".inspect", ".output on", ".more"]) {
      assert.match(
        await pane.run(line),
        /^the role viewer has no session here: it may only look at expressions$/,
        line,
      );
    }
    assert.match(await pane.run(".look cart"), /^Cart \{items: Map\(1\)\}/);
    assert.equal(await pane.run("6 * 7"), "42");
    await pane.press("C-d");
    assert.equal(await pane.end(), 0);
  });

  test("who may only look is told so where a session is wished for", async () => {
    await using pane = await use.shop.tmux.openRepl(["--session", "foo", use.shop.specOf("look")]);
    assert.equal(await pane.end(), 1);
    await pane.expect(/the role viewer has no session here: it may only look at expressions\n/);
  });

  test("who may only look does so in a worker thread too", async () => {
    await using pane = await use.shop.open([use.shop.specOf("look")]);
    const number = /\n +(\d+) {2}worker/.exec(await pane.run(".thread"))?.[1] ?? "";
    await pane.run(`.thread ${number}`);
    assert.match(await pane.run("process.pid === 0"), /^false/);
    await pane.run(".thread main");
    assert.equal(await pane.run("cart.items.size"), "1");
  });
});

describe("a session with a name", { skip: NO_TMUX }, () => {
  test("is taken up again, with its variables, after its terminal was lost", async () => {
    const args = ["--session", "lost", use.shop.spec];
    {
      await using first = await use.shop.open(args);
      await first.run("let mine = { a: 1 }");
    }
    await using second = await use.shop.open(args);
    assert.match((await second.expectPrompt()).text, /session lost taken up/);
    assert.equal(await second.run("mine"), "{ a: 1 }");
  });

  test("is listed, and entered from another", async () => {
    await using one = await use.shop.open(["--session", "listed", use.shop.spec]);
    await one.run("let mine = 5");
    await using other = await use.shop.open();
    assert.match(await other.run(".sessions"), /^ {2}listed {2}since \S+, 1 commands, 1 in it$/m);
    await other.run(".session listed");
    assert.equal(await other.run("mine"), "5");
  });

  test("is shared by two terminals: each sees what the other types, and what comes of it", async () => {
    await using one = await use.shop.open(["--session", "shared", use.shop.spec]);
    await using two = await use.shop.open(["--session", "shared", use.shop.spec]);
    await one.expect(/\n\(client \d+ came into the session\)\n%$/);
    assert.match((await two.expectPrompt()).text, /session shared taken up, 1 other is in it/);
    // What is being typed stays where it is.
    await two.typeOut("half a");
    assert.equal(await one.run("both = [1, 2]"), "[ 1, 2 ]");
    await two.expect(/\nclient (\d+)> both = \[1, 2\]\nclient \1: \[ 1, 2 \]\n% half a$/);
    await two.press("C-u");
    assert.equal(await two.run("both.length"), "2");
    await one.expect(/\nclient \d+> both\.length\nclient \d+: 2\n%$/);
  });
});

describe("a question of the session's code", { skip: NO_TMUX }, () => {
  test("that is open where one goes into the session is answered there", async () => {
    await using one = await use.shop.open(["--session", "asking", use.shop.spec]);
    await one.typeOut("await ask('who?')");
    await one.press("Enter");
    await one.expect(/\nwho\?$/);
    await using other = await use.shop.open();
    await other.typeOut(".session asking");
    await other.press("Enter");
    await other.expect(/session asking taken up[^]*\nwho\?$/);
    await other.type("bob");
    await other.press("Enter");
    await one.expect(/\n'bob'\n%$/);
    await other.expect(/\nclient \d+: 'bob'\n%$/);
  });

  test("comes before the next command, where its own does not wait for the answer", async () => {
    await using pane = await use.shop.open();
    await pane.typeOut("var asked = ask('what?')");
    await pane.press("Enter");
    await pane.expect(/\nwhat\?$/);
    await pane.type("this");
    await pane.press("Enter");
    await pane.expect(/\nwhat\? this\n%$/);
    assert.equal(await pane.run("await asked"), "'this'");
  });

  test("of the main thread is answered there, also while one is in another", async () => {
    await using one = await use.shop.open(["--session", "main", use.shop.spec]);
    await using other = await use.shop.open();
    await one.run("let begun = new Promise((resolve) => (globalThis.begin = resolve))");
    await one.run("let asked = begun.then(() => ask('who?'))");
    const number = /\n +(\d+) {2}worker/.exec(await one.run(".thread"))?.[1] ?? "";
    await one.run(`.thread ${number}`);
    await other.run("begin()");
    await one.expect(/\nwho\?$/);
    await one.type("bob");
    await one.press("Enter");
    await one.expectPrompt();
    await one.run(".thread main");
    assert.equal(await one.run("await asked"), "'bob'");
  });
});

describe("a worker thread", { skip: NO_TMUX }, () => {
  const WHERE = "require('node:worker_threads').threadId";

  test("is listed, entered and left by .thread", async () => {
    await using pane = await use.shop.open();
    const list = await pane.run(".thread");
    assert.match(list, /^\* main {2}main.*\n +(\d+) {2}worker-thread\.js$/);
    const number = /\d+/.exec(list)?.[0] ?? "";
    await pane.run(`.thread ${number}`);
    assert.equal((await pane.expectPrompt()).prompt, `shop[${use.shop.pid}]/${number} admin> `);
    assert.equal(await pane.run(WHERE), number);
    assert.equal(await pane.run("pdm.worker.answer"), "42");
    await pane.run(".thread main");
    assert.equal(await pane.run(WHERE), "0");
  });

  test("is entered from another, and the main thread's session stays as it was", async () => {
    await using pane = await use.shop.open();
    const { text } = await pane.expectPrompt();
    const session = /session (\S+)/.exec(text)?.[1] ?? "";
    await using other = await use.shop.open();
    const first = /\n +(\d+) {2}worker/.exec(await pane.run(".thread"))?.[1] ?? "";
    const second = await other.run("await startWorker()");
    await pane.run("let mine = 5");
    for (const number of [first, second]) {
      await pane.run(`.thread ${number}`);
      assert.equal(await pane.run(WHERE), number);
    }
    await pane.run(".thread main");
    assert.equal(await pane.run("mine"), "5");
    // Left from within a thread, it ends with the program.
    await pane.run(`.thread ${second}`);
    assert.match(await other.run(".sessions"), new RegExp(`^  ${session}  `, "m"));
    await pane.press("C-d");
    assert.equal(await pane.end(), 0);
    assert.doesNotMatch(await other.run(".sessions"), new RegExp(`^  ${session}  `, "m"));
    await other.run("await endWorker()");
  });

  test("that ends sends one back to the main thread, and the program ends as always", async () => {
    await using pane = await use.shop.open();
    await using other = await use.shop.open();
    const number = await other.run("await startWorker()");
    await pane.run("let mine = 6");
    await pane.run(`.thread ${number}`);
    await other.run("await endWorker()");
    await pane.expect(/\nthread \d+ is gone \([^)]+\); back in the main thread\n[^]*\n%$/);
    assert.equal(await pane.run("mine"), "6");
    await pane.press("C-d");
    assert.equal(await pane.end(), 0);
  });

  test("is where --thread begins", async () => {
    await using main = await use.shop.open();
    const number = /\n +(\d+) {2}worker/.exec(await main.run(".thread"))?.[1] ?? "";
    await using pane = await use.shop.open(["--thread", number, use.shop.spec]);
    assert.match((await pane.expectPrompt()).text, new RegExp(`, thread ${number}, `));
    assert.equal(await pane.run(WHERE), number);
  });
});

/** A way to the service that can be cut. */
class Line implements AsyncDisposable {
  readonly spec = path.join(createFolder(), "line.sock");
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;

  private constructor(target: string) {
    this.#server = net.createServer((socket) => {
      const other = net.connect(target);
      for (const [one, to] of [
        [socket, other],
        [other, socket],
      ] as const) {
        this.#sockets.add(one);
        one.on("error", () => {});
        one.on("close", () => {
          this.#sockets.delete(one);
          to.destroy();
        });
        one.pipe(to);
      }
    });
  }

  static async open(target: string): Promise<Line> {
    const line = new Line(target);
    line.#server.listen(line.spec);
    await once(line.#server, "listening");
    return line;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, "close");
  }
}

describe("a dropped connection", { skip: NO_TMUX }, () => {
  test("says so and offers to reconnect, which takes the session up with what was being typed", async () => {
    await using line = await Line.open(use.shop.spec);
    await using pane = await use.shop.open([line.spec]);
    await pane.run("let mine = { a: 1 }");
    await pane.typeOut("mine.a + ");
    line.cut();
    await pane.expect(/\nconnection lost \([^)]+\)\. Reconnect\? \[Y\/n\]$/);
    await pane.press("Enter");
    await pane.expect(/\n\(its variables are there again\)\n% mine\.a \+$/);
    await pane.type("41");
    await pane.press("Enter");
    await pane.expect(/\n% mine\.a \+ 41\n42\n%$/);
  });

  test("while a command runs says so too, and its variables are there afterwards", async () => {
    await using line = await Line.open(use.shop.spec);
    await using pane = await use.shop.open([line.spec]);
    await use.shop.begin(pane, "var begun = 1; running(); await new Promise(() => {})");
    line.cut();
    await pane.expect(/\nconnection lost \([^)]+\)\. Reconnect\? \[Y\/n\]$/);
    await pane.press("Enter");
    await pane.expect(/\(its variables are there again\)\n%$/);
    // What ran before goes on in the session, as its only command.
    await pane.run(".interrupt");
    await pane.expect(/client \d+: Uncaught Interrupted: the command was stopped;/);
    assert.equal(await pane.run("begun"), "1");
  });

  test("whoever does not want it again leaves with status 1", async () => {
    await using line = await Line.open(use.shop.spec);
    await using pane = await use.shop.open([line.spec]);
    line.cut();
    await pane.expect(/Reconnect\? \[Y\/n\]$/);
    await pane.type("n");
    await pane.press("Enter");
    assert.equal(await pane.end(), 1);
  });
});
