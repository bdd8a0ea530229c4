import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server as HttpServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { test } from "node:test";
import { serve as serveHono } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { observe } from "../../src/http.js";
import { readExchanges, readStatistic, requestsEnded } from "./observed.js";

/** A server with `/fine/ID` that answers 200, `/broken` that throws, and `/hang` that never answers. */
interface Started {
  readonly server: Server;
  close(): unknown;
}

const FRAMEWORKS: Readonly<Record<string, () => Promise<Started>>> = {
  Express: async () => {
    const router = express.Router();
    router.get("/:id", (request, response) => void response.json({ id: request.params.id }));
    const app = express().set("env", "test").use("/fine", router);
    app.get("/broken", () => {
      throw new Error("broken on purpose");
    });
    app.get("/hang", () => undefined);
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    return { server, close: () => server.close() };
  },
  Fastify: async () => {
    const app = fastify();
    app.get("/fine/:id", (request) => Promise.resolve(request.params));
    app.get("/broken", () => Promise.reject(new Error("broken on purpose")));
    app.get("/hang", () => new Promise(() => undefined));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { server: app.server, close: () => app.close() };
  },
  Hono: async () => {
    const app = new Hono();
    app.get("/fine/:id", (context) => context.json({ id: context.req.param("id") }));
    app.onError((_error, context) => context.text("broken", 500));
    app.get("/broken", () => {
      throw new Error("broken on purpose");
    });
    app.get("/hang", () => new Promise<Response>(() => undefined));
    const server = serveHono({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
    await once(server, "listening");
    return { server, close: () => server.close() };
  },
};

for (const [name, start] of Object.entries(FRAMEWORKS)) {
  test(`requests to ${name} are counted as they were sent, errors and aborted ones too`, async () => {
    using _ = observe();
    const started = await start();
    const { server } = started;
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const path of ["/fine/7?q=1", "/nothing", "/broken"]) await (await fetch(base + path)).text();
    const leaving = new AbortController();
    const hanging = fetch(`${base}/hang`, { signal: leaving.signal });
    while (readStatistic("inFlight") !== 1) await new Promise(setImmediate);
    leaving.abort();
    await assert.rejects(hanging);
    await requestsEnded(4);
    assert.deepEqual(
      readExchanges("latest").map(({ url, status, aborted }) => [url, status, aborted]),
      [
        ["/hang", null, true],
        ["/broken", 500, false],
        ["/nothing", 404, false],
        ["/fine/7?q=1", 200, false],
      ],
    );
    (server as HttpServer).closeAllConnections();
    await started.close();
  });
}
