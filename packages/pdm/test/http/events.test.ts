import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { observe } from "../../src/http.js";
import { StartEvent } from "../../src/index.js";
import { findRequests, ListeningServer, readStatistic, requestsEnded } from "./observed.js";

test("each request is a start and a finish with one id", async () => {
  using _ = observe();
  const events: Readonly<Record<string, unknown>>[] = [];
  findRequests().subscribe((event) => events.push(Object.fromEntries(Object.entries(event))));
  await using server = await ListeningServer.start(
    createServer((_request, response) => response.writeHead(404).end("no")),
  );
  const url = `${server.url}/path?page=2&token=secret`;
  await (await fetch(url, { headers: { authorization: "Basic x" } })).text();
  await requestsEnded(1);
  const [start, finish] = events;
  assert.equal(events.length, 2);
  const shown = "/path?page=2&token=***";
  const { id, time, remotePort, ...started } = start ?? {};
  assert.equal(typeof id, "number");
  assert.equal(typeof remotePort, "number");
  assert.ok(Math.abs(Number(time) - Date.now() / 1_000) < 60);
  assert.deepEqual(started, {
    method: "GET",
    url: shown,
    host: `127.0.0.1:${server.port}`,
    scheme: "http",
    httpVersion: "1.1",
    remoteAddress: "127.0.0.1",
  });
  const { time: _time, durationMs, bytesReceived, bytesSent, ...finished } = finish ?? {};
  assert.deepEqual(finished, { id, aborted: false, method: "GET", url: shown, status: 404 });
  for (const measured of [durationMs, bytesReceived, bytesSent]) assert.ok(Number(measured) > 0);
});

test("ashd.perf.requests has the fields of ashd-wsgi, by the names of its classes", async () => {
  using _ = observe();
  const events: object[] = [];
  findRequests("ashd.perf").subscribe((event) => events.push(event));
  await using server = await ListeningServer.start(createServer((_request, response) => response.end()));
  await fetch(`${server.url}/a%20path?token=secret&page=1`, { method: "POST", body: "x" });
  await requestsEnded(1);
  const [start, finish] = events as [Record<string, unknown>, Record<string, unknown>];
  assert.deepEqual(
    events.map((event) => (event.constructor as typeof StartEvent).pythonClass),
    ["ashd.perf.reqstart", "ashd.perf.reqfinish"],
  );
  const { id, time, remoteport, script_path: scriptPath, icpu, ...started } = start;
  assert.deepEqual(started, {
    method: "POST",
    uri: "/a%20path?token=***&page=1",
    host: `127.0.0.1:${server.port}`,
    script_uri: "",
    pathinfo: "/a path",
    querystring: "token=***&page=1",
    remoteaddr: "127.0.0.1",
    scheme: "http",
  });
  assert.deepEqual([typeof time, typeof icpu, scriptPath], ["number", "number", process.argv[1]]);
  assert.match(String(remoteport), /^\d+$/u);
  assert.deepEqual(Object.keys(finish).toSorted(), ["aborted", "cputime", "id", "status", "time"]);
  assert.deepEqual([finish["id"], finish["aborted"], finish["status"]], [id, false, "200 OK"]);
  assert.ok(Number(finish["cputime"]) >= 0);
});

test("a path that cannot be decoded is told as it came", async () => {
  using _ = observe();
  const events: { readonly pathinfo?: string }[] = [];
  findRequests("ashd.perf").subscribe((event) => events.push(event as { pathinfo?: string }));
  await using server = await ListeningServer.start(createServer((_request, response) => response.end()));
  await fetch(`${server.url}/%ff`);
  await requestsEnded(1);
  assert.equal(events[0]?.pathinfo, "/%ff");
});

test("nobody subscribed, no event is made", async () => {
  using _ = observe();
  await using server = await ListeningServer.start(createServer((_request, response) => response.end()));
  const before = new StartEvent().id;
  for (let count = 0; count < 3; count++) await fetch(server.url);
  await requestsEnded(3);
  // Each start takes the next id.
  assert.equal(new StartEvent().id, before + 1);
});

test("whoever subscribes while a request goes on is not told of its end, having not been told of its start", async () => {
  using _ = observe();
  let waiting: ServerResponse | undefined;
  await using server = await ListeningServer.start(createServer((_request, response) => (waiting = response)));
  const answered = fetch(server.url);
  while (waiting === undefined) await new Promise(setImmediate);
  const events: object[] = [];
  findRequests().subscribe((event) => events.push(event));
  waiting.end();
  await answered;
  await requestsEnded(1);
  assert.deepEqual(events, []);
});

test("a listener that throws harms neither the request nor the count", async () => {
  using _ = observe();
  findRequests().subscribe(() => {
    throw new Error("thrown on purpose");
  });
  await using server = await ListeningServer.start(createServer((_request, response) => response.end("fine")));
  assert.equal(await (await fetch(server.url)).text(), "fine");
  await requestsEnded(1);
  assert.equal(readStatistic("count"), 1);
});
