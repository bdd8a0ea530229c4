import type { JsonSchema } from "../../schema/json-schema.js";

type Member = JsonSchema & { readonly description: string };

/** Members that several methods have. */
export const OBJECT_NAME: Member = {
  type: "string",
  minLength: 1,
  description: "The object, as `MODULE.OBJECT/ENTRY/ENTRY`.",
};

export const SIZE_LIMITS: Member = {
  type: "object",
  properties: {
    depth: { type: "integer", minimum: 1 },
    items: { type: "integer", minimum: 1 },
    bytes: { type: "integer", minimum: 512 },
  },
  description:
    "How much of the value is wanted: nested levels, items of each container, bytes of the text. What is over is cut, and marked. The server's own limits where they are left out.",
};

export const ANY_VALUE: Member = { description: "The value, in the form of [JSON values](json-values.md)." };

export const CURSOR: Member = { type: "string", description: "The `cursor` of the page before." };

export const NEXT_CURSOR: Member = { type: "string", description: "Asks for the next page; left out on the last." };

export const PAGE_LIMIT: Member = {
  type: "integer",
  minimum: 1,
  default: 1_000,
  description: "Objects on a page, at most; the server's `pageObjects` where that is less.",
};

export const DEPTH: Member = {
  type: "integer",
  minimum: 0,
  maximum: 32,
  default: 32,
  description: "Levels of entries below the object; 0 is the object alone.",
};

export const SUBSCRIPTION: Member = { type: "integer", description: "The number of the subscription." };

export const STREAM: Member = {
  type: "integer",
  minimum: 0,
  description: "The number of the stream, which its sender chose.",
};

export const NAME_OR_GLOBS: Member = {
  anyOf: [{ type: "string" }, { type: "array", items: { type: "string" }, maxItems: 10_000 }],
  description: "Names or globs, one or a list: `*` is any characters but `/`, `**` any at all, `?` one but `/`.",
};

const TYPE: JsonSchema = { type: "object", description: "A JSON Schema." };

const EFFECT: JsonSchema = { enum: ["read", "change", "destroy", "expose", "execute"] };

/** An object, as `describe` gives it. */
export const OBJECT_DESCRIPTION: JsonSchema = {
  type: "object",
  required: ["name", "interfaces"],
  properties: {
    name: { type: "string" },
    interfaces: { type: "array", items: { enum: ["dir", "attr", "invoke", "event"] } },
    description: { type: "string" },
    deprecated: { anyOf: [{ type: "boolean" }, { type: "string", description: "What to use instead." }] },
    attribute: {
      type: "object",
      properties: {
        type: TYPE,
        unit: { type: "string", description: "In UCUM, as OpenTelemetry uses it." },
        kind: { enum: ["gauge", "counter", "text", "state"] },
        secret: { type: "boolean" },
        effect: EFFECT,
        writable: { type: "boolean" },
        writeEffect: EFFECT,
      },
    },
    operations: {
      type: "object",
      description: "By name; `call` is the one that need not be named. Left out where nobody described them.",
      additionalProperties: {
        type: "object",
        properties: {
          description: { type: "string" },
          deprecated: { anyOf: [{ type: "boolean" }, { type: "string" }] },
          effect: EFFECT,
          parameters: {
            type: "array",
            items: {
              type: "object",
              properties: {
                name: { type: "string" },
                type: TYPE,
                required: { type: "boolean" },
                secret: { type: "boolean" },
              },
            },
          },
          returns: TYPE,
        },
      },
    },
    event: { type: "object", properties: { type: TYPE, effect: EFFECT } },
    cost: {
      type: "object",
      description: "What reading it took so far; left out where nobody read it.",
      properties: { reads: { type: "integer" }, meanMs: { type: "number" }, lastMs: { type: "number" } },
    },
  },
};

/** What the server says of itself, in the greeting. */
export const GREETING: Readonly<Record<string, Member>> = {
  rpc: {
    type: "integer",
    description: "The version of this protocol. It changes only where an older client would go wrong.",
  },
  server: {
    type: "object",
    properties: { name: { type: "string" }, version: { type: "string" } },
    description: "The program that serves the protocol.",
  },
  process: {
    type: "object",
    properties: {
      pid: { type: "integer" },
      startedAt: { type: "string", format: "date-time" },
      title: { type: "string" },
      node: { type: "string" },
      build: { type: ["string", "null"] },
    },
    description:
      "The process: its id, when it started, its title, its version of Node.js, and what the service calls its own version.",
  },
  session: { type: "integer", description: "The number of this connection in `pdm.sessions`." },
  role: { type: "string", description: "What this socket's clients may do; see [access](access.md)." },
  rights: { type: "array", items: { type: "string" }, description: "What they may do besides." },
  capabilities: {
    type: "array",
    items: { type: "string" },
    description:
      "The methods and notifications that this server knows, by name. A client uses what is named here and nothing else.",
  },
  limits: {
    type: "object",
    additionalProperties: { type: "integer" },
    description: "The limits that concern this protocol, by the names that error messages use.",
  },
};
