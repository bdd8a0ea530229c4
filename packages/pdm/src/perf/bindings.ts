import type { InterfaceName } from "../objects/interfaces.js";
import {
  describeObject,
  findObject,
  invokeMethod,
  listEntries,
  listObjectInterfaces,
  lookUpEntry,
  readAttribute,
  subscribeObject,
  unsubscribeObject,
} from "../session/access.js";
import type { AccessOptions, ObjectReference, Outcome } from "../session/access.js";
import { AccessError } from "../session/access-error.js";
import type { Connection } from "../session/connection.js";
import { DeadlineError } from "../session/gate.js";
import type { Session } from "../session/session.js";
import { dropSource, isStreamSource } from "../session/stream-source.js";
import { describeNow, findOperation } from "../session/effect.js";
import { adaptArguments } from "./described-arguments.js";
import { PerfFault } from "./fault.js";
import { createAttributeInfo } from "./python-form.js";
import type { ObjectId, PerfRequest } from "./request.js";
import { Subscription } from "./subscription.js";

/** What the client gets: `("+",)`, `("+", value)` or `("-", error)`, one of them, once. */
export interface Answer {
  succeed(): void;
  succeedWith(value: unknown): void;
  fail(error: unknown): void;
}

interface Binding extends ObjectReference {
  /** As found when it was bound, since looking again may run the object's code. */
  readonly interfaces: readonly InterfaceName[];
  readonly chargedBytes: number;
  subscription: Subscription | undefined;
}

/** Bytes that a binding and a subscription cost, with their entries in maps and listeners' lists. */
const BINDING_BYTES = 256;
const SUBSCRIPTION_BYTES = 512;

/** The protocol has no deadlines of its own. */
const OPTIONS: AccessOptions = {};

