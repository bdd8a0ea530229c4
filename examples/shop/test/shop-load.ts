import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

/** Customers that shop at a time. */
const CUSTOMERS = 8;

/** Characters of a wrong answer that are reported. */
const SHOWN_CHARACTERS = 500;

/** What a customer asks for, and what is wrong with the answer, if anything. */
type Errand = (url: string) => Promise<string | undefined>;

/** Customers who ask the shop one thing after the other, without a pause, and look at each answer. */
export class ShopLoad {
  readonly #url: string;
  readonly #customers: Promise<void>[];
  readonly #wrong: string[] = [];
  #answered = 0;
  #isOver = false;

  constructor(url: string) {
    this.#url = url;
    this.#customers = Array.from({ length: CUSTOMERS }, (_, number) => this.#shop(number));
  }

  /** Right answers so far. */
  get answered(): number {
    return this.#answered;
  }

  /** Answers that were not right, and requests that failed. */
  get wrong(): readonly string[] {
    return this.#wrong;
  }

  /** Waits until each customer has got so many more answers, on average: the shop serves. */
  async serveMore(each: number = 2): Promise<void> {
    const enough = this.#answered + CUSTOMERS * each;
    while (this.#answered < enough) {
      assert.deepEqual(this.#wrong, []);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Waits for the last answers. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#customers);
  }

  async #shop(number: number): Promise<void> {
    for (let turn = number; !this.#isOver; turn += 1) {
      const errand = ERRANDS[turn % ERRANDS.length];
      try {
        const fault = await errand?.(this.#url);
        if (fault === undefined) this.#answered += 1;
        else this.#wrong.push(fault.slice(0, SHOWN_CHARACTERS));
      } catch (error) {
        this.#wrong.push(String(error));
        return;
      }
    }
  }
}

const ERRANDS: readonly Errand[] = [
  async (url) => {
    const { status, body } = await ask(`${url}/products`);
    const ids = Array.isArray(body) ? body.map(({ id }: { id?: unknown }) => id) : body;
    return compare([status, ids], [200, ["tea", "coffee", "cocoa", "honey", "lemonade", "kettle", "mug"]]);
  },
  async (url) => {
    const { status, body } = await ask(`${url}/products/mug`);
    const { id, priceCents, related } = body as { id?: unknown; priceCents?: unknown; related?: unknown };
    return compare([status, id, priceCents, related], [200, "mug", 990, ["kettle"]]);
  },
  async (url) => {
    const lines = [{ product: "tea", quantity: 2 }];
    const placed = await ask(`${url}/orders`, { customer: "ada", lines });
    const { id, totalCents } = placed.body as { id?: unknown; totalCents?: unknown };
    const fault = compare([placed.status, totalCents], [201, 1300]);
    if (fault !== undefined) return fault;
    const { status, body } = await ask(`${url}/orders/${String(id)}`);
    const { status: _, ...kept } = body as { status?: unknown };
    const { status: __, ...made } = placed.body as { status?: unknown };
    return compare([status, kept], [200, made]);
  },
];

async function ask(url: string, order?: object): Promise<{ readonly status: number; readonly body: unknown }> {
  const posted = { method: "POST", body: JSON.stringify(order), headers: { "content-type": "application/json" } };
  const response = await fetch(url, order === undefined ? {} : posted);
  return { status: response.status, body: await response.json() };
}

function compare(actual: unknown, expected: unknown): string | undefined {
  return isDeepStrictEqual(actual, expected) ? undefined : `${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
}
