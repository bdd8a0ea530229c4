import { isAttribute, isDirectory, isEventSource, isInvocable, listInterfaces } from "../objects/interfaces.js";
import type { InterfaceName } from "../objects/interfaces.js";
import { findModule } from "../objects/registry.js";
import type { Connection } from "../session/connection.js";
import { DeadlineError, passGate } from "../session/gate.js";
import type { Outcome } from "../session/gate.js";
import { mapResult } from "../session/result.js";
import { PerfFault } from "./fault.js";
import { createAttributeInfo } from "./python-form.js";
import type { ObjectId, PerfRequest } from "./request.js";
import { Subscription } from "./subscription.js";

/** What the client gets: `("+", ...items)` or `("-", error)`, one of them, once. */
export interface Answer {
  succeed(...items: unknown[]): void;
  fail(error: unknown): void;
}

interface Binding {
  /** How the client came by it: for reports. */
  readonly target: string;
  readonly object: object;
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

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Carries out `request`; answers exactly once, within this call unless the object's result is pending. */
  perform(request: PerfRequest, answer: Answer): void {
    switch (request.kind) {
      case "readattr":
        return this.#readAttribute(this.#find(request.id), answer);
      case "invoke":
        return this.#invoke(this.#find(request.id), request, answer);
      case "ls":
        return this.#list(this.#find(request.id), answer);
      case "attrinfo":
        return this.#describe(this.#find(request.id), answer);
      case "bind":
        return this.#bind(request.id, request.module, request.name, answer);
      case "lookup":
        return this.#lookup(request.id, this.#find(request.directoryId), request.name, answer);
      case "unbind":
        return this.#unbind(request.id, answer);
      case "subs":
        return this.#subscribe(request.id, this.#find(request.id), answer);
      case "unsubs":
        return this.#unsubscribe(this.#find(request.id), answer);
    }
  }

  /** Lets go of every object, ending the subscriptions. */
  release(): void {
    for (const binding of this.#bindings.values()) this.#drop(binding);
    this.#bindings.clear();
  }

  #find(id: ObjectId): Binding {
    const binding = this.#bindings.get(id);
    if (binding === undefined) throw new PerfFault("ValueError", `no object is bound to the id ${id}`);
    return binding;
  }

