import type { JsonSchema } from "../../schema/json-schema.js";

type Member = JsonSchema & { readonly description: string };

/** Members that the parameters or results of several methods have. */
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
    "How much of the value is wanted: nested levels, items of each container, bytes of the text. What is over is cut, and marked. The server's own limits where nothing is said, and at most these.",
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

export const REPL_SESSION: Member = { type: "string", description: "The session's name." };

export const REPL_HANDLE: Member = {
  type: "integer",
  description: "The `handle` of a value, as `repl.evaluate` and `repl.members` tell it.",
};

export const EVALUATION: Member = {
  type: "integer",
  minimum: 1,
  maximum: 2_147_483_647,
  description:
    "A number of the client's choice, by which `repl.interrupt` means this and nothing else; other clients may have the same.",
};

/** What came of an evaluation. */
export const OUTCOME: Readonly<Record<string, Member>> = {
  kind: {
    enum: ["value", "done", "threw"],
    description:
      "`value`: an expression's, or the last statement's where that is one that is not undefined; `done`: there is none; `threw`: it failed.",
  },
  text: { type: "string", description: "The value, or what was thrown, for people; left out of `done`." },
  handle: {
    type: "integer",
    description: "For `repl.members` and `repl.text`: of an object, a function, and what `text` does not show all of.",
  },
  isCut: { type: "boolean", description: "True where `text` does not show all of it." },
  cause: {
    enum: ["interrupt", "deadline", "syntax"],
    description: "Why it failed, where it is not what the code threw.",
  },
  value: { description: 'With `format: "json"`: the value, in the form of [JSON values](json-values.md).' },
};

export const STREAM: Member = {
  type: "integer",
  minimum: 0,
  description: "The number of the stream, which its sender chose.",
};

export const NAME_OR_GLOBS: Member = {
  anyOf: [{ type: "string" }, { type: "array", items: { type: "string" }, maxItems: 10_000 }],
  description: "Names or globs, one or a list: `*` is any characters but `/`, `**` any at all, `?` one but `/`.",
};

const TYPE: JsonSchema = { type: "object" };

const EFFECT: JsonSchema = { enum: ["read", "change", "destroy", "expose", "execute"] };

/** An object, as `describe` gives it. */
export const OBJECT_DESCRIPTION: JsonSchema = {
  type: "object",
  required: ["name", "interfaces"],
  properties: {
    name: { type: "string", description: "What requests name it by." },
    interfaces: {
      type: "array",
      items: { enum: ["dir", "attr", "invoke", "event"] },
      description: "What it can do: has entries, can be read, can be called, tells of events.",
    },
    description: { type: "string", description: "What it is, in a sentence or two for the operator." },
    deprecated: {
      type: ["boolean", "string"],
      description: "Whether it should no longer be used; a text says what to use instead.",
    },
    attribute: {
      type: "object",
      description: "Where it can be read.",
      properties: {
        type: { ...TYPE, description: "The JSON Schema of its value." },
        unit: { type: "string", description: "The value's unit in UCUM, as OpenTelemetry uses it." },
        kind: { enum: ["gauge", "counter", "text", "state"], description: "What the value is to whoever watches it." },
        secret: { type: "boolean", description: "True where few should see the value; no record holds it." },
        effect: { ...EFFECT, description: "What reading it amounts to; see [access](access.md)." },
        writable: { type: "boolean", description: "Whether `write` can set it." },
        writeEffect: { ...EFFECT, description: "What writing it amounts to, where it is writable." },
      },
    },
    operations: {
      type: "object",
      description:
        "Where it can be called: what `invoke` takes as `operation`. `call` is the one that need not be named. Left out where nobody described them.",
      additionalProperties: {
        type: "object",
        properties: {
          description: { type: "string", description: "What it does." },
          deprecated: { type: ["boolean", "string"], description: "As above." },
          effect: { ...EFFECT, description: "What a call amounts to; `execute` where nobody said." },
          parameters: {
            type: "array",
            description: "In the order of arguments by position. Left out where nobody described them.",
            items: {
              type: "object",
              properties: {
                name: { type: "string", description: "What an argument by name is given under." },
                type: { ...TYPE, description: "Its JSON Schema, with its description and default." },
                required: { type: "boolean", description: "Whether a call must have it." },
                secret: { type: "boolean", description: "True where its value is shown nowhere." },
              },
            },
          },
          returns: { ...TYPE, description: "The JSON Schema of the result." },
        },
      },
    },
    event: {
      type: "object",
      description: "Where it tells of events.",
      properties: {
        type: { ...TYPE, description: "The JSON Schema of an event's value." },
        effect: { ...EFFECT, description: "What subscribing amounts to." },
      },
    },
    cost: {
      type: "object",
      description: "What reading it took so far, as measured here. Left out where nobody has read it.",
      properties: {
        reads: { type: "integer", description: "How often its own code ran." },
        meanMs: { type: "number", description: "Milliseconds that it took, on average." },
        lastMs: { type: "number", description: "Milliseconds that it took last." },
      },
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
      thread: { type: "integer" },
    },
    description:
      "The process: its id, when it started, its title, its version of Node.js, and what the service calls its own version; in a worker thread its number too.",
  },
  session: { type: "integer", description: "The number of this connection in `pdm.sessions`." },
  role: { type: "string", description: "What the clients of this socket may do; see [access](access.md)." },
  rights: { type: "array", items: { type: "string" }, description: "What they may do besides: `repl`, `inspect`." },
  capabilities: {
    type: "array",
    items: { type: "string" },
    description:
      "The methods and notifications that this server knows, by name. A client uses what is named here and nothing else.",
  },
  outOfBand: {
    type: "object",
    properties: { protocol: { type: "string" }, version: { type: "integer" } },
    description:
      "What the second socket speaks, on which loops of the REPL's sessions are interrupted; `repl.open` tells where it is, and the session's secret. Left out where there is none, or the client may not use the REPL.",
  },
  watchdog: {
    type: "object",
    properties: { spec: { type: "string" } },
    description:
      "Where the [watchdog](watchdog.md) is asked while the service's event loop does not turn. Left out where there is none, or the client may not ask it.",
  },
  limits: {
    type: "object",
    additionalProperties: { type: "integer" },
    description: "The limits that concern this protocol, by the names that error messages use.",
  },
};
