import type { RpcCall } from "./call.js";
import type { Visited, Walk } from "./walk.js";

/** Texts of one page of objects, and the name at which the next page begins. */
export interface Page {
  readonly texts: readonly string[];
  readonly cursor: string | undefined;
}

/**
 * Collects the texts of the objects that a walk visits, up to a number and to the size of a reply.
 *
 * @param write the text of an object; undefined leaves it out
 * @throws RpcError, DeadlineError where the walk cannot begin, and where the request is over or its time is
 */
export async function collectPage(
  call: RpcCall,
  walk: Walk,
  limit: number,
  write: (visited: Visited) => Promise<string | undefined>,
): Promise<Page> {
  const { replyBytes } = call.peer.connection.limits;
  const texts: string[] = [];
  let bytes = 0;
  for await (const visited of walk.visit()) {
    // A page that holds nothing yet takes what comes, however large: else there would be no way past it.
    if (texts.length >= limit) return { texts, cursor: visited.name };
    call.checkTime();
    const text = await write(visited);
    if (text === undefined) continue;
    bytes += text.length * 3;
    if (bytes > replyBytes && texts.length > 0) return { texts, cursor: visited.name };
    texts.push(text);
    call.charge(text.length);
  }
  return { texts, cursor: undefined };
}
