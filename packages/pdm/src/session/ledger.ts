/**
 * What all connections of the process hold together, so that many clients that each keep within their own limits
 * cannot exhaust the daemon all the same.
 */
export class Ledger {
  readonly #accounts = new Set<Account>();
  #totalBytes = 0;

  /** Bytes held by all accounts. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /**
   * Opens the account of one connection.
   *
   * @param maxTotalBytes the total over which a charge to this account makes the greediest of all accounts lose
   * @param onEvicted called when this account is the greediest; it is closed by then
   */
  open(maxTotalBytes: number, onEvicted: () => void): Account {
    const account = new Account(this, maxTotalBytes, onEvicted);
    this.#accounts.add(account);
    return account;
  }

  /** For {@link Account} alone: books `bytes` more (or fewer). */
  book(bytes: number, maxTotalBytes: number): void {
    this.#totalBytes += bytes;
    while (bytes > 0 && this.#totalBytes > maxTotalBytes && this.#evictGreediest());
  }

  /** For {@link Account} alone. */
  forget(account: Account): void {
    this.#accounts.delete(account);
  }

  #evictGreediest(): boolean {
    let greediest: Account | undefined;
    for (const account of this.#accounts) {
      if (greediest === undefined || account.heldBytes > greediest.heldBytes) greediest = account;
    }
    if (greediest === undefined) return false;
    greediest.close();
    greediest.onEvicted();
    return true;
  }
}

/** What one connection holds. */
export class Account {
  /** Bytes charged at present. */
  heldBytes = 0;
  readonly onEvicted: () => void;
  readonly #ledger: Ledger;
  readonly #maxTotalBytes: number;
  #open = true;

  constructor(ledger: Ledger, maxTotalBytes: number, onEvicted: () => void) {
    this.#ledger = ledger;
    this.#maxTotalBytes = maxTotalBytes;
    this.onEvicted = onEvicted;
  }

  /** Charges `bytes` more, or gives back as many where negative. May close this account or another. A closed account ignores it. */
  charge(bytes: number): void {
    if (!this.#open || bytes === 0) return;
    this.heldBytes += bytes;
    this.#ledger.book(bytes, this.#maxTotalBytes);
  }

  /** Gives everything back, for good. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#ledger.forget(this);
    this.#ledger.book(-this.heldBytes, this.#maxTotalBytes);
    this.heldBytes = 0;
  }
}

/** The ledger of this process (of this copy of the package in it). */
export const PROCESS_LEDGER: Ledger = new Ledger();
