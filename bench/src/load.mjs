// A variant that is a server and a client, in processes of their own.

/** @import { Peer } from "./peer.mjs" */
/** @import { Work } from "./programs/repeat.mjs" */
/** @import { NodeSetting, Stage } from "./stage.mjs" */
/** @import { Subject, Variant } from "./row.mjs" */

/**
 * @typedef {object} Load
 * @property {string} name
 * @property {string} server a program of `programs/`, told `path`, a socket's, and what follows
 * @property {object} [serverOptions]
 * @property {(path: string) => NodeSetting} [serverNode] what the server's Node.js is told
 * @property {string} client a program of `programs/`, told `path`, and what the server answered as `port`, and what follows
 * @property {object} [clientOptions]
 * @property {number} [deliveries] that an operation leads to
 */

/**
 * The figures of a load: how fast, and what it costs on either side.
 *
 * @param {"timeUs" | "perSecond"} speed one after the other it is a time, together a rate
 * @param {string} operation what one is called
 */
export function describeLoad(speed, operation) {
  return {
    ...(speed === "timeUs"
      ? { timeUs: { label: `time a ${operation}`, unit: "µs" } }
      : { perSecond: { label: `${operation}s`, unit: "/s" } }),
    serverCpuUs: { label: "server CPU", unit: "µs" },
    clientCpuUs: { label: "client CPU", unit: "µs" },
  };
}

/**
 * @param {Load} load
 * @returns {Variant} its samples also have `deliveryCpuUs`: server CPU a delivery
 */
export function makeLoad({ name, server, serverOptions, serverNode, client, clientOptions, deliveries = 1 }) {
  /** @param {Stage} stage @returns {Promise<Subject>} */
  const start = async (stage) => {
    const path = stage.makeSocketPath();
    const serverPeer = stage.start(server, serverNode?.(path));
    const port = await serverPeer.request("start", { path, ...serverOptions });
    const clientPeer = stage.start(client);
    await clientPeer.request("start", { path, port, ...clientOptions });
    return {
      sample: (durationMs) => sampleLoad(serverPeer, clientPeer, durationMs, deliveries),
      memory: () => serverPeer.request("memory"),
      usage: () => serverPeer.request("usage"),
    };
  };
  return { name, start };
}

/**
 * @param {Peer} server
 * @param {Peer} client
 * @param {number} durationMs
 * @param {number} deliveries
 */
async function sampleLoad(server, client, durationMs, deliveries) {
  const serverBefore = await server.request("usage");
  const clientBefore = await client.request("usage");
  /** @type {Work} */
  const { operations, elapsedMs } = await client.request("run", durationMs);
  const clientAfter = await client.request("usage");
  const serverAfter = await server.request("usage");
  const serverCpuUs = (serverAfter.cpuUs - serverBefore.cpuUs) / operations;
  return {
    timeUs: (elapsedMs / operations) * 1000,
    perSecond: (operations / elapsedMs) * 1000,
    serverCpuUs,
    deliveryCpuUs: serverCpuUs / deliveries,
    clientCpuUs: (clientAfter.cpuUs - clientBefore.cpuUs) / operations,
  };
}
