import { readAttribute } from "../../session/access.js";
import type { RpcMethod } from "../method.js";
import { enterPath } from "../value-path.js";
import { encodeFor, encodeRestFor, limitValue } from "../value-text.js";
import type { WantedLimits } from "../value-text.js";
import { ANY_VALUE, OBJECT_NAME, SIZE_LIMITS } from "./definitions.js";

interface ReadParams {
  readonly name: string;
  readonly path?: readonly (string | number)[];
  readonly from?: number;
  readonly limits?: WantedLimits;
}

export const READ: RpcMethod<ReadParams> = {
  name: "read",
  summary: "The value of an attribute now, or the part of it at the end of a path.",
  params: {
    name: OBJECT_NAME,
    path: {
      type: "array",
      items: { type: ["string", "integer"] },
      maxItems: 100,
      description: "Members of objects, indexes of lists and keys of Maps, outermost first.",
    },
    from: {
      type: "integer",
      minimum: 0,
      description:
        "Where to begin in it: items, entries, UTF-16 units of a string, bytes. So a large value can be read piece by piece, though nothing is kept for it.",
    },
    limits: SIZE_LIMITS,
  },
  required: ["name"],
  result: { value: ANY_VALUE },
  errors: ["ERR_PDM_NO_SUCH_NAME", "ERR_PDM_NO_SUCH_INTERFACE", "ERR_PDM_FAILED"],
  run(call, { name, path, from, limits }) {
    const { peer } = call;
    call.withObject(name, (object) =>
      readAttribute(peer.session, object, call.options, (outcome) =>
        call.conclude(outcome, (whole) => {
          const value = path === undefined ? whole : enterPath(whole, path);
          const bounds = limitValue(peer.session.limits, limits);
          const text = from === undefined ? encodeFor(peer, value, bounds) : encodeRestFor(peer, value, from, bounds);
          return `{"value":${text}}`;
        }),
      ),
    );
  },
};
