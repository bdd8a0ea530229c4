import type { ObjectReference } from "../../session/access.js";
import type { RpcCall } from "../call.js";
import { hashText } from "../digest.js";
import type { RpcMethod } from "../method.js";
import { describeAsText } from "../object-text.js";
import type { ObjectText } from "../object-text.js";
import { collectPage } from "../page.js";
import { Walk } from "../walk.js";
import type { Visited } from "../walk.js";
import { CURSOR, DEPTH, NEXT_CURSOR, OBJECT_DESCRIPTION, PAGE_LIMIT } from "./definitions.js";

interface DescribeParams {
  readonly name?: string;
  readonly depth?: number;
  readonly hash?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

export const DESCRIBE: RpcMethod<DescribeParams> = {
  name: "describe",
  summary:
    "What there is, and what it says of itself: the whole tree that this client may see, or the part below a name, page by page.",
  params: {
    name: {
      type: "string",
      description: "The object to begin with, itself included; everything where it is left out.",
    },
    depth: DEPTH,
    hash: {
      type: "string",
      description: "The `hash` of an earlier answer to the same request: what has not changed is not sent again.",
    },
    cursor: CURSOR,
    limit: PAGE_LIMIT,
  },
  result: {
    hash: { type: "string", description: "Changes when a description of this page does; costs do not count." },
    unchanged: {
      type: "boolean",
      description: "True where the hash is the one that was given; then nothing else follows.",
    },
    objects: { type: "array", items: OBJECT_DESCRIPTION, description: "The objects, each before its entries." },
    cursor: NEXT_CURSOR,
  },
  errors: ["ERR_PDM_NO_SUCH_NAME", "ERR_PDM_NO_SUCH_HANDLE"],
  run(call, params) {
    if (params.name === undefined) {
      void answer(call, params, undefined);
      return;
    }
    call.withObject(params.name, (root) => {
      void answer(call, params, root);
      return undefined;
    });
  },
};

async function answer(call: RpcCall, params: DescribeParams, root: ObjectReference | undefined): Promise<void> {
  const { session, connection } = call.peer;
  const { depth = 32, limit = 1_000 } = params;
  const walk = new Walk(session, {
    root,
    depth,
    from: params.cursor,
    charge: (bytes) => call.charge(bytes),
    access: () => call.stepOptions,
  });
  call.follow(() => walk.stop());
  const heads: string[] = [];
  try {
    const page = await collectPage(call, walk, Math.min(limit, connection.limits.pageObjects), async (visited) => {
      const { head, tail } = await describe(call, visited);
      heads.push(head);
      return head + tail;
    });
    // The last one may have been left for the next page.
    const hash = hashText([...heads.slice(0, page.texts.length), page.cursor ?? ""].join("\n"));
    if (hash === params.hash) {
      call.succeed(`{"hash":"${hash}","unchanged":true}`);
      return;
    }
    const cursor = page.cursor === undefined ? "" : `,"cursor":${JSON.stringify(page.cursor)}`;
    call.succeed(`{"hash":"${hash}","objects":[${page.texts.join(",")}]${cursor}}`);
  } catch (error) {
    call.fail(error);
  }
}

/** Without a promise's delay where the object answers at once. */
function describe(call: RpcCall, visited: Visited): ObjectText | Promise<ObjectText> {
  let text: ObjectText | undefined;
  let wake: ((text: ObjectText) => void) | undefined;
  describeAsText(call.peer.session, visited, call.stepOptions, (described) => {
    text = described;
    wake?.(described);
  });
  return (
    text ??
    new Promise((resolve) => {
      wake = resolve;
    })
  );
}
