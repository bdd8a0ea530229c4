import type { Server } from "node:http";
import type { Http2SecureServer, Http2Server } from "node:http2";
import type { Server as HttpsServer } from "node:https";
import { isDisabled } from "../disabled.js";
import { PdmError } from "../errors.js";
import { exposeHttp } from "./expose-http.js";
import { Http1Observer } from "./http1-observer.js";
import { Http2Observer, isHttp2Server } from "./http2-observer.js";
import type { AnyHttp2Server } from "./http2-observer.js";
import { Recorder } from "./recorder.js";

/** A server that {@link observe} takes. */
export type ObservableServer = Server | HttpsServer | Http2Server | Http2SecureServer;

/** What `observe` returns. */
export interface HttpObservation extends Disposable {
  /**
   * Ends the observation, and takes its objects back, when whoever else called `observe` in this process has ended theirs
   * too. A second call does nothing.
   */
  stop(): void;
}

/** The process's one observer, as every copy of this package in it sees it. */
interface SharedObserver {
  users: number;
  observeServer(server: AnyHttp2Server): void;
  stop(): void;
}

const OBSERVER_KEY = Symbol.for("pdm.http.v1");

/**
 * Counts and reports every HTTP request that this process's servers get from now on, as `pdm.http.statistics` and
 * `pdm.http.requests`, and as `ashd.perf` for programs written for `ashd-wsgi`. Not counted: upgraded requests (WebSocket),
 * `CONNECT`, what HTTP/2 servers push, and what is no HTTP at all.
 *
 * Servers of `node:http` and `node:https` are observed wherever they are made, whatever the framework, also those that listen
 * already. So are servers of `node:http2`; but before Node 22.17 (and 24.2) there are no diagnostics channels for them: there
 * they are observed from the next connection on that they accept from the network, and one that has its connections already, or
 * is fed by hand (`server.emit("connection", stream)`), must be given here.
 *
 * With `PDM_DISABLE=1` in the environment it does nothing.
 *
 * @param server an HTTP/2 server to be observed even where Node does not tell of it; any other server changes nothing
 * @throws PdmError `ERR_PDM_HTTP_SERVER` for what is no server, `ERR_PDM_EXPOSE` where the service has exposed something else
 * under these names; then nothing is observed that was not before
 */
export function observe(server?: ObservableServer): HttpObservation {
  if (isDisabled()) return { stop: doNothing, [Symbol.dispose]: doNothing };
  if (server !== undefined && typeof (server as Partial<ObservableServer> | null)?.listen !== "function") {
    throw new PdmError(
      "ERR_PDM_HTTP_SERVER",
      "observe() takes a server of node:http2, or nothing to observe all of the process",
    );
  }
  const observer = openObserver();
  observer.users += 1;
  if (isHttp2Server(server)) observer.observeServer(server);

  let stopped = false;
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    observer.users -= 1;
    if (observer.users === 0) observer.stop();
  };
  return { stop, [Symbol.dispose]: stop };
}

function doNothing(): void {}

function openObserver(): SharedObserver {
  const holder = globalThis as { [OBSERVER_KEY]?: SharedObserver };
  const known = holder[OBSERVER_KEY];
  if (known !== undefined) return known;

  const recorder = new Recorder();
  const exposure = exposeHttp(recorder);
  const http1 = new Http1Observer(recorder);
  const http2 = new Http2Observer(recorder);
  const observer: SharedObserver = {
    users: 0,
    observeServer: (server) => http2.observe(server),
    stop: () => {
      delete holder[OBSERVER_KEY];
      exposure.withdraw();
      http1.stop();
      http2.stop();
    },
  };
  try {
    // Not enumerable: the service's own walks over its globals must not meet it.
    Object.defineProperty(globalThis, OBSERVER_KEY, { value: observer, configurable: true });
  } catch (error) {
    exposure.withdraw(); // the service has frozen its globals
    throw error;
  }
  http1.start();
  http2.start();
  return observer;
}
