import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as sendRequest } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { observe } from "../../src/http.js";
import { HTTP_LIMITS } from "../../src/limits.js";
import { ListeningServer, readExchanges, readLatest, readStatistic, requestsEnded } from "./observed.js";

function serve(listener: RequestListener): Promise<ListeningServer> {
  return ListeningServer.start(createServer(listener));
}

/** Sends text on a connection of its own, and leaves as soon as it has seen `enough`. */
async function sendAndLeave(port: number, text: string, enough: (received: string) => boolean): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.write(text);
  for await (const chunk of socket) {
    received += String(chunk);
    if (enough(received)) break;
  }
  socket.destroy();
}

test("requests are counted by status, and none is in flight when all have ended", async () => {
  using _ = observe();
  await using server = await serve((request, response) => {
    response.statusCode = Number(request.url?.slice(1));
    response.end("body");
  });
  for (const status of [200, 200, 404, 500]) await (await fetch(`${server.url}/${status}`)).text();
  await requestsEnded(4);
  assert.deepEqual(
    readStatistic("byStatus"),
    new Map([
      ["200", 2],
      ["404", 1],
      ["500", 1],
    ]),
  );
  assert.equal(readStatistic("aborted"), 0);
});

test("a request is in flight until its response has ended", async () => {
  using _ = observe();
  const arrived: ServerResponse[] = [];
  await using server = await serve((_request, response) => void arrived.push(response));
  const [first, second] = [fetch(server.url), fetch(server.url)];
  while (arrived.length < 2) await new Promise(setImmediate);
  assert.equal(readStatistic("inFlight"), 2);
  arrived[0]?.end();
  await first.then((response) => response.text()).catch(() => undefined);
  arrived[1]?.end();
  await Promise.all([first, second]);
  await requestsEnded(2);
});

test("a server that listened before the observation began is observed too", async () => {
  await using server = await serve((_request, response) => response.end());
  await fetch(server.url);
  using _ = observe();
  await fetch(server.url);
  await requestsEnded(1);
});

test("the bytes of requests and responses on one connection add up, headers and bodies", async () => {
  using _ = observe();
  await using server = await serve((request, response) =>
    request.resume().on("end", () => response.end("y".repeat(100_000))),
  );
  const socket = connect(server.port, "127.0.0.1");
  let received = 0;
  socket.on("data", (chunk) => (received += chunk.length));
  const text = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n${"x".repeat(50_000)}`;
  for (const count of [1, 2]) {
    socket.write(text);
    await requestsEnded(count);
  }
  socket.end();
  await once(socket, "close");
  assert.deepEqual(readStatistic("bytes"), { received: 2 * text.length, sent: received });
  for (const exchange of readExchanges("latest")) {
    assert.deepEqual([exchange.bytesReceived, exchange.bytesSent], [text.length, received / 2]);
  }
});

const ABORTED: readonly (readonly [what: string, status: number | null, listener: RequestListener])[] = [
  ["before the response began", null, () => undefined],
  ["after the headers", 202, (_, response) => response.writeHead(202).flushHeaders()],
  ["within a chunked body", 200, (_, response) => void response.write("part")],
  [
    "within a large body that was handed over as a whole",
    200,
    (_, response) => void response.end(Buffer.alloc(50_000_000)),
  ],
];

for (const [what, status, listener] of ABORTED) {
  test(`a client that leaves ${what} makes an aborted request with the status that it was sent`, async () => {
    using _ = observe();
    let arrived = false;
    await using server = await serve((request, response) => {
      listener(request, response);
      arrived = true;
    });
    if (status === null) {
      const socket = connect(server.port, "127.0.0.1");
      socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      while (!arrived) await new Promise(setImmediate);
      socket.destroy();
    } else {
      await sendAndLeave(server.port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", (text) =>
        text.includes(`HTTP/1.1 ${status}`),
      );
    }
    await requestsEnded(1);
    assert.equal(readStatistic("aborted"), 1);
    assert.deepEqual(readStatistic("byStatus"), new Map([[status === null ? null : String(status), 1]]));
    assert.equal(readLatest().aborted, true);
  });
}

test("a response that the service itself breaks off is an aborted request", async () => {
  using _ = observe();
  await using server = await serve((_request, response) => {
    response.write("part");
    setImmediate(() => response.destroy());
  });
  await assert.rejects(fetch(server.url).then((response) => response.text()));
  await requestsEnded(1);
  assert.equal(readStatistic("aborted"), 1);
});

test("pipelined requests end each for itself, and those that still wait when the client leaves are aborted", async () => {
  using _ = observe();
  let hanging = 0;
  await using server = await serve((request, response) => {
    if (request.url === "/hang") hanging += 1;
    else response.end("ok");
  });
  const socket = connect(server.port, "127.0.0.1");
  const paths = ["/one", "/two", "/hang", "/behind"];
  socket.write(paths.map((target) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`).join(""));
  while (readStatistic("count") !== 2 || hanging === 0) await new Promise(setImmediate);
  assert.equal(readStatistic("inFlight"), 2);
  socket.destroy();
  await requestsEnded(4);
  const ended = readExchanges("latest").toReversed();
  assert.deepEqual(
    ended.map(({ url, aborted }) => [url, aborted]),
    [
      ["/one", false],
      ["/two", false],
      ["/hang", true],
      ["/behind", true],
    ],
  );
});