/** The objects that one client has bound to its ids, and what it may do with them. */
export class Bindings {
  readonly #connection: Connection;
  readonly #session: Session;
  readonly #bindings = new Map<ObjectId, Binding>();
  #subscriptions = 0;
  /** Lets go of the request whose result is pending. */
  #letGo: (() => void) | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#session = connection.session;
  }

  /**
   * Carries out `request`; answers exactly once, within this call unless the object's result is pending.
   *
   * @param argumentBytes what the request holds in memory
   * @throws PerfFault for what is refused without asking the object; then nothing was answered or changed
   */
  perform(request: PerfRequest, argumentBytes: number, answer: Answer): void {
    switch (request.kind) {
      case "readattr":
        return this.#readAttribute(this.#find(request.id, "attr"), answer);
      case "invoke":
        return this.#invoke(this.#find(request.id, "invoke"), request, argumentBytes, answer);
      case "ls":
        return this.#list(this.#find(request.id, "dir"), answer);
      case "attrinfo":
        return this.#describe(this.#find(request.id, "attr"), answer);
      case "bind":
        return this.#bind(request.id, request.module, request.name, answer);
      case "lookup":
        return this.#lookup(request.id, this.#find(request.directoryId, "dir"), request.name, answer);
      case "unbind":
        return this.#unbind(request.id, answer);
      case "subs":
        return this.#subscribe(request.id, this.#find(request.id, "event"), answer);
      case "unsubs":
        return this.#unsubscribe(this.#find(request.id, "event"), answer);
    }
  }

  /** Lets go of every object, ending the subscriptions, and of the pending request. */
  release(): void {
    this.#letGo?.();
    for (const binding of this.#bindings.values()) this.#drop(binding);
    this.#bindings.clear();
  }

  #find(id: ObjectId, wanted: InterfaceName): Binding {
    const binding = this.#bindings.get(id);
    if (binding === undefined) throw new PerfFault("ValueError", `no object is bound to the id ${id}`);
    if (!binding.interfaces.includes(wanted)) {
      throw new PerfFault("ValueError", `${binding.name} does not support the interface ${wanted}`);
    }
    return binding;
  }

  #bind(id: ObjectId, module: string, name: string, answer: Answer): void {
    this.#install(id, findObject(this.#session, module, name), answer);
  }

  #lookup(id: ObjectId, directory: Binding, name: string, answer: Answer): void {
    this.#letGo = lookUpEntry(this.#session, directory, name, OPTIONS, (outcome) => {
      if (outcome.threw) answer.fail(outcome.error);
      else this.#install(id, outcome.value, answer);
    });
  }

  /** Binds `id`, in place of what it was bound to, and answers what the object speaks. */
  #install(id: ObjectId, reference: ObjectReference, answer: Answer): void {
    listObjectInterfaces(this.#session, reference, (outcome) => {
      answerWith(outcome, answer, (interfaces) => {
        this.#add(id, reference, interfaces);
        return interfaces;
      });
    });
  }

  #add(id: ObjectId, { name, object }: ObjectReference, interfaces: readonly InterfaceName[]): void {
    if (interfaces.length === 0) throw new PerfFault("ValueError", `${name} speaks no PERF interface`);
    const { boundIds } = this.#connection.limits;
    const replaced = this.#bindings.get(id);
    if (replaced === undefined && this.#bindings.size >= boundIds) {
      throw new PerfFault("Exception", `${boundIds} objects are bound already (boundIds): unbind some`);
    }
    if (replaced !== undefined) this.#drop(replaced);
    const chargedBytes = BINDING_BYTES + 2 * name.length;
    this.#bindings.set(id, { name, object, interfaces, chargedBytes, subscription: undefined });
    this.#connection.account.charge(chargedBytes);
  }

  #unbind(id: ObjectId, answer: Answer): void {
    const binding = this.#bindings.get(id);
    if (binding === undefined) throw new PerfFault("KeyError", `no object is bound to the id ${id}`);
    this.#bindings.delete(id);
    this.#drop(binding);
    answer.succeed();
  }

  #list(directory: Binding, answer: Answer): void {
    this.#letGo = listEntries(this.#session, directory, OPTIONS, (outcome) => answerWith(outcome, answer, keep));
  }

  #readAttribute(binding: Binding, answer: Answer): void {
    this.#letGo = readAttribute(this.#session, binding, OPTIONS, (outcome) => {
      if (!outcome.threw) answer.succeedWith(outcome.value);
      else answer.fail(explainRead(outcome.error));
    });
  }

  #describe(binding: Binding, answer: Answer): void {
    this.#letGo = describeObject(this.#session, binding, OPTIONS, (outcome) =>
      answerWith(outcome, answer, createAttributeInfo),
    );
  }

  #invoke(binding: Binding, request: PerfRequest & { kind: "invoke" }, argumentBytes: number, answer: Answer): void {
    const { method } = request;
    const { args, kwargs } = adaptArguments(request, findOperation(describeNow(binding.object), method));
    this.#letGo = invokeMethod(this.#session, binding, method, args, kwargs, { argumentBytes }, (outcome) => {
      // The protocol has no form for it: the request fails, and nobody will read it.
      if (!outcome.threw && isStreamSource(outcome.value)) void dropSource(outcome.value);
      answerWith(outcome, answer, keep);
    });
  }

  #subscribe(id: ObjectId, binding: Binding, answer: Answer): void {
    const { name } = binding;
    if (binding.subscription !== undefined) throw new PerfFault("ValueError", `already subscribed to ${name}`);
    const { limits, account } = this.#connection;
    if (this.#subscriptions >= limits.subscriptions) {
      throw new PerfFault(
        "Exception",
        `there are ${limits.subscriptions} subscriptions already (subscriptions): end some`,
      );
    }
    const subscription = new Subscription(this.#connection, id, name);
    binding.subscription = subscription;
    this.#subscriptions += 1;
    // May evict this very client, which ends the subscription before it begins.
    account.charge(SUBSCRIPTION_BYTES);
    this.#letGo = subscribeObject(this.#session, binding, subscription.listener, OPTIONS, (outcome) => {
      if (!outcome.threw) return answer.succeed();
      if (binding.subscription === subscription) this.#endSubscription(binding);
      return answer.fail(outcome.error);
    });
  }

  #unsubscribe(binding: Binding, answer: Answer): void {
    if (binding.subscription === undefined) throw new PerfFault("ValueError", `not subscribed to ${binding.name}`);
    this.#endSubscription(binding);
    answer.succeed();
  }

  #endSubscription(binding: Binding): void {
    const { subscription } = binding;
    if (subscription === undefined) return;
    binding.subscription = undefined;
    this.#subscriptions -= 1;
    this.#connection.account.charge(-SUBSCRIPTION_BYTES);
    subscription.end();
    unsubscribeObject(this.#session, binding, subscription.listener);
  }

  #drop(binding: Binding): void {
    this.#endSubscription(binding);
    this.#connection.account.charge(-binding.chargedBytes);
  }
}

/** Answers with what `finish` makes of the result; what that throws is the request's failure. */
function answerWith<T>(outcome: Outcome<T>, answer: Answer, finish: (value: T) => unknown): void {
  if (outcome.threw) return answer.fail(outcome.error);
  let value: unknown;
  try {
    value = finish(outcome.value);
  } catch (error) {
    return answer.fail(error);
  }
  return answer.succeedWith(value);
}

function keep(value: unknown): unknown {
  return value;
}

/** The original's words, whatever the object threw: its message is the service's own affair. */
function explainRead(error: unknown): unknown {
  const isOurs = error instanceof DeadlineError || error instanceof AccessError;
  return isOurs ? error : new PerfFault("Exception", "Could not read attribute");
}
