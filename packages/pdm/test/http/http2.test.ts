import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, createSecureServer, sensitiveHeaders } from "node:http2";
import type { ClientHttp2Session, ServerHttp2Stream } from "node:http2";
import { createServer as createHttpsServer, request as sendHttps } from "node:https";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { duplexPair } from "node:stream";
import { test } from "node:test";
import { observe } from "../../src/http.js";
import { CERTIFICATE } from "./certificate.js";
import { ListeningServer, readExchanges, readLatest, readStatistic, requestsEnded } from "./observed.js";

/** One request, read to its end; the status. */
async function get(client: ClientHttp2Session, path: string, method: string = "GET"): Promise<number> {
  const stream = client.request({ ":path": path, ":method": method });
  const [headers] = (await once(stream, "response")) as [{ ":status": number }];
  stream.resume();
  await once(stream, "close");
  return headers[":status"];
}

async function withClient(url: string, use: (client: ClientHttp2Session) => Promise<void>): Promise<void> {
  const client = connect(url, { rejectUnauthorized: false });
  client.on("stream", (pushed) => pushed.resume());
  try {
    await use(client);
  } finally {
    client.destroy();
  }
}

test("requests of a server over TCP are counted by status without being told of the server", async () => {
  using _ = observe();
  await using server = await ListeningServer.start(
    createServer((request, response) => {
      response.writeHead(Number(request.url.slice(1)), { "x-answer": "yes" }).end("body");
    }),
  );
  await withClient(server.url, async (client) => {
    for (const status of [200, 404, 200]) assert.equal(await get(client, `/${status}`), status);
    await requestsEnded(3);
  });
  assert.deepEqual(
    readStatistic("byStatus"),
    new Map([
      ["200", 2],
      ["404", 1],
    ]),
  );
  const { method, url, httpVersion, scheme, status, aborted, remoteAddress, responseHeaders } = readLatest();
  assert.deepEqual(
    { method, url, httpVersion, scheme, status, aborted, remoteAddress },
    {
      method: "GET",
      url: "/200",
      httpVersion: "2.0",
      scheme: "http",
      status: 200,
      aborted: false,
      remoteAddress: "127.0.0.1",
    },
  );
  assert.equal(responseHeaders.get("x-answer"), "yes");
  const bytes = readStatistic("bytes") as { received: number; sent: number };
  assert.ok(bytes.received > 0 && bytes.sent > 0, "bytes are counted");
});

test("a server that listened before the observation began is observed from the next connection on", async () => {
  await using server = await ListeningServer.start(createServer((_request, response) => response.end()));
  using _ = observe();
  await withClient(server.url, async (client) => {
    await get(client, "/");
    await requestsEnded(1);
  });
});

test("a server that was given as well counts each request once", async () => {
  using _ = observe();
  const server = createServer((_request, response) => response.end());
  using _again = observe(server);
  observe(server).stop();
  await using listening = await ListeningServer.start(server);
  await withClient(listening.url, async (client) => {
    for (let count = 1; count <= 3; count++) {
      await get(client, "/");
      await requestsEnded(count);
    }
  });
});

test("a server that is fed by hand is observed where it was given", async () => {
  const server = createServer((_request, response) => response.end("fed"));
  using _ = observe(server);
  const [here, there] = duplexPair();
  server.emit("connection", there);
  const client = connect("http://fed", { createConnection: () => here });
  assert.equal(await get(client, "/"), 200);
  await requestsEnded(1);
  client.destroy();
});

test("over TLS, HTTP/2 and the HTTP/1 that it falls back to are both counted", async () => {
  using _ = observe();
  await using server = await ListeningServer.start(
    createSecureServer({ ...CERTIFICATE, allowHTTP1: true }, (_request, response) => response.end("ok")),
  );
  await withClient(`https://127.0.0.1:${server.port}`, async (client) => {
    await get(client, "/two");
  });
  await getByHttps(server.port, "/one");
  await requestsEnded(2);
  assert.deepEqual(
    readExchanges("latest")
      .map(({ url, httpVersion, scheme }) => [url, httpVersion, scheme])
      .toSorted(([one = ""], [other = ""]) => one.localeCompare(other)),
    [
      ["/one", "1.1", "https"],
      ["/two", "2.0", "https"],
    ],
  );
});

test("requests of node:https are counted", async () => {
  using _ = observe();
  await using server = await ListeningServer.start(
    createHttpsServer(CERTIFICATE, (_request, response) => response.end("ok")),
  );
  await getByHttps(server.port, "/");
  await requestsEnded(1);
  assert.equal(readLatest().scheme, "https");
  const { received, sent } = readStatistic("bytes") as { received: number; sent: number };
  assert.ok(received > 0 && sent > 0, "bytes are counted");
});

