import { writeAttribute } from "../../session/access.js";
import type { RpcMethod } from "../method.js";
import { decodeFor, encodeFor, encodeWhole, limitValue } from "../value-text.js";
import { ANY_VALUE, OBJECT_NAME } from "./definitions.js";

interface WriteParams {
  readonly name: string;
  readonly value: unknown;
  readonly expected?: unknown;
}

export const WRITE: RpcMethod<WriteParams> = {
  name: "write",
  summary: "Sets the value of an attribute, and tells the one before.",
  params: {
    name: OBJECT_NAME,
    value: ANY_VALUE,
    expected: {
      description:
        "Write only if this is the value now, compared by its JSON text. Nothing comes between where the attribute is read and written synchronously; other writes over this protocol never do.",
    },
  },
  required: ["name", "value"],
  result: { before: { description: "The value before; left out where the attribute's value could not be read." } },
  errors: [
    "ERR_PDM_NO_SUCH_NAME",
    "ERR_PDM_NO_SUCH_INTERFACE",
    "ERR_PDM_READ_ONLY",
    "ERR_PDM_CONFLICT",
    "ERR_PDM_FAILED",
  ],
  run(call, params) {
    const { session, connection } = call.peer;
    const bounds = limitValue(connection.limits);
    const { value, memoryBytes } = decodeFor(connection.limits, params.value, "value");
    const expected =
      "expected" in params
        ? encodeWhole(decodeFor(connection.limits, params.expected, "expected").value, bounds)
        : undefined;
    const isExpected =
      expected === undefined ? undefined : (before: unknown) => encodeWhole(before, bounds) === expected;
    call.withObject(params.name, (object) =>
      writeAttribute(
        session,
        object,
        value,
        { ...call.options, expected: isExpected, argumentBytes: memoryBytes },
        (outcome) =>
          call.conclude(outcome, (written) =>
            "before" in written ? `{"before":${encodeFor(call.peer, written.before, bounds)}}` : "{}",
          ),
      ),
    );
  },
};
