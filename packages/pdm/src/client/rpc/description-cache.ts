import { KEPT_DESCRIPTIONS } from "../../limits.js";
import type { DescribeOptions, ObjectDescription, ServerDescription } from "../request-options.js";
import { takeValue } from "../waiter.js";
import { readDescriptions } from "./description.js";
import type { RpcLink } from "./link.js";
import { readText } from "./fields.js";
import { collectPages, encodeCursor, readCursor, type Page } from "./pages.js";

interface DescribedPage extends Page {
  readonly hash: string;
  readonly items: readonly ObjectDescription[];
}

interface Description {
  readonly pages: readonly DescribedPage[];
  readonly whole: ServerDescription;
}

/** Asks for descriptions, and keeps the latest few: a page that is the same as before is not sent again. */
export class DescriptionCache {
  readonly #link: RpcLink;
  /** By what was asked, in the order of the last use. */
  readonly #known = new Map<string, Description>();

  constructor(link: RpcLink) {
    this.#link = link;
  }

  /** The same object as before where nothing has changed but the costs. */
  async describe(name: string | undefined, options: DescribeOptions): Promise<ServerDescription> {
    const params = JSON.stringify({ name, depth: options.depth }).slice(1, -1);
    const before = this.#known.get(params);
    const pages = await collectPages(this.#link.limits.listedObjects, (cursor, index) =>
      this.#askPage(name, params, cursor, before?.pages[index], options),
    );
    const isSame = before?.pages.length === pages.length && pages.every((page, index) => page === before.pages[index]);
    const description = isSame ? before : { pages, whole: joinPages(pages) };
    this.#keep(params, description);
    return description.whole;
  }

  async #askPage(
    name: string | undefined,
    params: string,
    cursor: string | undefined,
    before: DescribedPage | undefined,
    options: DescribeOptions,
  ): Promise<DescribedPage> {
    const hashMember = before === undefined ? "" : `,"hash":${JSON.stringify(before.hash)}`;
    const members = `${params}${encodeCursor(cursor)}${hashMember}`;
    const outcome = await this.#link.request(
      {
        method: "describe",
        target: name ?? "",
        params: members.startsWith(",") ? members.slice(1) : members,
        readResult: (result, channel): DescribedPage =>
          before !== undefined && result["unchanged"] === true
            ? before
            : {
                hash: readText(result["hash"], "hash"),
                items: readDescriptions(result["objects"], channel),
                cursor: readCursor(result["cursor"]),
              },
      },
      options,
    );
    return takeValue(outcome);
  }

  #keep(params: string, description: Description): void {
    this.#known.delete(params);
    this.#known.set(params, description);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KEPT_DESCRIPTIONS) return;
      this.#known.delete(oldest);
    }
  }
}

function joinPages(pages: readonly DescribedPage[]): ServerDescription {
  return Object.freeze({
    hash: pages.map(({ hash }) => hash).join("-"),
    objects: Object.freeze(pages.flatMap(({ items }) => items)),
  });
}
