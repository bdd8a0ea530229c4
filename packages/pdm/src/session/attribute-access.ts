import type { CallContext } from "../objects/call-context.js";
import { isAttribute } from "../objects/interfaces.js";
import type { Attribute } from "../objects/interfaces.js";
import { AccessError } from "./access-error.js";
import type { AuditDetails } from "./audit.js";
import { describeNow, findReadEffect, findWriteEffect } from "./effect.js";
import type { SaidNow } from "./effect.js";
import { createRefusal, mapResult, passGate } from "./gate.js";
import type { LetGo, Settle } from "./gate.js";
import { openReadings } from "./readings.js";
import { boundTimeout, describeIfNeeded, requireInterface } from "./reference.js";
import type { AccessOptions, ObjectReference } from "./reference.js";
import type { Session } from "./session.js";
import { isSecretAttribute } from "./shown-arguments.js";
import { MASK, showValue } from "./shown-value.js";
import { takeWriteTurn } from "./write-turns.js";

/** Options of {@link writeAttribute}. */
export interface WriteOptions extends AccessOptions {
  /** Given the value before: nothing is written where it returns false. */
  readonly expected?: ((before: unknown) => boolean) | undefined;
  /** What the value holds in memory. */
  readonly argumentBytes?: number;
}

/** What came of a write. */
export interface Written {
  /** The value before; left out where the object cannot be read, or not by this client. */
  readonly before?: unknown;
}

/**
 * The attribute's value. Who reads while an evaluation is pending gets the value of that one, unless it has been pending
 * for longer than `requestTimeoutMs`.
 */
export function readAttribute(
  session: Session,
  { name, object }: ObjectReference,
  options: AccessOptions,
  settle: Settle<unknown>,
): LetGo | undefined {
  const readings = openReadings(object);
  const shared = readings.findPending(session.limits.requestTimeoutMs);
  return passGate<unknown>({
    session,
    effect: findReadEffect(session.isUnrestricted ? undefined : describeNow(object)),
    target: name,
    argumentBytes: 0,
    timeoutMs: boundTimeout(session, options.timeoutMs),
    context: options.context,
    readings: shared === undefined ? readings : undefined,
    run: () => {
      requireInterface({ name, object }, isAttribute(object), "attr");
      return shared ?? (object as Attribute).read();
    },
    settle,
  });
}

/**
 * Writes the attribute's value, and settles with the one before.
 *
 * That one is read first; if it cannot be, the request fails and nothing is written. Where `expected` says no to it, nothing is written
 * either (`ERR_PDM_CONFLICT`). Nothing can come between where the object reads and writes synchronously; else writes to one
 * object wait for each other. A write that waits when its deadline comes, or when it is let go, is not carried out.
 */
export function writeAttribute(
  session: Session,
  reference: ObjectReference,
  value: unknown,
  options: WriteOptions,
  settle: Settle<Written>,
): LetGo | undefined {
  const { argumentBytes = 0 } = options;
  const context = options.context ?? session.createContext();
  const said = describeIfNeeded(session, reference.object);
  const write = new AttributeWrite(session, reference, value, said, context, options.expected);
  const letGo = passGate<Written>({
    session,
    effect: findWriteEffect(said),
    target: reference.name,
    argumentBytes,
    timeoutMs: boundTimeout(session, options.timeoutMs),
    context,
    record: () => write.openDetails(),
    run: () => {
      session.account.requireLoan(argumentBytes);
      return write.run();
    },
    settle: (outcome) => {
      write.isOver = true;
      settle(outcome);
    },
  });
  if (letGo === undefined) return undefined;
  return (reason) => {
    write.isOver = true;
    letGo(reason);
  };
}

/** One write, which may have to wait for its turn. */
class AttributeWrite {
  /** Whether nobody waits for it any more. */
  isOver = false;
  readonly #session: Session;
  readonly #reference: ObjectReference;
  readonly #value: unknown;
  readonly #said: SaidNow;
  readonly #context: CallContext;
  readonly #expected: ((before: unknown) => boolean) | undefined;
  #details: AuditDetails | undefined;

  constructor(
    session: Session,
    reference: ObjectReference,
    value: unknown,
    said: SaidNow,
    context: CallContext,
    expected: ((before: unknown) => boolean) | undefined,
  ) {
    this.#session = session;
    this.#reference = reference;
    this.#value = value;
    this.#said = said;
    this.#context = context;
    this.#expected = expected;
  }

  get #object(): Attribute {
    return this.#reference.object as Attribute;
  }

  /** The record's part, which gets the value before later. */
  openDetails(): AuditDetails {
    const after = this.#show(this.#value);
    this.#details = { action: "write", hasSecret: after === MASK, ...(after === undefined ? {} : { after }) };
    return this.#details;
  }

  run(): Written | PromiseLike<Written> {
    const { name } = this.#reference;
    const isReadable = isAttribute(this.#object);
    if (typeof this.#object.write !== "function") {
      requireInterface(this.#reference, isReadable, "attr");
      throw new AccessError("ERR_PDM_READ_ONLY", `${name} cannot be written`);
    }
    const readEffect = findReadEffect(this.#said);
    const mayRead = isReadable && this.#session.mayUse(readEffect, name);
    // Else whoever may not read the value could guess it.
    if (!mayRead && this.#expected !== undefined) throw createRefusal(this.#session, readEffect, name);
    return takeWriteTurn(this.#object, this.#session.limits.requestTimeoutMs, () => {
      this.#requireWaiting();
      if (!mayRead) return this.#write({});
      return mapResult(this.#object.read(), (before) => this.#compareAndWrite(before));
    });
  }

  #compareAndWrite(before: unknown): Written | PromiseLike<Written> {
    this.#requireWaiting();
    const shown = this.#details === undefined ? undefined : this.#show(before);
    if (this.#details !== undefined && shown !== undefined) this.#details.before = shown;
    if (this.#expected?.(before) === false) {
      const { name } = this.#reference;
      throw new AccessError("ERR_PDM_CONFLICT", `${name} has another value than expected; nothing was written`);
    }
    return this.#write({ before });
  }

  #write(written: Written): Written | PromiseLike<Written> {
    return mapResult<unknown, Written>(this.#object.write?.(this.#value, this.#context), () => written);
  }

  #requireWaiting(): void {
    if (!this.isOver) return;
    throw new AccessError("ERR_PDM_CANCELLED", `${this.#reference.name} was not written: nobody waits any more`);
  }

  /** Undefined where nobody said what the attribute is: then nobody said either that it is no secret. */
  #show(value: unknown): string | undefined {
    const said = this.#said;
    if (said?.attribute === undefined) return undefined;
    return isSecretAttribute(said) ? MASK : showValue(value);
  }
}
