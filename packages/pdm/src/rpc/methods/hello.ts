import { createGreeting } from "../greeting.js";
import type { RpcMethod } from "../method.js";
import { GREETING } from "./definitions.js";

interface HelloParams {
  readonly client?: { readonly user?: string; readonly program?: string; readonly pid?: number };
}

export const HELLO: RpcMethod<HelloParams> = {
  name: "hello",
  summary:
    "Says who the client is, as far as it wants, and asks for the greeting again. Nobody verifies what it says: records mark it as claimed.",
  params: {
    client: {
      type: "object",
      properties: { user: { type: "string" }, program: { type: "string" }, pid: { type: "integer", minimum: 0 } },
      description: "What the client says of itself.",
    },
  },
  result: GREETING,
  run(call, { client }) {
    if (client !== undefined) call.peer.session.claim(client);
    call.succeed(JSON.stringify(createGreeting(call.peer.session, call.peer.capabilities)));
  },
};
