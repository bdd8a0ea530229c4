// All rows, in the order in which they are measured and shown.
import { connect } from "./rows/connect.mjs";
import { events } from "./rows/events.mjs";
import { http } from "./rows/http.mjs";
import { inFlight } from "./rows/in-flight.mjs";
import { listen } from "./rows/listen.mjs";
import { bulkRead, describe } from "./rows/many.mjs";
import { notify } from "./rows/notify.mjs";
import { repl, replNew } from "./rows/repl.mjs";
import { replOpen } from "./rows/repl-open.mjs";
import { roundTrip } from "./rows/round-trip.mjs";
import { standing } from "./rows/standing.mjs";
import { stream } from "./rows/stream.mjs";

/** @import { Row } from "./row.mjs" */

/** @type {readonly Row[]} */
export const ROWS = [
  roundTrip,
  inFlight,
  bulkRead,
  describe,
  stream,
  connect,
  events,
  notify,
  repl,
  replNew,
  replOpen,
  listen,
  standing,
  http,
];
