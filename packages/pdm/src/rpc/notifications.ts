import type { RpcNotification } from "./method.js";
import { GREETING, SUBSCRIPTION } from "./methods/members.js";

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
    name: "bye",
    summary: "Why the server closes the connection now. Nothing follows.",
    params: { reason: { type: "string", description: "In words, for people." } },
  },
];
