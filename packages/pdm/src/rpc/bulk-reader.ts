import { readClockMs } from "../clock.js";
import { AccessError } from "../session/access-error.js";
import { readAttribute, resolveName } from "../session/access.js";
import type { AccessOptions, LetGo } from "../session/access.js";
import { DeadlineError } from "../session/gate.js";
import type { KeepRest } from "./handles.js";
import { describeError } from "./message.js";
import type { Peer } from "./peer.js";
import { Turn } from "./turn.js";
import { encodeAlone, encodeFor, limitValue } from "./value-text.js";
import type { WantedLimits } from "./value-text.js";

/** What came of reading one of many attributes: JSON text of its value, or of its error. */
export type BulkItem =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly error: string };

/** How much of the text a name and its braces take. */
const ITEM_BYTES = 32;

/**
 * Reads many attributes by name for one client: all at once, each with an outcome of its own, and none waits for another.
 * Their own code may block for as long as it likes; between two of them others get their turn.
 */
export class BulkReader {
  readonly #peer: Peer;
  readonly #limits: WantedLimits;
  readonly #keep: KeepRest | undefined;
  readonly #charge: (bytes: number) => void;
  readonly #pending = new Set<LetGo>();
  #leftBytes: number;
  #isOver = false;

  /**
   * @param keepsRests whether what is cut can be fetched
   * @param charge is told of the bytes of each outcome, which are held until all are there
   */
  constructor(peer: Peer, limits: WantedLimits, keepsRests: boolean, charge: (bytes: number) => void) {
    this.#charge = charge;
    this.#peer = peer;
    this.#keep = keepsRests ? peer.handles.beginReply() : undefined;
    this.#limits = limits;
    this.#leftBytes = peer.connection.limits.replyBytes;
  }

  /** Resolves when each has an outcome, at the latest with the deadline; in the order of the names. Never rejects. */
  async read(names: readonly string[], timeoutMs: number): Promise<BulkItem[]> {
    const turn = new Turn(this.#peer.connection.limits.turnMs);
    const endMs = readClockMs() + timeoutMs;
    const items: (BulkItem | undefined)[] = Array.from({ length: names.length });
    let missing = names.length;
    await new Promise<void>((resolve) => {
      const settle = (index: number, item: BulkItem): void => {
        items[index] = item;
        if ("error" in item) this.#leftBytes -= item.error.length + item.name.length + ITEM_BYTES;
        this.#charge(ITEM_BYTES + ("value" in item ? item.value : item.error).length);
        missing -= 1;
        if (missing === 0) resolve();
      };
      const start = async (): Promise<void> => {
        for (const [index, name] of names.entries()) {
          if (this.#isOver) return;
          if (turn.isSpent) await turn.next();
          const leftMs = endMs - readClockMs();
          const late = (): BulkItem => ({ name, error: describeError(new DeadlineError(name, timeoutMs), name) });
          if (leftMs <= 0) settle(index, late());
          else this.#readOne(name, { timeoutMs: leftMs }, (item) => settle(index, item));
        }
      };
      if (names.length === 0) resolve();
      else void start();
    });
    return items as BulkItem[];
  }

  /** Nobody waits any more. */
  stop(): void {
    this.#isOver = true;
    for (const letGo of this.#pending) letGo();
    this.#pending.clear();
  }

  #readOne(name: string, options: AccessOptions, settle: (item: BulkItem) => void): void {
    const { session } = this.#peer;
    this.#follow((done) =>
      resolveName(session, name, options, (resolved) => {
        done();
        if (resolved.threw) {
          settle({ name, error: describeError(resolved.error, name) });
          return;
        }
        this.#follow((finished) =>
          readAttribute(session, resolved.value, options, (outcome) => {
            finished();
            if (outcome.threw) settle({ name, error: describeError(outcome.error, name) });
            else settle(this.#encode(name, outcome.value));
          }),
        );
      }),
    );
  }

  #encode(name: string, value: unknown): BulkItem {
    const { replyBytes } = this.#peer.connection.limits;
    try {
      if (this.#leftBytes <= ITEM_BYTES)
        throw new AccessError("ERR_PDM_LIMIT", `the values take more than ${replyBytes} bytes (replyBytes)`);
      const limits = limitValue(this.#peer.connection.limits, this.#limits, this.#leftBytes);
      const text =
        this.#keep === undefined ? encodeAlone(value, limits) : encodeFor(this.#peer, value, limits, this.#keep);
      this.#leftBytes -= Buffer.byteLength(text) + name.length + ITEM_BYTES;
      return { name, value: text };
    } catch (error) {
      return { name, error: describeError(error, name) };
    }
  }

  /** Keeps what lets go of a step while it is pending. */
  #follow(begin: (done: () => void) => LetGo | undefined): void {
    // It may be done before there is anything to let go of.
    const step: { letGo?: LetGo | undefined; isDone: boolean } = { isDone: false };
    step.letGo = begin(() => {
      step.isDone = true;
      if (step.letGo !== undefined) this.#pending.delete(step.letGo);
    });
    if (step.letGo !== undefined && !step.isDone) this.#pending.add(step.letGo);
  }
}

/** The items as JSON text. */
export function encodeItems(items: readonly BulkItem[]): string {
  return `[${items.map(encodeItem).join(",")}]`;
}

export function encodeItem(item: BulkItem): string {
  const outcome = "value" in item ? `"value":${item.value}` : `"error":${item.error}`;
  return `{"name":${JSON.stringify(item.name)},${outcome}}`;
}
