import { readAttribute } from "../../session/access.js";
import type { Check } from "../../schema/check.js";
import type { RpcCall } from "../call.js";
import { compileField, compileFilter } from "../field-filter.js";
import type { FieldFilter } from "../field-filter.js";
import type { RpcMethod } from "../method.js";
import { NameGlobs } from "../name-globs.js";
import { describeAsText } from "../object-text.js";
import type { ObjectMembers } from "../object-text.js";
import { collectPage } from "../page.js";
import { Walk } from "../walk.js";
import type { Visited } from "../walk.js";
import { CURSOR, NAME_OR_GLOBS, NEXT_CURSOR, PAGE_LIMIT } from "./definitions.js";

interface ListParams {
  readonly names?: string | readonly string[];
  readonly text?: string;
  readonly where?: Readonly<Record<string, unknown>>;
  readonly value?: unknown;
  readonly cursor?: string;
  readonly limit?: number;
}

export const LIST: RpcMethod<ListParams> = {
  name: "list",
  summary: "The names of objects that this client may see and that fit everything asked for, page by page.",
  params: {
    names: NAME_OR_GLOBS,
    text: {
      type: "string",
      minLength: 1,
      description: "What stands somewhere in the name or the description, in whatever case.",
    },
    where: {
      type: "object",
      description:
        'What members of the description must be, such as `{"kind": "counter"}`: of the object itself, or of its `attribute` or `event`; a schema or the value itself.',
    },
    value: {
      description: "A schema that the attribute's value must fit, or the value itself; what cannot be read does not.",
    },
    cursor: CURSOR,
    limit: PAGE_LIMIT,
  },
  result: {
    items: {
      type: "array",
      items: {
        type: "object",
        properties: {
          name: { type: "string" },
          interfaces: { type: "array", items: { type: "string" } },
          description: { type: "string" },
        },
      },
      description: "The objects, each before its entries.",
    },
    cursor: NEXT_CURSOR,
  },
  errors: ["ERR_PDM_NO_SUCH_HANDLE"],
  run(call, params) {
    void answer(call, params, new Query(params));
  },
};

async function answer(call: RpcCall, params: ListParams, query: Query): Promise<void> {
  const { session, connection } = call.peer;
  const { limit = 1_000 } = params;
  const walk = new Walk(session, {
    charge: (bytes) => call.charge(bytes),
    depth: 32,
    from: params.cursor,
    isWanted: (name) => query.leadsTo(name),
    access: () => call.stepOptions,
  });
  call.follow(() => walk.stop());
  try {
    const { texts, cursor } = await collectPage(call, walk, Math.min(limit, connection.limits.pageObjects), (visited) =>
      query.write(call, visited),
    );
    call.succeed(`{"items":[${texts.join(",")}]${cursor === undefined ? "" : `,"cursor":${JSON.stringify(cursor)}`}}`);
  } catch (error) {
    call.fail(error);
  }
}

/** What an object must be to be listed. */
class Query {
  readonly #globs: NameGlobs | undefined;
  readonly #text: string | undefined;
  readonly #filter: FieldFilter | undefined;
  readonly #value: Check | undefined;

  /** @throws RpcError `ERR_PDM_INVALID_ARGUMENT` for a glob or a schema that is none */
  constructor({ names, text, where, value }: ListParams) {
    this.#globs = names === undefined ? undefined : new NameGlobs(typeof names === "string" ? [names] : names);
    this.#text = text?.toLowerCase();
    this.#filter = where === undefined ? undefined : compileFilter(where, "where");
    this.#value = value === undefined ? undefined : compileField(value, "value", "value");
  }

  /** Whether what has that name, or something below it, may fit. */
  leadsTo(name: string): boolean {
    return this.#globs === undefined || this.#globs.leadTo(name);
  }

  /** Its text where it fits. */
  async write(call: RpcCall, visited: Visited): Promise<string | undefined> {
    if (this.#globs !== undefined && !this.#globs.match(visited.name)) return undefined;
    if (this.#value !== undefined && !visited.interfaces.includes("attr")) return undefined;
    const members = await new Promise<ObjectMembers>((resolve) => {
      describeAsText(call.peer.session, visited, call.stepOptions, (text) => resolve(text.members));
    });
    if (!this.#fits(members)) return undefined;
    if (this.#value !== undefined && !(await this.#hasValue(call, visited, this.#value))) return undefined;
    const { name, interfaces, description } = members;
    return JSON.stringify({ name, interfaces, ...(typeof description === "string" && { description }) });
  }

  #fits({ attribute, event, ...members }: ObjectMembers): boolean {
    const { name, description } = members;
    if (this.#text !== undefined) {
      const text = typeof description === "string" ? `${name}\n${description}` : name;
      if (!text.toLowerCase().includes(this.#text)) return false;
    }
    return this.#filter === undefined || this.#filter({ ...event, ...attribute, ...members });
  }

  #hasValue(call: RpcCall, visited: Visited, check: Check): Promise<boolean> {
    return new Promise((resolve) => {
      readAttribute(call.peer.session, visited, call.stepOptions, (outcome) =>
        resolve(!outcome.threw && check(outcome.value) === undefined),
      );
    });
  }
}
