import { Product } from "./product.js";
import type { ProductPage } from "./product.js";

export class UnknownProductError extends Error {
  constructor(id: string) {
    super(`there is no product ${JSON.stringify(id)}`);
  }
}

export class OutOfStockError extends Error {
  constructor(product: Product, quantity: number) {
    super(`${product.name}: ${quantity} wanted, ${product.stock} left`);
  }
}

/** All products, by id. */
export class Catalogue {
  /** Pieces to which `restock` fills up, where fewer than half of them are left. */
  fullStock: number = 40;
  readonly #products: ReadonlyMap<string, Product>;

  constructor(products: readonly Product[] = createAssortment()) {
    this.#products = new Map(products.map((product) => [product.id, product]));
  }

  list(): Product[] {
    return [...this.#products.values()];
  }

  /** @throws UnknownProductError */
  get(id: string): Product {
    const product = this.#products.get(id);
    if (product === undefined) throw new UnknownProductError(id);
    return product;
  }

  /** Takes pieces off the shelf. @throws OutOfStockError, and then takes none */
  take(product: Product, quantity: number): void {
    if (quantity > product.stock) throw new OutOfStockError(product, quantity);
    product.stock -= quantity;
  }

  /** Fills up what runs low; returns how many pieces came in. */
  restock(): number {
    let pieces = 0;
    for (const product of this.#products.values()) {
      if (product.stock >= this.fullStock / 2) continue;
      pieces += this.fullStock - product.stock;
      product.stock = this.fullStock;
    }
    return pieces;
  }

  /** Looks at every product to find the related ones: worth a cache. */
  describe(product: Product): ProductPage {
    const related = this.list()
      .filter((other) => other !== product)
      .map((other) => ({ id: other.id, shared: other.tags.filter((tag) => product.tags.includes(tag)).length }))
      .filter(({ shared }) => shared > 0)
      .toSorted((a, b) => b.shared - a.shared || (a.id < b.id ? -1 : 1));
    return { id: product.id, name: product.name, priceCents: product.priceCents, related: related.map(({ id }) => id) };
  }
}

function createAssortment(): Product[] {
  return [
    new Product("tea", "Green tea, 100 g", 650, 40, ["drink", "hot"]),
    new Product("coffee", "Coffee beans, 500 g", 1290, 40, ["drink", "hot"]),
    new Product("cocoa", "Cocoa, 250 g", 480, 40, ["drink", "hot", "sweet"]),
    new Product("honey", "Heather honey, 500 g", 890, 40, ["sweet"]),
    new Product("lemonade", "Lemonade, 6 bottles", 720, 40, ["drink", "sweet"]),
    new Product("kettle", "Kettle, 1.7 l", 3490, 8, ["hot", "kitchen"]),
    new Product("mug", "Mug", 990, 40, ["kitchen"]),
  ];
}
