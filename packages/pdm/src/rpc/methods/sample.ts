import { listAttributes } from "../attribute-names.js";
import type { RpcCall } from "../call.js";
import type { RpcMethod } from "../method.js";
import { Sampling } from "../sampling.js";
import type { WantedLimits } from "../value-text.js";
import { NAME_OR_GLOBS, SIZE_LIMITS, SUBSCRIPTION } from "./definitions.js";

interface SampleParams {
  readonly names: string | readonly string[];
  readonly everyMs: number;
  readonly onChange?: boolean;
  readonly limits?: WantedLimits;
}

export const SAMPLE: RpcMethod<SampleParams> = {
  name: "sample",
  summary:
    "Reads attributes here every so often, and sends their values as notifications `sample`, the first at once. What globs match is found now.",
  params: {
    names: NAME_OR_GLOBS,
    everyMs: {
      type: "integer",
      minimum: 1,
      maximum: 86_400_000,
      description: "Milliseconds; the server's `minSampleMs` where that is more.",
    },
    onChange: { type: "boolean", description: "Whether only what has changed is sent, and nothing where nothing has." },
    limits: SIZE_LIMITS,
  },
  required: ["names", "everyMs"],
  result: {
    subscription: SUBSCRIPTION,
    everyMs: { type: "integer", description: "Milliseconds from one sample to the next." },
    count: { type: "integer", description: "Attributes in a sample." },
  },
  run(call, params) {
    void answer(call, params);
  },
};

/** What a name costs that is sampled, with the digest of its value, beside its characters. */
const NAME_BYTES = 256;

function measureNames(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + NAME_BYTES + 2 * name.length, 0);
}

async function answer(call: RpcCall, params: SampleParams): Promise<void> {
  const { peer } = call;
  const { onChange = false, limits } = params;
  const everyMs = Math.max(params.everyMs, peer.connection.limits.minSampleMs);
  try {
    const names = await listAttributes(call, params.names);
    call.checkTime();
    const sampling = peer.subscriptions.add(
      measureNames(names),
      (number) => new Sampling(peer, number, { names, everyMs, onChange, limits }),
    );
    call.succeed(`{"subscription":${sampling.number},"everyMs":${everyMs},"count":${names.length}}`);
    sampling.begin();
  } catch (error) {
    call.fail(error);
  }
}
