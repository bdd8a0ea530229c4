// A small JSON service on node:http, watched in one of several ways or not at all.
import { once } from "node:events";
import { createServer } from "node:http";
import { serveControl } from "./control.mjs";

/** @import { IncomingMessage, ServerResponse } from "node:http" */

/** @typedef {"nothing" | "listen" | "pdm/http" | "pdm/http and listen" | "prom-client"} Watch */

const BODY = JSON.stringify({ product: "tea", priceCents: 650, stock: 12 });

/**
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 */
function answer(request, response) {
  request.resume();
  response.writeHead(200, { "content-type": "application/json", "content-length": BODY.length });
  response.end(BODY);
}

/** @returns {Promise<typeof answer>} the handler with a histogram and a counter around it, as its documentation has it */
async function watchWithPromClient() {
  const { Counter, Histogram } = await import("prom-client");
  const labelNames = /** @type {const} */ (["method", "route", "code"]);
  const durations = new Histogram({ name: "http_request_duration_seconds", help: "Duration of requests", labelNames });
  const requests = new Counter({ name: "http_requests_total", help: "Requests", labelNames });
  return (request, response) => {
    const end = durations.startTimer();
    response.on("finish", () => {
      const labels = { method: request.method ?? "", route: "/products/tea", code: response.statusCode };
      end(labels);
      requests.inc(labels);
    });
    answer(request, response);
  };
}

serveControl({
  /**
   * @param {{ watch: Watch, path: string }} options
   * @returns {Promise<number>} the port on the loopback address
   */
  async start({ watch, path }) {
    if (watch.startsWith("pdm/http")) {
      const { observe } = await import("pdm/http");
      observe();
    }
    if (watch.endsWith("listen")) {
      const { listen } = await import("pdm");
      await listen(path);
    }
    // Between two samples a connection is idle for longer than Node would keep it.
    const keepAliveTimeout = 600_000;
    const server = createServer({ keepAliveTimeout }, watch === "prom-client" ? await watchWithPromClient() : answer);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    return address !== null && typeof address === "object" ? address.port : 0;
  },
});
