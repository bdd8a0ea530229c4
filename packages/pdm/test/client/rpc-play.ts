import assert from "node:assert/strict";
import { connect, type Client, type ConnectOptions, type RemoteObject } from "../../src/client.js";
import { startScriptedServer, type Peer, type ScriptedServer } from "./scripted-server.js";

/** A request or a notification as the server sees it. */
export interface RpcMessage {
  readonly id?: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export const GREETING = {
  rpc: 1,
  server: { name: "pdm", version: "9.8.7" },
  process: { pid: 42, startedAt: "2026-11-25T12:00:00.000Z", title: "shop", node: "v24.1.0", build: null },
  session: 7,
  role: "operator",
  rights: ["inspect"],
  capabilities: ["read", "write", "a thing of the future"],
  limits: { frameBytes: 1_048_576, requestTimeoutMs: 30_000, maxRequestTimeoutMs: 600_000 },
};

/** The server's side of `rpc` on one connection, which a test plays by hand. */
export class RpcPeer {
  readonly peer: Peer;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** The next message, whatever it is; undefined where the client closed first. */
  async next(): Promise<RpcMessage | undefined> {
    const line = await this.peer.line();
    if (line === undefined) return undefined;
    const { jsonrpc, ...message } = JSON.parse(line) as RpcMessage & { jsonrpc: string };
    assert.equal(jsonrpc, "2.0");
    return message;
  }

  /** The next message, which must be of that method; returns its id and its parameters. */
  async expect(method: string): Promise<{ id: number; params: Readonly<Record<string, unknown>> }> {
    const message = await this.next();
    assert.equal(message?.method, method);
    return { id: message?.id ?? -1, params: message?.params ?? {} };
  }

  /** Answers the next message, which must be of that method; returns its parameters. */
  async answer(method: string, result: unknown): Promise<Readonly<Record<string, unknown>>> {
    const { id, params } = await this.expect(method);
    this.reply(id, result);
    return params;
  }

  reply(id: number, result: unknown): void {
    this.send({ id, result });
  }

  fail(id: number, code: string, more: object = {}, message: string = "no"): void {
    this.send({ id, error: { code: -32_000, message, data: { code, ...more } } });
  }

  notify(method: string, params: unknown): void {
    this.send({ method, params });
  }

  /** Sends a message as one line. */
  send(message: object): void {
    this.peer.send(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }
}

/** Says hello as a server of `rpc` does. */
export async function greet(peer: Peer, greeting: object = GREETING): Promise<RpcPeer> {
  peer.send("+PDM1\n");
  assert.equal(await peer.line(), "rpc");
  peer.send("+RPC1\n");
  const rpc = new RpcPeer(peer);
  rpc.notify("hello", greeting);
  return rpc;
}

/** A client, and the server that a test plays. */
export interface RpcPlay extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly client: Client;
  readonly rpc: RpcPeer;
  /** A handle that speaks all interfaces; the server has been asked for it. */
  find(name?: string): Promise<RemoteObject>;
}

/** Without a claim, unless the options say something else: then the first message is the first request. */
export async function startRpcPlay(options: ConnectOptions = {}, greeting: object = GREETING): Promise<RpcPlay> {
  const server = await startScriptedServer();
  const [client, rpc] = await Promise.all([
    connect(server.spec, { claim: false, ...options }),
    server.accept().then((peer) => greet(peer, greeting)),
  ]);
  return {
    server,
    client,
    rpc,
    async find(name = "shop.thing") {
      const finding = client.find(name);
      await rpc.answer("describe", {
        hash: "h",
        objects: [{ name, interfaces: ["dir", "attr", "invoke", "event"] }],
      });
      return finding;
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
