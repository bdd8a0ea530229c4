import { readAttribute, resolveName } from "../../session/access.js";
import type { RpcMethod } from "../method.js";
import { enterPath } from "../value-path.js";
import { encodeFor, limitValue } from "../value-text.js";
import type { WantedLimits } from "../value-text.js";
import { ANY_VALUE, OBJECT_NAME, SIZE_LIMITS } from "./members.js";

interface ReadParams {
  readonly name: string;
  readonly path?: readonly (string | number)[];
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
    limits: SIZE_LIMITS,
  },
  required: ["name"],
  result: { value: ANY_VALUE },
  errors: ["ERR_PDM_NO_SUCH_NAME", "ERR_PDM_NO_SUCH_INTERFACE", "ERR_PDM_FAILED"],
  run(call, { name, path, limits }) {
    const { session, connection } = call.peer;
    call.target = name;
    call.follow(
      resolveName(session, name, call.options, (resolved) => {
        if (resolved.threw) {
          call.fail(resolved.error);
          return;
        }
        call.follow(
          readAttribute(session, resolved.value, call.options, (outcome) => {
            if (outcome.threw) {
              call.fail(outcome.error);
              return;
            }
            call.succeedWith(() => {
              const value = path === undefined ? outcome.value : enterPath(outcome.value, path);
              return `{"value":${encodeFor(call.peer, value, limitValue(connection.limits, limits))}}`;
            });
          }),
        );
      }),
    );
  },
};
