import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, lstatSync, mkdirSync, readdirSync, utimesSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { TestContext } from "node:test";
import type { Step } from "./starter.js";
import { leaveDeadSocket, makeFolder, open, probe, readAll, Starter } from "./surroundings.js";

const starters: Starter[] = [];
const endings: Array<() => unknown> = [];
before(async () => {
  const context = { after: (end: () => unknown) => void endings.push(end) };
  starters.push(...(await Promise.all(Array.from({ length: 20 }, () => Starter.start(context)))));
});
after(() => Promise.all(endings.map((end) => end())));

/** Has all starters open `path` at once: whoever did not lose, and did not die. All others must have lost in the right way. */
async function race(racers: readonly Starter[], path: string): Promise<Starter[]> {
  const replies = await Promise.all(racers.map((starter) => starter.ask({ do: "open", spec: path })));
  return racers.filter((_, index) => {
    const reply = replies[index] ?? "killed";
    if (reply === "killed") return false;
    if ("failed" in reply) assert.equal(reply.failed, "ERR_PDM_LISTEN_IN_USE", reply.message);
    return "opened" in reply;
  });
}

test("of 20 processes that start at once over a dead socket exactly one wins, is reached, and leaves nothing else", async (t) => {
  for (let round = 0; round < 25; round++) {
    const folder = makeFolder(t);
    const path = `${folder}/app.sock`;
    await leaveDeadSocket(path);
    const [winner, ...more] = await race(starters, path);
    assert.equal(more.length, 0, "one winner");
    assert.equal(await readAll(path), `${winner?.process.pid}\n`);
    assert.deepEqual(readdirSync(folder), ["app.sock"]);
    await winner?.ask({ do: "close" });
    assert.deepEqual(readdirSync(folder), []);
  }
});

test("of 20 processes that start at once where nothing is exactly one wins", async (t) => {
  for (let round = 0; round < 10; round++) {
    const path = `${makeFolder(t)}/app.sock`;
    const [winner, ...more] = await race(starters, path);
    assert.equal(more.length, 0, "one winner");
    assert.equal(await readAll(path), `${winner?.process.pid}\n`);
    await winner?.ask({ do: "close" });
  }
});

test("none of 20 processes takes the name from a live socket", async (t) => {
  const path = `${makeFolder(t)}/app.sock`;
  const live = await open(path);
  const { ino } = lstatSync(path);
  assert.deepEqual(await race(starters, path), []);
  assert.equal(lstatSync(path).ino, ino);
  assert.equal(await readAll(path), "hello\n");
  live.close();
});

/** The steps of a start over a dead socket, and of one where nothing is; each is a point at which a starter may be killed. */
async function listSteps(t: TestContext, dead: boolean): Promise<readonly Step[]> {
  const path = `${makeFolder(t)}/app.sock`;
  if (dead) await leaveDeadSocket(path);
  const starter = await Starter.start(t);
  return (await starter.open(path)).steps;
}

for (const dead of [true, false]) {
  const where = dead ? "over a dead socket" : "where nothing is";
  test(`a starter killed at any step ${where} hinders no later one, and what it leaves is tidied up`, async (t) => {
    const steps = await listSteps(t, dead);
    assert.ok(steps.length > 4);
    await Promise.all(
      steps.map(async (_, index) => {
        const folder = makeFolder(t);
        const path = `${folder}/app.sock`;
        if (dead) await leaveDeadSocket(path);
        const victim = await Starter.start(t, { killAtStep: index + 1 });
        assert.equal(await victim.ask({ do: "open", spec: path }), "killed");

        const next = await open(path);
        assert.equal(await readAll(path), "hello\n");
        for (const name of readdirSync(folder)) {
          if (name !== "app.sock") utimesSync(join(folder, name), 0, 0);
        }
        next.close();
        (await open(path)).close();
        assert.deepEqual(readdirSync(folder), [], `after being killed before step ${index + 1}`);
      }),
    );
  });
}

test("of 20 starters over a dead socket, six of which are killed on their way, one at most wins, and the name is always there to be had", async (t) => {
  const steps = (await listSteps(t, true)).length;
  for (let round = 0; round < 3; round++) {
    const path = `${makeFolder(t)}/app.sock`;
    await leaveDeadSocket(path);
    const victims = await Promise.all(
      Array.from({ length: 6 }, (_, index) => Starter.start(t, { killAtStep: 1 + ((index * 3 + round) % steps) })),
    );
    // A victim may be killed after it won: then its socket is dead again, and those who had lost by then had rightly lost.
    const winners = await race([...victims, ...starters.slice(6)], path);
    assert.ok(winners.length <= 1, `${winners.length} winners`);
    const reached = await probe(path);
    assert.equal(reached, winners.length === 1 ? undefined : "ECONNREFUSED");
    if (winners[0] === undefined) (await open(path)).close();
    else {
      assert.equal(await readAll(path), `${winners[0].process.pid}\n`);
      await winners[0].ask({ do: "close" });
    }
    assert.equal(existsSync(path), false);
  }
});

test("a lock whose holder lives is respected; the error says what to look for", async (t) => {
  const folder = makeFolder(t);
  const path = `${folder}/app.sock`;
  await leaveDeadSocket(path);
  const { ino } = lstatSync(path);
  mkdirSync(`${folder}/.pdm~lock`, { mode: 0o700 });
  const holder = createServer().listen(`${folder}/.pdm~lock/abcdef`);
  t.after(() => holder.close());
  await once(holder, "listening");
  await assert.rejects(open(path), { code: "ERR_PDM_LISTEN_IN_USE", message: /\.pdm~lock$/ });
  assert.equal(lstatSync(path).ino, ino);
  assert.deepEqual(readdirSync(folder).toSorted(), [".pdm~lock", "app.sock"]);
});
