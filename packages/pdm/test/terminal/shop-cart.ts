/** What the service of `shop-daemon.ts` sells. */
export class Cart {
  readonly items = new Map<string, number>();

  add(item: string, count = 1): number {
    const all = (this.items.get(item) ?? 0) + count;
    this.items.set(item, all);
    return all;
  }

  get total(): number {
    return this.items.size;
  }
}