test("an upgraded request is not counted, and the server goes on as if it were not observed", async () => {
  using _ = observe();
  const server = createServer((_request, response) => response.end());
  server.on("upgrade", (_request, socket) => {
    socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  });
  await using listening = await ListeningServer.start(server);
  const upgrade = sendRequest({ port: listening.port, headers: { connection: "upgrade", upgrade: "websocket" } });
  upgrade.end();
  await once(upgrade, "upgrade");
  await fetch(listening.url);
  await requestsEnded(1);
});

test("HEAD, 204 and 304 end as any other, and a refused expectation is counted with its status", async () => {
  using _ = observe();
  await using server = await serve((request, response) => {
    if (request.method === "PUT") response.statusCode = 204;
    if (request.method === "OPTIONS") response.statusCode = 304;
    response.end();
  });
  for (const method of ["HEAD", "PUT", "OPTIONS"]) await fetch(server.url, { method });
  await sendAndLeave(server.port, "GET / HTTP/1.1\r\nHost: x\r\nExpect: nonsense\r\n\r\n", (text) =>
    text.includes("417"),
  );
  await requestsEnded(4);
  const expected = [
    ["200", 1],
    ["204", 1],
    ["304", 1],
    ["417", 1],
  ] as const;
  assert.deepEqual(readStatistic("byStatus"), new Map(expected));
});

test("what the latest exchanges say was really sent, also headers that went to writeHead", async () => {
  using _ = observe();
  await using server = await serve((_request: IncomingMessage, response: ServerResponse) => {
    response.setHeader("X-Set", "1");
    response.writeHead(201, { "X-Written": "2", "Content-Length": "2" }).end("ok");
  });
  await (await fetch(`${server.url}/path?page=2`, { method: "PUT", headers: { "X-Asked": "3" } })).text();
  await requestsEnded(1);
  const { requestHeaders, responseHeaders, time, durationMs, ...rest } = readLatest();
  assert.equal(requestHeaders.get("x-asked"), "3");
  assert.equal(responseHeaders.get("x-set"), "1");
  assert.equal(responseHeaders.get("x-written"), "2");
  assert.ok(Math.abs(time - Date.now() / 1_000) < 60);
  assert.ok(durationMs > 0);
  const { bytesReceived: _received, bytesSent: _sent, ...named } = rest;
  assert.deepEqual(named, {
    method: "PUT",
    url: "/path?page=2",
    httpVersion: "1.1",
    scheme: "http",
    remoteAddress: "127.0.0.1",
    status: 201,
    aborted: false,
  });
});

test("the status that counts is the one that was sent, whatever is set afterwards", async () => {
  using _ = observe();
  await using server = await serve((request, response) => {
    response.statusCode = 201;
    response.statusMessage = "Made";
    response.flushHeaders();
    response.statusCode = request.url === "/number" ? 500 : ("nonsense" as unknown as number);
    response.end();
  });
  for (const target of ["/number", "/text"]) await (await fetch(server.url + target)).text();
  await requestsEnded(2);
  assert.deepEqual(readStatistic("byStatus"), new Map([["201", 2]]));
});

test("of a response that was cut off nobody says how much was sent", async () => {
  using _ = observe();
  await using server = await serve((_request, response) => response.end(Buffer.alloc(50_000_000)));
  await sendAndLeave(server.port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", (text) => text.includes("200 OK"));
  await requestsEnded(1);
  assert.equal(readLatest().bytesSent, null);
  assert.equal((readStatistic("bytes") as { sent: number }).sent, 0);
});

test("connections whose listeners the service removes are forgotten when there are many", async () => {
  using _ = observe();
  await using server = await serve((request, response) => {
    if (request.url === "/end") {
      response.end();
      return;
    }
    request.socket.removeAllListeners("close");
    request.socket.destroy();
  });
  for (let count = 0; count < 100; count++) await fetch(server.url).catch(() => undefined);
  await fetch(`${server.url}/end`);
  assert.ok(Number(readStatistic("inFlight")) < 70, String(readStatistic("inFlight")));
});

test("of very many headers, and very long ones, a part is shown", async () => {
  using _ = observe();
  await using server = await serve((_request, response) => response.end());
  const long = `X-Long: ${"v".repeat(2_000)}\r\n`;
  const head = `GET /${"u".repeat(5_000)} HTTP/1.1\r\nHost: x\r\n${long}${"a:\r\n".repeat(900)}\r\n`;
  await sendAndLeave(server.port, head, (text) => text.includes("200 OK"));
  await requestsEnded(1);
  const { url, requestHeaders } = readLatest();
  assert.equal(url.length, HTTP_LIMITS.shownUrlCharacters + 1);
  assert.equal(requestHeaders.get("x-long"), `${"v".repeat(HTTP_LIMITS.shownHeaderCharacters)}…`);
  assert.equal(requestHeaders.get("a")?.length, HTTP_LIMITS.shownHeaders - 2);
});

test("on a Unix socket there is no remote address", async () => {
  using _ = observe();
  const folder = mkdtempSync(path.join(tmpdir(), "pdm-http-"));
  const socketPath = path.join(folder, "http.sock");
  const server = createServer((_request, response) => response.end()).listen(socketPath);
  await once(server, "listening");
  const [response] = (await once(sendRequest({ socketPath }).end(), "response")) as [IncomingMessage];
  response.resume();
  await requestsEnded(1);
  assert.equal(readLatest().remoteAddress, null);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});