  #bind(id: ObjectId, module: string, name: string, answer: Answer): void {
    const objects = findModule(module);
    if (objects === undefined) throw new PerfFault("ImportError", `no module named ${module}`);
    const object = objects.get(name);
    if (object === undefined) throw new PerfFault("AttributeError", `module ${module} has no object ${name}`);
    this.#pass(`${module}.${name}`, () => this.#install(id, `${module}.${name}`, object), answer);
  }

  #lookup(id: ObjectId, directory: Binding, name: string, answer: Answer): void {
    const { object } = directory;
    if (!isDirectory(object)) throw unsupported(directory, "dir");
    const install = (entry: unknown): InterfaceName[] => {
      if (entry === undefined) throw new PerfFault("KeyError", name);
      return this.#install(id, `${directory.target}/${name}`, entry);
    };
    this.#pass(directory.target, () => mapResult(object.lookup(name), install), answer);
  }

  /** Binds `id`, in place of what it was bound to, and returns what the reply says of the object. */
  #install(id: ObjectId, target: string, object: unknown): InterfaceName[] {
    const interfaces = listInterfaces(object);
    if (interfaces.length === 0) throw new PerfFault("ValueError", `${target} speaks no PERF interface`);
    const { boundIds } = this.#connection.limits;
    const replaced = this.#bindings.get(id);
    if (replaced === undefined && this.#bindings.size >= boundIds) {
      throw new PerfFault("Exception", `${boundIds} objects are bound already (boundIds): unbind some`);
    }
    if (replaced !== undefined) this.#drop(replaced);
    const chargedBytes = BINDING_BYTES + 2 * target.length;
    this.#bindings.set(id, { target, object: object as object, chargedBytes, subscription: undefined });
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

  #list(binding: Binding, answer: Answer): void {
    const { object } = binding;
    if (!isDirectory(object)) throw unsupported(binding, "dir");
    const { replyBytes } = this.#connection.limits;
    this.#pass(binding.target, () => mapResult(object.list(), (names) => collectNames(names, replyBytes)), answer);
  }

  #readAttribute(binding: Binding, answer: Answer): void {
    const { object } = binding;
    if (!isAttribute(object)) throw unsupported(binding, "attr");
    passGate(
      binding.target,
      this.#connection.limits,
      () => object.read(),
      (outcome) => {
        if (!outcome.threw) answer.succeed(outcome.value);
        // The original's words, whatever the object threw: its message is the service's own affair.
        else if (outcome.error instanceof DeadlineError) answer.fail(outcome.error);
        else answer.fail(new PerfFault("Exception", "Could not read attribute"));
      },
    );
  }

  #describe(binding: Binding, answer: Answer): void {
    const { object } = binding;
    if (!isAttribute(object)) throw unsupported(binding, "attr");
    this.#pass(binding.target, () => mapResult(object.describe?.(), createAttributeInfo), answer);
  }

  #invoke(binding: Binding, request: PerfRequest & { kind: "invoke" }, answer: Answer): void {
    const { object } = binding;
    if (!isInvocable(object)) throw unsupported(binding, "invoke");
    const { method, args, named } = request;
    this.#pass(binding.target, () => object.invoke(method, args, named), answer);
  }

  #subscribe(id: ObjectId, binding: Binding, answer: Answer): void {
    const { object } = binding;
    if (!isEventSource(object)) throw unsupported(binding, "event");
    if (binding.subscription !== undefined)
      throw new PerfFault("ValueError", `already subscribed to ${binding.target}`);
    const { limits, account } = this.#connection;
    if (this.#subscriptions >= limits.subscriptions) {
      throw new PerfFault(
        "Exception",
        `there are ${limits.subscriptions} subscriptions already (subscriptions): end some`,
      );
    }
    const subscription = new Subscription(this.#connection, id, binding.target, object);
    binding.subscription = subscription;
    this.#subscriptions += 1;
    account.charge(SUBSCRIPTION_BYTES);
    passGate(
      binding.target,
      limits,
      () => subscription.begin(),
      (outcome) => {
        if (!outcome.threw) return answer.succeed();
        if (binding.subscription === subscription) this.#endSubscription(binding);
        return answer.fail(outcome.error);
      },
    );
  }

  #unsubscribe(binding: Binding, answer: Answer): void {
    if (!isEventSource(binding.object)) throw unsupported(binding, "event");
    if (binding.subscription === undefined) throw new PerfFault("ValueError", `not subscribed to ${binding.target}`);
    this.#endSubscription(binding);
    answer.succeed();
  }

  #endSubscription(binding: Binding): void {
    const { subscription } = binding;
    if (subscription === undefined) return;
    binding.subscription = undefined;
    this.#subscriptions -= 1;
    this.#connection.account.charge(-SUBSCRIPTION_BYTES);
    // Whatever the object makes of it, no event of it is sent any more.
    passGate(
      binding.target,
      this.#connection.limits,
      () => subscription.end(),
      () => undefined,
    );
  }

  #drop(binding: Binding): void {
    this.#endSubscription(binding);
    this.#connection.account.charge(-binding.chargedBytes);
  }

  #pass(target: string, run: () => unknown, answer: Answer): void {
    passGate(target, this.#connection.limits, run, (outcome: Outcome) => {
      if (outcome.threw) answer.fail(outcome.error);
      else answer.succeed(outcome.value);
    });
  }
}

function unsupported(binding: Binding, wanted: InterfaceName): PerfFault {
  return new PerfFault("ValueError", `${binding.target} does not support the interface ${wanted}`);
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
