import { ProtocolError } from "../errors.js";
import type { RemoteDescription } from "../remote-description.js";
import type { ObjectDescription } from "../request-options.js";
import type { RpcChannel } from "./channel.js";
import { readList, readText, readTexts } from "./fields.js";

/** What objects say of themselves, as `describe` answers. @throws ProtocolError, JsonValueError */
export function readDescriptions(form: unknown, channel: RpcChannel): readonly ObjectDescription[] {
  return Array.from(readList(form, "objects"), (object) => readDescription(object, channel));
}

function readDescription(form: unknown, channel: RpcChannel): ObjectDescription {
  const value = channel.readValue(form);
  if (typeof value !== "object" || value === null) throw new ProtocolError("the other side sent no description");
  const fields = Object.create(null) as Record<string, unknown>;
  for (const [name, field] of Object.entries(value)) fields[name] = field;
  const { description } = fields;
  // The members have the types that the protocol says; a server that lies in them can only mislead its own users.
  const known = fields as Partial<Omit<RemoteDescription, "description" | "fields">>;
  return {
    name: readText(fields["name"], "name"),
    interfaces: readTexts(fields["interfaces"], "interfaces"),
    description: typeof description === "string" ? description : undefined,
    ...(known.deprecated !== undefined && { deprecated: known.deprecated }),
    ...(known.attribute !== undefined && { attribute: known.attribute }),
    ...(known.operations !== undefined && { operations: known.operations }),
    ...(known.event !== undefined && { event: known.event }),
    ...(known.cost !== undefined && { cost: known.cost }),
    fields: Object.freeze(fields),
  };
}
