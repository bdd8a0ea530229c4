import { AccessError } from "./access-error.js";

/** The part of the total that arguments of calls under way may take, since evicting a client does not end its call. */
const LENT_SHARE = 1 / 2;

/** Arguments of up to so many bytes are let through until the lent share is exceeded by half, so that small calls go on. */
const SMALL_LOAN_BYTES = 4_096;

/**
 * What all connections of the process hold together, so that many clients that each keep within their own limits
 * cannot exhaust the daemon all the same.
 */
export class Ledger {
  readonly #accounts = new Set<Account>();
  #totalBytes = 0;
  #lentBytes = 0;

  /** Bytes held by all accounts, and by calls whose client has gone. */
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

  /** For {@link Account} alone: books `bytes` more (or fewer) of what calls under way hold. */
  bookLoan(bytes: number, maxTotalBytes: number): void {
    this.#lentBytes += bytes;
    this.book(bytes, maxTotalBytes);
  }

  /** Whether a call with so many bytes of arguments still has room. */
  canLend(bytes: number, maxTotalBytes: number): boolean {
    const share = maxTotalBytes * LENT_SHARE;
    return this.#lentBytes + bytes <= (bytes <= SMALL_LOAN_BYTES ? share * 1.5 : share);
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
    // Nobody has anything left to give back but calls under way, which nobody can end.
    if (greediest === undefined || greediest.heldBytes === 0) return false;
    greediest.close();
    greediest.onEvicted();
    return true;
  }
}

/** What one connection holds. */
export class Account {
  readonly onEvicted: () => void;
  readonly #ledger: Ledger;
  readonly #maxTotalBytes: number;
  #heldBytes = 0;
  #open = true;

  constructor(ledger: Ledger, maxTotalBytes: number, onEvicted: () => void) {
    this.#ledger = ledger;
    this.#maxTotalBytes = maxTotalBytes;
    this.onEvicted = onEvicted;
  }

  /** Bytes charged at present, those of calls under way not counted. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** False once it was closed, by its connection's end or by eviction. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Charges `bytes` more, or gives back as many where negative. May close this account or another. A closed account ignores it. */
  charge(bytes: number): void {
    if (!this.#open || bytes === 0) return;
    this.#heldBytes += bytes;
    this.#ledger.book(bytes, this.#maxTotalBytes);
  }

  /** Whether a call may begin that holds so many bytes of arguments until it is done. */
  canLend(bytes: number): boolean {
    return this.#ledger.canLend(bytes, this.#maxTotalBytes);
  }

  /**
   * The same as a demand.
   *
   * @throws AccessError `ERR_PDM_LIMIT` where there is no room for it
   */
  requireLoan(bytes: number): void {
    if (this.canLend(bytes)) return;
    throw new AccessError("ERR_PDM_LIMIT", "calls under way hold too much memory (totalBytes): try again later");
  }

  /**
   * Charges the arguments of a call that is under way, until the function returned is called: also when the account is
   * closed meanwhile, since what was called goes on.
   */
  lend(bytes: number): () => void {
    this.#ledger.bookLoan(bytes, this.#maxTotalBytes);
    let lent = bytes;
    return () => {
      this.#ledger.bookLoan(-lent, this.#maxTotalBytes);
      lent = 0;
    };
  }

  /** Gives everything back, for good, but what calls under way hold. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#ledger.forget(this);
    this.#ledger.book(-this.#heldBytes, this.#maxTotalBytes);
    this.#heldBytes = 0;
  }
}

/** The ledger of this process (of this copy of the package in it). */
export const PROCESS_LEDGER: Ledger = new Ledger();