test("what the server pushes is no request", async () => {
  using _ = observe();
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.pushStream({ ":path": "/pushed" }, (_error, pushed) => {
      pushed.respond();
      pushed.end("pushed");
      stream.respond({ ":status": 200 });
      stream.end("asked");
    });
  });
  await using listening = await ListeningServer.start(server);
  await withClient(listening.url, async (client) => {
    await get(client, "/asked");
    await requestsEnded(1);
  });
  assert.equal(readLatest().url, "/asked");
});

const ABORTED: readonly (readonly [what: string, status: string | null, path: string])[] = [
  ["before the response began", null, "/hang"],
  ["within the response", "200", "/part"],
];
for (const [what, status, path] of ABORTED) {
  for (const how of ["cancels the request", "leaves"]) {
    test(`a client that ${how} ${what} makes an aborted request`, async () => {
      using _ = observe();
      let onArrival: () => void = () => undefined;
      const arrival = new Promise<void>((resolve) => (onArrival = resolve));
      await using server = await ListeningServer.start(
        createServer((request, response) => {
          if (request.url === "/part") response.write("part");
          onArrival();
        }),
      );
      await withClient(server.url, async (client) => {
        const stream = client.request({ ":path": path });
        stream.on("error", () => undefined);
        await (status === null ? arrival : once(stream, "response"));
        if (how === "leaves") client.destroy();
        else stream.close(8);
        await requestsEnded(1);
      });
      assert.equal(readStatistic("aborted"), 1);
      assert.deepEqual(readStatistic("byStatus"), new Map([[status, 1]]));
    });
  }
}

const GIVEN_UP: Readonly<Record<string, (stream: ServerHttp2Stream) => void>> = {
  "a stream": (stream) => stream.destroy(),
  "a connection": (stream) => stream.session?.destroy(),
};
for (const [what, give] of Object.entries(GIVEN_UP)) {
  test(`${what} that the service destroys at once is an aborted request`, async () => {
    using _ = observe();
    const server = createServer();
    server.on("stream", give);
    await using listening = await ListeningServer.start(server);
    await withClient(listening.url, async (client) => {
      client.on("error", () => undefined);
      client.request({ ":path": "/" }).on("error", () => undefined);
      await requestsEnded(1);
    });
    assert.equal(readStatistic("aborted"), 1);
  });
}

test("a tunnel is no request", async () => {
  using _ = observe();
  const server = createServer({ settings: { enableConnectProtocol: true } });
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.respond({ ":status": 200 });
    stream.end();
  });
  await using listening = await ListeningServer.start(server);
  await withClient(listening.url, async (client) => {
    await once(client, "remoteSettings");
    const tunnel = client.request({
      ":method": "CONNECT",
      ":protocol": "websocket",
      ":path": "/ws",
      ":authority": "x",
    });
    await once(tunnel.resume(), "close");
    await get(client, "/");
    await requestsEnded(1);
  });
  assert.equal(readLatest().url, "/");
});

test("a header that the service says is sensitive is masked", async () => {
  using _ = observe();
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.respond({ ":status": 200, "x-plain": "geheim", [sensitiveHeaders]: ["x-plain"] });
    stream.end();
  });
  await using listening = await ListeningServer.start(server);
  await withClient(listening.url, async (client) => {
    await get(client, "/");
    await requestsEnded(1);
  });
  assert.equal(readLatest().responseHeaders.get("x-plain"), "***");
  assert.equal(readLatest().requestHeaders.has(":path"), false);
});

test("a service that refuses listeners on its server is not harmed", async () => {
  using _ = observe();
  const server = createServer((_request, response) => response.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.on("newListener", () => {
    throw new Error("thrown on purpose");
  });
  await withClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, async (client) => {
    assert.equal(await get(client, "/"), 200);
  });
  server.removeAllListeners("newListener");
  server.close();
});

test("a stream that the service resets after its headers is an aborted request", async () => {
  using _ = observe();
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => undefined);
    stream.respond({ ":status": 200 });
    stream.close(2);
  });
  await using listening = await ListeningServer.start(server);
  await withClient(listening.url, async (client) => {
    client.request({ ":path": "/" }).on("error", () => undefined);
    await requestsEnded(1);
  });
  assert.equal(readStatistic("aborted"), 1);
});

async function getByHttps(port: number, path: string): Promise<void> {
  const request = sendHttps({ port, path, rejectUnauthorized: false }).end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  await once(response.resume(), "end");
}
