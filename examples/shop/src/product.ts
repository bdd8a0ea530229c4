/** What the shop sells. Prices are whole cents. */
export class Product {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  priceCents: number;
  /** Pieces on the shelf. */
  stock: number;

  constructor(id: string, name: string, priceCents: number, stock: number, tags: readonly string[]) {
    this.id = id;
    this.name = name;
    this.priceCents = priceCents;
    this.stock = stock;
    this.tags = tags;
  }
}

/** A product as customers see it, without what changes with every order. */
export interface ProductPage {
  readonly id: string;
  readonly name: string;
  readonly priceCents: number;
  /** Ids of products with a tag in common, those with the most in common first. */
  readonly related: readonly string[];
}
