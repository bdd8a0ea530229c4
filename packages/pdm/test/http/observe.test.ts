import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, get } from "node:http";
import type { IncomingMessage } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { Socket } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readClockMs } from "../../src/clock.js";
import { observe } from "../../src/http.js";
import { Exchange } from "../../src/http/exchange.js";
import { ExchangeLog } from "../../src/http/exchange-log.js";
import { expose, ValueAttribute } from "../../src/index.js";
import { findModule } from "../../src/objects/registry.js";
import { HTTP_LIMITS } from "../../src/limits.js";
import { ListeningServer, readExchanges, readStatistic, requestsEnded } from "./observed.js";

test("the observation ends, and its objects go, with the last of those who asked for it", () => {
  const [one, other] = [observe(), observe()];
  one.stop();
  one.stop();
  assert.ok(findModule("pdm.http") !== undefined);
  other.stop();
  assert.equal(findModule("pdm.http"), undefined);
  assert.equal(findModule("ashd.perf"), undefined);
});

test("a request that goes on when the observation ends is not counted by the next", async () => {
  const first = observe();
  let finish: () => void = () => undefined;
  await using server = await ListeningServer.start(
    createServer((request, response) => {
      if (request.url === "/long") finish = () => response.end();
      else response.end();
    }),
  );
  const long = fetch(`${server.url}/long`);
  while (readStatistic("inFlight") !== 1) await new Promise(setImmediate);
  first.stop();
  using _ = observe();
  finish();
  await long;
  await fetch(server.url);
  await requestsEnded(1);
});

test("an observation that has ended leaves nothing on connections and servers", async () => {
  const sockets = new Set<Socket>();
  await using server = await ListeningServer.start(
    createServer((request, response) => {
      sockets.add(request.socket);
      response.end();
    }),
  );
  const http2 = createHttp2Server();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (): Promise<void> => {
    const [response] = (await once(get(server.url, { agent }), "response")) as [IncomingMessage];
    await once(response.resume(), "end");
  };
  await ask();
  const count = (): number[] => [...sockets].map((socket) => socket.listenerCount("close"));
  const before = count();
  for (let round = 0; round < 3; round++) {
    using _ = observe(http2);
    await ask();
    await requestsEnded(1);
  }
  assert.deepEqual(count(), before);
  assert.equal(http2.listenerCount("stream"), 0);
  assert.equal(http2.listenerCount("close"), 0);
  agent.destroy();
});

