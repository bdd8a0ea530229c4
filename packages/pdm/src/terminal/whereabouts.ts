import type { ConnectionLostError } from "../client/errors.js";
import type { ReplEvent } from "../client/repl-session.js";
import type { CommandInput } from "./command-input.js";
import { describeNoSession } from "./look-session.js";
import { PlaceEvents } from "./place-events.js";
import { openSession, type Place, type PlaceOptions, type SessionPlace } from "./place.js";
import { DirectiveError, type Destination, type NextPlace } from "./shell-access.js";

/** How long a service that may be busy is asked to let go of a session. */
const LEAVE_TIMEOUT_MS = 1_000;

export interface WhereaboutsOptions {
  /** Connects, and tells the user what takes long. */
  readonly open: (options: PlaceOptions) => Promise<Place>;
  readonly input: () => CommandInput;
  /** Tells the user where he is now. */
  readonly onEnter: (place: Place) => void;
  /** Shows what happens in a session; questions are asked already. */
  readonly onEvent: (event: ReplEvent) => void;
  /** {@link Whereabouts.loss} says why the user can do nothing where he is. */
  readonly onLoss: () => void;
}

/** A place that is open. */
interface Stay<P extends Place = Place> {
  readonly place: P;
  readonly events: PlaceEvents;
  /** Whether the user chose the session's name, and so may want it again. */
  readonly isNamed: boolean;
}

/** Where the user is, in which thread and session; and in the main thread, whose session stays open while he is in another. */
export class Whereabouts {
  readonly #options: WhereaboutsOptions;
  #current: Stay | undefined;
  /** That of the main thread, also where it is the current one. */
  #main: Stay<SessionPlace> | undefined;
  #loss: Error | undefined;
  #isOver = false;

  constructor(options: WhereaboutsOptions) {
    this.#options = options;
  }

  get place(): Place {
    return this.#stay.place;
  }

  /** Why the place is of no use any more. */
  get loss(): Error | undefined {
    return this.#loss;
  }

