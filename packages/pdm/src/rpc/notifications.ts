import type { RpcNotification } from "./method.js";
import { GREETING, REPL_SESSION, SUBSCRIPTION } from "./methods/definitions.js";

/** What the server sends of its own accord, beside the messages of streams, which go both ways. */
export const NOTIFICATIONS: readonly RpcNotification[] = [
  { name: "hello", summary: "The greeting: the first message on the connection.", params: GREETING },
  {
    name: "event",
    summary: "An event of an object that is subscribed to.",
    params: {
      subscription: SUBSCRIPTION,
      sequence: {
        type: "integer",
        description:
          "The source's number of the event; where it numbers none, the subscription's. Numbers between two events are of those that a filter left out, that were skipped, or that were lost.",
      },
      time: { type: "number", description: "When it was told, in seconds since the epoch." },
      skipped: {
        type: "integer",
        description: "Events left out before it, as `minIntervalMs` and `latestOnly` wish; left out where none were.",
      },
      value: { description: "What happened, in the form of JSON values." },
    },
  },
  {
    name: "lost",
    summary:
      "So many events or samples of a subscription were lost, mostly since the client does not read quickly enough. Comes right before the next one.",
    params: {
      subscription: SUBSCRIPTION,
      count: { type: "integer", minimum: 1, description: "Exactly how many." },
      skipped: {
        type: "integer",
        description:
          "Events that were left out before those, as `minIntervalMs` and `latestOnly` wish; left out where none were.",
      },
    },
  },
  {
    name: "sample",
    summary: "The values that one round of a sampling read.",
    params: {
      subscription: SUBSCRIPTION,
      time: { type: "number", description: "When they had been read, in seconds since the epoch." },
      skipped: {
        type: "integer",
        description: "Samples left out before it, since reading took too long; left out where none were.",
      },
      items: { type: "array", items: { type: "object" }, description: "As in the answer to `readMany`." },
    },
  },
  {
    name: "repl.event",
    summary:
      "Something happened in a session of the REPL that this client is in. Events are lost, the oldest first, where it does not read; what came of its own commands never is.",
    params: {
      session: REPL_SESSION,
      event: {
        type: "object",
        description: "What happened, by its `kind`; clients ignore kinds that they do not know.",
        properties: {
          kind: {
            enum: ["output", "daemon", "question", "answered", "input", "result", "joined", "left", "lost", "ended"],
            description:
              "`output`: the session's code printed; `daemon`: the service did, as `repl.follow` asked; `question`: the code waits for `repl.answer`; `answered`: it waits no more; `input`: another client's command begins; `result`: what came of it; `joined`, `left`: another client; `lost`: so many events before the next one; `ended`: the session, and nothing follows.",
          },
          stream: { enum: ["stdout", "stderr", "log"], description: "Of `output` and `daemon`." },
          text: { type: "string", description: "What was printed, or is asked." },
          lost: { type: "integer", description: "Of `daemon`: what was left out before it." },
          question: { type: "integer", description: "Its number." },
          client: { type: "integer", description: "Whose it is, by the number in `pdm.sessions`." },
          source: { type: "string", description: "Of `input`." },
          outcome: { type: "object", description: "Of `result`: as in the answer to `repl.evaluate`." },
          others: { type: "integer", description: "How many are in the session beside this client." },
          count: { type: "integer", description: "Of `lost`." },
          reason: { type: "string", description: "Of `ended`." },
        },
      },
    },
  },
  {
    name: "bye",
    summary: "Why the server closes the connection now. Nothing follows.",
    params: { reason: { type: "string", description: "In words, for people." } },
  },
];
