const OCCASION: unique symbol = Symbol.for("pdm.occasion.v1");
const SHARES: unique symbol = Symbol.for("pdm.shares-occasion.v1");

/**
 * One call of all listeners of an event: those that want to share by it what they make of the event, such as its encoding.
 * Made anew each time, since a service may change an event between two calls; known to every copy of this package.
 */
export interface Occasion {
  readonly [OCCASION]: true;
  /** The event's number in its source, counted from 1, also while nobody listens; undefined where an older copy of this package counts none. */
  readonly sequence?: number;
}

export function createOccasion(sequence: number): Occasion {
  return { [OCCASION]: true, sequence };
}

/** Whether it is one: sources of other kinds may call their listeners with whatever they like. */
export function isOccasion(value: unknown): value is Occasion {
  return typeof value === "object" && value !== null && (value as Partial<Occasion>)[OCCASION] === true;
}

/** Makes the listener one that is given the occasion as its second argument; all others get the event alone. */
export function shareOccasions<L extends (event: unknown, occasion?: unknown) => void>(listener: L): L {
  return Object.assign(listener, { [SHARES]: true });
}

export function sharesOccasions(listener: object): boolean {
  return SHARES in listener;
}
