import { event } from "../objects/declared-event.js";
import type { EventChannel } from "../objects/event-channel.js";
import { AshdRequestFinished, AshdRequestStarted } from "./ashd-event.js";
import type { Exchange } from "./exchange.js";
import { createRequestEvent, RequestFinished, RequestStarted } from "./request-event.js";
import { Statistics } from "./statistics.js";

/** Gets each exchange at its begin and its end, whatever the protocol; counts it, and tells of it where somebody listens. */
export class Recorder {
  readonly statistics: Statistics = new Statistics();
  readonly requests: EventChannel<RequestStarted | RequestFinished> = createRequestEvent();
  readonly ashdRequests: EventChannel<AshdRequestStarted | AshdRequestFinished> = event({
    description: "The same as ashd-wsgi tells of it.",
  });

  begin(exchange: Exchange): void {
    this.statistics.begin();
    if (this.requests.hasSubscribers) {
      exchange.startEvent = new RequestStarted(exchange);
      this.requests.notify(exchange.startEvent);
    }
    if (this.ashdRequests.hasSubscribers) {
      exchange.ashdStartEvent = new AshdRequestStarted(exchange);
      this.ashdRequests.notify(exchange.ashdStartEvent);
    }
  }

  /** Takes an exchange of which all is known but the duration. A finish is told only where the start was. */
  end(exchange: Exchange): void {
    this.statistics.end(exchange);
    const { startEvent, ashdStartEvent } = exchange;
    // The log keeps the exchange.
    exchange.startEvent = undefined;
    exchange.ashdStartEvent = undefined;
    if (startEvent !== undefined && this.requests.hasSubscribers) {
      this.requests.notify(new RequestFinished(startEvent, exchange));
    }
    if (ashdStartEvent !== undefined && this.ashdRequests.hasSubscribers) {
      this.ashdRequests.notify(new AshdRequestFinished(ashdStartEvent, exchange));
    }
  }
}
