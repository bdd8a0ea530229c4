import { NoSuchNameError } from "../errors.js";
import type { ListedObject, ListOptions, ObjectDescription } from "../request-options.js";
import { takeValue, type RequestOptions } from "../waiter.js";
import { readDescriptions } from "./description.js";
import type { RpcLink } from "./link.js";
import { collectPages, encodeCursor, readCursor } from "./pages.js";
import { asRecord, readList, readText, readTexts } from "./fields.js";

/** What an object says of itself. @throws NoSuchNameError */
export async function findDescription(
  link: RpcLink,
  name: string,
  options: RequestOptions,
): Promise<ObjectDescription> {
  const params = `"name":${JSON.stringify(name)},"depth":0`;
  const outcome = await link.request(
    {
      method: "describe",
      target: name,
      params,
      readResult: ({ objects }, channel) => readDescriptions(objects, channel)[0],
    },
    options,
  );
  const description = takeValue(outcome);
  if (description === undefined) throw new NoSuchNameError(`no such name: ${name}`);
  return description;
}

/** The names of a directory's entries, in its order. */
export async function listEntries(link: RpcLink, directory: string, options: RequestOptions): Promise<string[]> {
  // A name that has a glob's characters cannot be one: then the entries are described.
  const names = /[*?[\]{}\\]/.test(directory)
    ? await describeEntries(link, directory, options)
    : await listObjects(link, [`${directory}/*`], options);
  const start = directory.length + 1;
  return names.map(({ name }) => name.slice(start));
}

/** What fits, page by page until there is no more. */
export async function listObjects(
  link: RpcLink,
  names: readonly string[],
  options: ListOptions,
): Promise<ListedObject[]> {
  const { text, where, value } = options;
  const query = JSON.stringify({ names, text, where, value }).slice(1, -1);
  const pages = await collectPages(link.limits.listedObjects, async (cursor) => {
    const outcome = await link.request(
      {
        method: "list",
        target: "",
        params: `${query}${encodeCursor(cursor)}`,
        readResult: (result) => ({
          items: readList(result["items"], "items").map(readListed),
          cursor: readCursor(result["cursor"]),
        }),
      },
      options,
    );
    return takeValue(outcome);
  });
  return pages.flatMap(({ items }) => items);
}

async function describeEntries(
  link: RpcLink,
  directory: string,
  options: RequestOptions,
): Promise<ObjectDescription[]> {
  const params = `"name":${JSON.stringify(directory)},"depth":1`;
  const pages = await collectPages(link.limits.listedObjects, async (cursor) => {
    const outcome = await link.request(
      {
        method: "describe",
        target: directory,
        params: `${params}${encodeCursor(cursor)}`,
        readResult: (result, channel) => ({
          items: readDescriptions(result["objects"], channel),
          cursor: readCursor(result["cursor"]),
        }),
      },
      options,
    );
    return takeValue(outcome);
  });
  return pages.flatMap(({ items }) => items).filter(({ name }) => name.startsWith(`${directory}/`));
}

function readListed(form: unknown): ListedObject {
  const { name, interfaces, description } = asRecord(form);
  return {
    name: readText(name, "name"),
    interfaces: readTexts(interfaces, "interfaces"),
    description: typeof description === "string" ? description : undefined,
  };
}
