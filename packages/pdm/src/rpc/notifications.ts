import type { RpcNotification } from "./method.js";
import { GREETING, SUBSCRIPTION } from "./methods/members.js";

/** What the server sends of its own accord, beside the messages of streams, which go both ways. */
export const NOTIFICATIONS: readonly RpcNotification[] = [
  { name: "hello", summary: "The greeting, the first line after the hello.", params: GREETING },
  {
    name: "event",
    summary: "An event of an object that is subscribed to.",
    params: {
      subscription: SUBSCRIPTION,
      sequence: {
        type: "integer",
        description:
          "The source's number of the event: what is between two is what a filter left out, was skipped or lost.",
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
      "So many events or samples of a subscription were lost, since the client does not read quickly enough: right before the next one.",
    params: { subscription: SUBSCRIPTION, count: { type: "integer", minimum: 1, description: "Exactly how many." } },
  },
  {
    name: "sample",
    summary: "Values of a sampling.",
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
    summary: "Why the server is about to close the connection; nothing follows.",
    params: { reason: { type: "string", description: "For people." } },
  },
];
