import { BulkReader, encodeItems } from "../bulk-reader.js";
import type { RpcCall } from "../call.js";
import { listAttributes } from "../attribute-names.js";
import type { RpcMethod } from "../method.js";
import type { WantedLimits } from "../value-text.js";
import { NAME_OR_GLOBS, SIZE_LIMITS } from "./definitions.js";

interface ReadManyParams {
  readonly names: string | readonly string[];
  readonly limits?: WantedLimits;
}

export const READ_MANY: RpcMethod<ReadManyParams> = {
  name: "readMany",
  summary:
    "The values of many attributes, each with an outcome of its own: one that fails or is late is an error among the values of the others.",
  params: { names: NAME_OR_GLOBS, limits: SIZE_LIMITS },
  required: ["names"],
  result: {
    items: {
      type: "array",
      items: {
        type: "object",
        properties: {
          name: { type: "string", description: "Of the attribute." },
          value: { description: "Its value, in the form of [JSON values](json-values.md)." },
          error: { type: "object", description: "In its place: what a single `read` would have failed with." },
        },
      },
      description:
        "In the order asked for; what a glob matches in the order in which it is listed. A name stands once.",
    },
  },
  run(call, params) {
    void answer(call, params);
  },
};

async function answer(call: RpcCall, { names, limits }: ReadManyParams): Promise<void> {
  try {
    const all = await listAttributes(call, names);
    const reader = new BulkReader(call.peer, limits, true, (bytes) => call.charge(bytes));
    call.follow(() => reader.stop());
    const items = await reader.read(all, call.leftMs);
    call.succeed(`{"items":${encodeItems(items)}}`);
  } catch (error) {
    call.fail(error);
  }
}
