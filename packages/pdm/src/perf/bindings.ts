import { CallContext } from "../objects/call-context.js";
import { listInterfaces } from "../objects/interfaces.js";
import type { Attribute, Directory, EventSource, InterfaceName, Invocable } from "../objects/interfaces.js";
import { findModule } from "../objects/registry.js";
import type { Connection } from "../session/connection.js";
import { DeadlineError, passGate } from "../session/gate.js";
import type { Outcome } from "../session/gate.js";
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

/** The methods of whatever interfaces the object speaks. */
type Manageable = Directory & Attribute & Invocable & EventSource;

interface Binding {
  /** How the client came by it: for reports. */
  readonly target: string;
  readonly object: Manageable;
  /** As found when it was bound, since looking again may run the object's code. */
  readonly interfaces: readonly InterfaceName[];
  readonly chargedBytes: number;
  subscription: Subscription | undefined;
}

/** Bytes that a binding and a subscription cost, with their entries in maps and listeners' lists. */
const BINDING_BYTES = 256;
const SUBSCRIPTION_BYTES = 512;

/** The objects that one client has bound to its ids, and what it may do with them. */
export class Bindings {
  readonly #connection: Connection;
  readonly #bindings = new Map<ObjectId, Binding>();
  #subscriptions = 0;
  /** Lets go of the request whose result is pending. */
  #letGo: (() => void) | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
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
      throw new PerfFault("ValueError", `${binding.target} does not support the interface ${wanted}`);
    }
    return binding;
  }

  #bind(id: ObjectId, module: string, name: string, answer: Answer): void {
    const objects = findModule(module);
    if (objects === undefined) throw new PerfFault("ImportError", `no module named ${module}`);
    const object = objects.get(name);
    if (object === undefined) throw new PerfFault("AttributeError", `module ${module} has no object ${name}`);
    const target = `${module}.${name}`;
    this.#pass(
      target,
      () => this.#install(id, target, object),
      answer,
      (interfaces) => interfaces,
    );
  }

  #lookup(id: ObjectId, { target, object }: Binding, name: string, answer: Answer): void {
    this.#pass(
      target,
      () => object.lookup(name),
      answer,
      (entry) => {
        if (entry === undefined) throw new PerfFault("KeyError", name);
        return this.#install(id, `${target}/${name}`, entry);
      },
    );
  }

  /** Binds `id`, in place of what it was bound to, and returns what the reply says of the object. */
  #install(id: ObjectId, target: string, object: unknown): readonly InterfaceName[] {
    const interfaces = listInterfaces(object);
    if (interfaces.length === 0) throw new PerfFault("ValueError", `${target} speaks no PERF interface`);
    const { boundIds } = this.#connection.limits;
    const replaced = this.#bindings.get(id);
    if (replaced === undefined && this.#bindings.size >= boundIds) {
      throw new PerfFault("Exception", `${boundIds} objects are bound already (boundIds): unbind some`);
    }
    if (replaced !== undefined) this.#drop(replaced);
    const chargedBytes = BINDING_BYTES + 2 * target.length;
    this.#bindings.set(id, { target, object: object as Manageable, interfaces, chargedBytes, subscription: undefined });
    this.#connection.account.charge(chargedBytes);
    return interfaces;
  }

  #unbind(id: ObjectId, answer: Answer): void {
    const binding = this.#bindings.get(id);
    if (binding === undefined) throw new PerfFault("KeyError", `no object is bound to the id ${id}`);
    this.#bindings.delete(id);
    this.#drop(binding);
    answer.succeed();
  }

  #list({ target, object }: Binding, answer: Answer): void {
    const { replyBytes } = this.#connection.limits;
    this.#pass(
      target,
      () => object.list(),
      answer,
      (names) => collectNames(names, replyBytes),
    );
  }

  #readAttribute({ target, object }: Binding, answer: Answer): void {
    this.#ask(
      target,
      0,
      () => object.read(),
      (outcome) => {
        if (!outcome.threw) answer.succeedWith(outcome.value);
        // The original's words, whatever the object threw: its message is the service's own affair.
        else if (outcome.error instanceof DeadlineError) answer.fail(outcome.error);
        else answer.fail(new PerfFault("Exception", "Could not read attribute"));
      },
    );
  }

  #describe({ target, object }: Binding, answer: Answer): void {
    this.#pass(target, () => object.describe?.(), answer, createAttributeInfo);
  }

  #invoke({ target, object }: Binding, request: PerfRequest & { kind: "invoke" }, bytes: number, answer: Answer): void {
    if (!this.#connection.account.canLend(bytes)) {
      throw new PerfFault("Exception", "calls under way hold too much memory (totalBytes): try again later");
    }
    const { method, args, kwargs } = request;
    this.#ask(
      target,
      bytes,
      () => object.invoke(method, args, kwargs, new CallContext({ session: 0, role: "admin" })),
      (outcome) => {
        if (outcome.threw) answer.fail(outcome.error);
        else answer.succeedWith(outcome.value);
      },
    );
  }

  #subscribe(id: ObjectId, binding: Binding, answer: Answer): void {
    const { target, object } = binding;
    if (binding.subscription !== undefined) throw new PerfFault("ValueError", `already subscribed to ${target}`);
    const { limits, account } = this.#connection;
    if (this.#subscriptions >= limits.subscriptions) {
      throw new PerfFault(
        "Exception",
        `there are ${limits.subscriptions} subscriptions already (subscriptions): end some`,
      );
    }
    const subscription = new Subscription(this.#connection, id, target, object);
    binding.subscription = subscription;
    this.#subscriptions += 1;
    // May evict this very client, which ends the subscription before it begins.
    account.charge(SUBSCRIPTION_BYTES);
    this.#ask(
      target,
      0,
      () => subscription.begin(),
      (outcome) => {
        if (!outcome.threw) return answer.succeed();
        if (binding.subscription === subscription) this.#endSubscription(binding);
        return answer.fail(outcome.error);
      },
    );
  }

  #unsubscribe(binding: Binding, answer: Answer): void {
    if (binding.subscription === undefined) throw new PerfFault("ValueError", `not subscribed to ${binding.target}`);
    this.#endSubscription(binding);
    answer.succeed();
  }

  #endSubscription(binding: Binding): void {
    const { subscription, target } = binding;
    if (subscription === undefined) return;
    binding.subscription = undefined;
    this.#subscriptions -= 1;
    const { account, limits } = this.#connection;
    account.charge(-SUBSCRIPTION_BYTES);
    // Whatever the object makes of it, no event of it is sent any more.
    passGate({ target, limits, account, argumentBytes: 0, run: () => subscription.end(), settle: () => undefined });
  }

  #drop(binding: Binding): void {
    this.#endSubscription(binding);
    this.#connection.account.charge(-binding.chargedBytes);
  }

  /** Asks an object, and answers with what `finish` makes of its result; what that throws is the request's failure. */
  #pass(target: string, run: () => unknown, answer: Answer, finish: (value: unknown) => unknown): void {
    this.#ask(target, 0, run, (outcome) => {
      if (outcome.threw) return answer.fail(outcome.error);
      let value: unknown;
      try {
        value = finish(outcome.value);
      } catch (error) {
        return answer.fail(error);
      }
      return answer.succeedWith(value);
    });
  }

  #ask(target: string, argumentBytes: number, run: () => unknown, settle: (outcome: Outcome) => void): void {
    const { limits, account } = this.#connection;
    this.#letGo = passGate({ target, limits, account, argumentBytes, run, settle });
  }
}

/** The names as an array; counted as they come, since an object may never stop to yield. */
function collectNames(names: unknown, maxBytes: number): string[] {
  const collected: string[] = [];
  let bytes = 0;
  for (const name of names as Iterable<unknown>) {
    if (typeof name !== "string") throw new PerfFault("ValueError", "the directory listed a name that is no string");
    bytes += name.length + 5;
    if (bytes > maxBytes) throw new PerfFault("Exception", `the names take more than ${maxBytes} bytes (replyBytes)`);
    collected.push(name);
  }
  return collected;
}