test("several copies of the package in one process count each request once", async () => {
  using _ = observe();
  const copy = mkdtempSync(path.join(import.meta.dirname, "copy-"));
  try {
    cpSync(fileURLToPath(new URL("../../src", import.meta.url)), copy, { recursive: true });
    const other = (await import(pathToFileURL(path.join(copy, "http.js")).href)) as { observe: typeof observe };
    using _other = other.observe();
    await using server = await ListeningServer.start(createServer((_request, response) => response.end()));
    await fetch(server.url);
    await requestsEnded(1);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test("where the service has taken one of the names, observing fails and leaves nothing behind", () => {
  for (const module of ["pdm.http", "ashd.perf"]) {
    using _taken = expose(module, { statistics: new ValueAttribute(1) });
    assert.throws(() => observe(), { code: "ERR_PDM_EXPOSE" });
    assert.equal(findModule("pdm.http")?.has("requests") ?? false, false);
  }
  observe().stop();
});

test("what is no server is refused with advice", () => {
  for (const wrong of [null, 1, {}, "server"]) {
    assert.throws(() => observe(wrong as never), { code: "ERR_PDM_HTTP_SERVER", message: /a server of node:http2/u });
  }
  assert.equal(findModule("pdm.http"), undefined);
});

test("secrets in headers and in the URL are masked, the rest is shown", async () => {
  using _ = observe();
  await using server = await ListeningServer.start(
    createServer((_request, response) => {
      response.setHeader("Set-Cookie", ["a=1", "b=2"]);
      response.setHeader("Location", "/next?code=geheim&page=1");
      response.end();
    }),
  );
  const headers = { authorization: "Bearer geheim", cookie: "a=geheim", "x-api-key": "geheim", "x-request-id": "17" };
  await fetch(`${server.url}/path?access_token=geheim&page=1`, { headers });
  await requestsEnded(1);
  for (const name of ["latest", "slowest"] as const) {
    const [{ url, requestHeaders, responseHeaders } = assert.fail()] = readExchanges(name);
    assert.equal(url, "/path?access_token=***&page=1");
    for (const secret of ["authorization", "cookie", "x-api-key"]) assert.equal(requestHeaders.get(secret), "***");
    assert.equal(requestHeaders.get("x-request-id"), "17");
    assert.deepEqual(responseHeaders.get("set-cookie"), ["***", "***"]);
    assert.equal(responseHeaders.get("location"), "/next?code=***&page=1");
    assert.doesNotMatch(JSON.stringify([url, ...requestHeaders, ...responseHeaders]), /geheim/u);
  }
});

test("of many exchanges the latest and the slowest are kept, and no more", async () => {
  using _ = observe();
  await using server = await ListeningServer.start(
    createServer((request, response) => {
      if (request.url !== "/slow") response.end();
      else setTimeout(() => response.end(), 100);
    }),
  );
  await fetch(`${server.url}/slow`);
  const total = HTTP_LIMITS.latestExchanges + 10;
  for (let index = 1; index < total; index++) {
    await fetch(`${server.url}/${index}`);
    // Fewer than what is kept of a second.
    await delay(1_000 / HTTP_LIMITS.latestPerSecond);
  }
  await requestsEnded(total);
  const latest = readExchanges("latest").map(({ url }) => url);
  assert.equal(latest.length, HTTP_LIMITS.latestExchanges);
  assert.deepEqual([latest[0], latest.at(-1)], [`/${total - 1}`, "/10"]);
  const slowest = readExchanges("slowest");
  assert.equal(slowest.length, HTTP_LIMITS.slowestExchanges);
  assert.equal(slowest[0]?.url, "/slow");
  const durations = slowest.map(({ durationMs }) => durationMs);
  assert.deepEqual(
    durations,
    durations.toSorted((one, other) => other - one),
  );
});

test("of a flood of exchanges a part is kept as the latest, and the flood goes on", () => {
  const log = new ExchangeLog();
  const peer = { scheme: "http", address: null, port: null } as const;
  const startMs = readClockMs();
  for (let index = 0; index < 10_000; index++) {
    const exchange = new Exchange("GET", `/${index}`, "1.1", [], peer);
    exchange.durationMs = 1;
    log.add(exchange, startMs + index / 10);
  }
  const kept = log.listLatest().map(({ url }) => Number(url.slice(1)));
  assert.equal(kept.length, HTTP_LIMITS.latestExchanges);
  assert.deepEqual(
    kept,
    kept.toSorted((one, other) => other - one),
  );
  // The second that the flood took brought no more than allowed, so the kept ones reach back half of it.
  const [last = 0, first = 0] = [kept[0], kept.at(-1)];
  assert.ok(last > 9_800 && last - first > 4_000, `from ${first} to ${last}`);
});

test("every attribute says what it means, and durations and rates of nothing are no numbers made up", () => {
  using _ = observe();
  for (const module of ["pdm.http", "ashd.perf"]) {
    const directory = findModule(module)?.get("statistics") as { list(): string[]; lookup(name: string): object };
    for (const name of directory.list()) {
      const attribute = directory.lookup(name) as { describe(): { description: string } };
      assert.match(attribute.describe().description, /\.$/u, name);
    }
  }
  const nothing = {
    count: 0,
    mean: null,
    min: null,
    p50: null,
    p90: null,
    p95: null,
    p99: null,
    p999: null,
    max: null,
  };
  assert.deepEqual(readStatistic("durations"), nothing);
  assert.deepEqual(readStatistic("recentDurations"), nothing);
  assert.deepEqual(readStatistic("rates"), { "10s": 0, "1m": 0, "5m": 0 });
});
