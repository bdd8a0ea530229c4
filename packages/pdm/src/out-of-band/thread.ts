import { timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { OUT_OF_BAND_LIMITS } from "../limits.js";
import { openListener } from "../transport/listener.js";
import type { TransportListener } from "../transport/listener.js";
import { describeThrown } from "../warning.js";
import { UrgentConversation } from "./conversation.js";
import { Interrupts } from "./interrupts.js";
import type { Answer, Holder, Order, Reply, ThreadData, Wish } from "./messages.js";
import { Watchdog } from "./watchdog.js";
import { writeNotice } from "./watchdog-methods.js";

// What the thread beside the main one runs: it answers although the main thread is blocked.

/** Who may ask, by the secret. */
interface Admission {
  readonly socket: number;
  readonly holder: Holder;
  readonly secret: Buffer;
}

const port = parentPort;
const { memory, heartbeat } = workerData as ThreadData;
const listeners = new Map<number, TransportListener>();
const admissions = new Map<string, Admission>();
const interrupts = new Interrupts(memory, (wish: Wish) => port?.postMessage(wish));
const watchdog = new Watchdog(heartbeat, (news) => port?.postMessage(news));
/** Those that are open, oldest first, and whether their clients have shown a secret. */
const connections = new Map<Socket, { readonly conversation: UrgentConversation; isKnown: boolean }>();

async function open(socketNumber: number, spec: Extract<Order, { kind: "open" }>["spec"]): Promise<string> {
  const listener = await openListener(spec, {
    onSocket: (socket) => accept(socketNumber, socket),
    // The next one may be accepted.
    onError: () => undefined,
  });
  listeners.set(socketNumber, listener);
  return listener.spec;
}

function accept(socketNumber: number, socket: Socket): void {
  let stopFollowing: (() => void) | undefined;
  const connection = {
    isKnown: false,
    conversation: new UrgentConversation(socket, {
      findHolder: (secret) => {
        const holder = findHolder(socketNumber, secret);
        connection.isKnown ||= holder !== undefined;
        return holder;
      },
      interrupt: (target) => interrupts.interrupt(target),
      watchdog,
      get watcher() {
        return watchdog.find(socketNumber);
      },
      trust: () => void (connection.isKnown = true),
      follow: () => {
        stopFollowing ??= watchdog.follow((report) => connection.conversation.tell(writeNotice(report)));
      },
    }),
  };
  makeRoom();
  if (connections.size >= OUT_OF_BAND_LIMITS.connections) {
    connection.conversation.refuse(`there are ${OUT_OF_BAND_LIMITS.connections} connections already`);
    return;
  }
  connections.set(socket, connection);
  socket.on("close", () => {
    connections.delete(socket);
    stopFollowing?.();
  });
}

/** Whoever may connect could take all places, and need not have a secret. */
function makeRoom(): void {
  if (connections.size < OUT_OF_BAND_LIMITS.connections) return;
  const all = [...connections];
  // One that has ended its side is most probably gone; that shows when it is answered.
  const [socket, connection] =
    all.find(([, { isKnown }]) => !isKnown) ?? all.find(([, { conversation }]) => conversation.isPeerEnded) ?? [];
  if (socket === undefined) return;
  connections.delete(socket);
  connection?.conversation.refuse("another client takes this place");
}

/** Compares with every secret, in a time that tells nothing of them. */
function findHolder(socketNumber: number, text: string): Holder | undefined {
  const given = Buffer.from(text);
  let found: Holder | undefined;
  for (const { socket, holder, secret } of admissions.values()) {
    if (socket === socketNumber && given.length === secret.length && timingSafeEqual(given, secret)) found = holder;
  }
  return found;
}

async function carryOut(order: Order): Promise<string | undefined> {
  switch (order.kind) {
    case "open":
      return open(order.socket, order.spec);
    case "close":
      listeners.get(order.socket)?.close();
      listeners.delete(order.socket);
      return undefined;
    case "admit":
      admissions.set(order.secret, { ...order, secret: Buffer.from(order.secret) });
      return undefined;
    case "dismiss":
      admissions.delete(order.secret);
      return undefined;
    case "watch":
      watchdog.watch(order.socket, order.everyMs, order.watch);
      return undefined;
  }
}

async function reply(order: Order): Promise<Reply> {
  try {
    const spec = await carryOut(order);
    return { kind: "reply", order: order.order, ...(spec === undefined ? {} : { spec }) };
  } catch (error) {
    return { kind: "reply", order: order.order, failure: describeThrown(error) };
  }
}

port?.on("message", (message: Order | Answer) => {
  if (message.kind === "answer") interrupts.hear(message);
  else void reply(message).then((answer) => port.postMessage(answer));
});
