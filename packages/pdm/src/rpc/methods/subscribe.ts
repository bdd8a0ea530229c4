import { subscribeObject } from "../../session/access.js";
import { EventSubscription } from "../event-subscription.js";
import { compileFilter } from "../field-filter.js";
import type { RpcMethod } from "../method.js";
import { OBJECT_NAME, SUBSCRIPTION } from "./definitions.js";

interface SubscribeParams {
  readonly name: string;
  readonly where?: Readonly<Record<string, unknown>>;
  readonly minIntervalMs?: number;
  readonly latestOnly?: boolean;
}

export const SUBSCRIBE: RpcMethod<SubscribeParams> = {
  name: "subscribe",
  summary: "From the answer on, each event of the object is sent as a notification `event`.",
  params: {
    name: OBJECT_NAME,
    where: {
      type: "object",
      description:
        'What fields of the event must be, such as `{"status": {"minimum": 500}}`: a JSON Schema without `pattern` and `uniqueItems`, or the value itself. Others are not sent.',
    },
    minIntervalMs: {
      type: "integer",
      minimum: 1,
      maximum: 86_400_000,
      description:
        "Milliseconds between two events that are sent, at least. Of those between, the latest is sent in the end, and says how many were skipped.",
    },
    latestOnly: {
      type: "boolean",
      description: "Whether an event that waits here for a slow reader is skipped when a later one comes.",
    },
  },
  required: ["name"],
  result: {
    subscription: SUBSCRIPTION,
    sequence: {
      type: "integer",
      description:
        "The number of the source's last event so far: what comes is above. Left out where the source does not number its events.",
    },
  },
  errors: ["ERR_PDM_NO_SUCH_NAME", "ERR_PDM_NO_SUCH_INTERFACE", "ERR_PDM_FAILED"],
  run(call, { name, where, minIntervalMs, latestOnly }) {
    const { session, connection, subscriptions } = call.peer;
    const filter = where === undefined ? undefined : compileFilter(where, "where");
    call.withObject(name, (target) => {
      const subscription = subscriptions.add(
        where === undefined ? 0 : call.heldBytes,
        (number) => new EventSubscription(connection, number, target, { filter, minIntervalMs, latestOnly }),
      );
      const drop = (): unknown => subscriptions.drop(subscription.number);
      const letGo = subscribeObject(session, target, subscription.listener, call.options, (outcome) => {
        if (outcome.threw) drop();
        call.conclude(outcome, () => {
          const sequence = readSequence(target.object);
          const last = sequence === undefined ? "" : `,"sequence":${sequence}`;
          return `{"subscription":${subscription.number}${last}}`;
        });
      });
      return (
        letGo &&
        (() => {
          letGo();
          drop();
        })
      );
    });
  },
};

/** The number of the last event, where the source counts them, and can tell. */
function readSequence(source: object): number | undefined {
  try {
    const { sequence } = source as { readonly sequence?: unknown };
    return typeof sequence === "number" && Number.isSafeInteger(sequence) ? sequence : undefined;
  } catch {
    return undefined;
  }
}