  /** @throws DirectiveError where the service has the text protocol alone */
  needRpc(): SessionPlace {
    return needSessionPlace(this.#stay).place;
  }

  /** @throws DirectiveError where there is no session, only the text protocol or expressions to look at */
  needSession(): SessionPlace {
    const place = this.needRpc();
    if (!place.isViewOnly) return place;
    throw new DirectiveError(describeNoSession(place.greeting.role));
  }

  /** @throws what connecting throws */
  async begin(destination: Destination): Promise<void> {
    this.#enter(await this.#open(destination, destination.session !== undefined));
  }

  /**
   * Goes into another session or thread. A thread's session is left then, the main thread's stays open.
   *
   * @returns false where the user is there already
   * @throws what connecting throws; one stays where one was then
   */
  async goTo(next: NextPlace): Promise<boolean> {
    const current = needSessionPlace(this.#stay);
    const { thread, session } = current.place;
    if ("thread" in next ? next.thread === thread : next.session === session.name) return false;
    if ("thread" in next) await this.#changeThread(current, next.thread);
    else await this.#changeSession(current, next.session);
    return true;
  }

  /** Whether the connection to the current place is lost, where a request has failed; it may have been one to another thread. */
  async confirmLoss(error: ConnectionLostError): Promise<boolean> {
    const { place } = this;
    let isLost = place.kind === "text";
    const watch = async (): Promise<void> => {
      await place.client.closed;
      isLost = true;
    };
    void watch();
    await wait(0);
    if (isLost) this.#loss ??= error;
    return isLost;
  }

  /**
   * After the loss of a thread: back in the main one, where that is still there.
   *
   * @param tell is told which thread is gone, before the user is told where he is
   */
  fallBack(tell: (thread: number) => void): boolean {
    const { place } = this;
    const main = this.#main;
    if (main === undefined || place.kind === "text" || place.thread === 0) return false;
    place.client.close();
    tell(place.thread);
    this.#stand(main);
    return true;
  }

  /** After a loss: connects anew, and takes up the same session, if it is still there. @throws what connecting throws */
  async reopen(): Promise<void> {
    const { place, isNamed } = this.#stay;
    place.client.close();
    const { name = "" } = place.kind === "session" ? place.session : {};
    const thread = place.kind === "session" ? place.thread : undefined;
    this.#enter(await this.#open({ session: name === "" ? undefined : name, thread }, isNamed));
  }

  /** What waits for the service's answer fails; the user does not want to wait for anything. */
  abandon(): void {
    this.#isOver = true;
    this.place.client.close();
  }

  /** Leaves all places. @param isPatient whether the service is given time to let go of the sessions */
  async letGo(isPatient: boolean): Promise<void> {
    this.#isOver = true;
    const stays = [...new Set([this.#current, this.#main])].filter((stay) => stay !== undefined);
    if (isPatient) await Promise.all(stays.map(leaveInTime));
    for (const { place } of stays) place.client.close();
  }

  get #stay(): Stay {
    if (this.#current === undefined) throw new Error("there is no connection yet");
    return this.#current;
  }

  async #open({ session, thread }: Destination, isNamed: boolean): Promise<Stay> {
    const events = this.#createEvents();
    const place = await this.#options.open({
      session,
      thread: thread === 0 ? undefined : thread,
      onEvent: events.receive,
    });
    return { place, events, isNamed };
  }

  #createEvents(): PlaceEvents {
    return new PlaceEvents({ input: this.#options.input, show: this.#options.onEvent });
  }

  async #changeSession(current: Stay<SessionPlace>, session: string): Promise<void> {
    const { client, greeting, thread } = current.place;
    const events = this.#createEvents();
    const place = await openSession(client, greeting, { session, thread, onEvent: events.receive });
    this.#enter({ place, events, isNamed: true });
    await current.place.session.leave();
  }

  async #changeThread(current: Stay<SessionPlace>, thread: number): Promise<void> {
    if (thread === 0 && this.#main !== undefined) this.#stand(this.#main);
    else this.#enter(await this.#open({ thread }, false));
    if (this.#main === current) return;
    await leaveInTime(current);
    current.place.client.close();
  }

  /** Comes to a place that was opened. */
  #enter(stay: Stay): void {
    if (isOfMainThread(stay)) this.#main = stay;
    this.#stand(stay);
    stay.events.begin(stay.place);
    void this.#watch(stay);
  }

  #stand(stay: Stay): void {
    this.#current = stay;
    this.#loss = undefined;
    this.#options.onEnter(stay.place);
  }

  async #watch(stay: Stay): Promise<void> {
    const error = await (stay.place.kind === "session" ? stay.place.session : stay.place.client).closed;
    stay.events.end();
    const isCurrent = stay === this.#current;
    if (stay === this.#main) {
      this.#main = undefined;
      // Its session may have ended alone.
      if (!isCurrent) stay.place.client.close();
    }
    if (!isCurrent || this.#isOver || error === undefined) return;
    this.#loss = error;
    this.#options.onLoss();
  }
}

/** @throws DirectiveError where the service has the text protocol alone */
function needSessionPlace(stay: Stay): Stay<SessionPlace> {
  if (isSessionStay(stay)) return stay;
  const what = stay.place.language.name === "Python" ? "that of a Python daemon" : "of an older version";
  throw new DirectiveError(`there is no such thing here: this service's REPL is ${what}`);
}

function isSessionStay(stay: Stay): stay is Stay<SessionPlace> {
  return stay.place.kind === "session";
}

function isOfMainThread(stay: Stay): stay is Stay<SessionPlace> {
  return isSessionStay(stay) && stay.place.thread === 0;
}

/** Never rejects, and does not wait for a service that is busy. */
async function leaveInTime({ place, isNamed }: Stay): Promise<void> {
  if (place.kind === "text") return;
  const leaving = isNamed ? place.session.leave() : place.session.close();
  const timeout = new AbortController();
  const late = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LEAVE_TIMEOUT_MS);
    timeout.signal.addEventListener("abort", () => clearTimeout(timer));
  });
  await Promise.race([leaving.catch(() => {}), late]);
  timeout.abort();
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
