import { Tuple } from "../../pickle/values.js";
import { NotOfferedError, ProtocolError } from "../errors.js";
import { isPositional, type CallArguments, type ObjectAccess } from "../object-access.js";
import type { RemoteDescription } from "../remote-description.js";
import type { InvokeOptions, ReadOptions, SubscribeOptions, WriteOptions } from "../request-options.js";
import type { ReceivedEvent, StreamQueue } from "../stream-queue.js";
import { takeValue, type Outcome, type RequestOptions } from "../waiter.js";
import { Binding } from "./binding.js";
import type { PerfChannel } from "./channel.js";
import type { RequestDescription } from "./failure.js";
import { readPythonObject } from "./python-object.js";

/** One object over `perf`, by the id that it is bound to. */
export class PerfObject implements ObjectAccess {
  readonly target: string;
  readonly interfaces: readonly string[];
  readonly #channel: PerfChannel;
  readonly #binding: Binding;

  /** The binding is held already, for this object. */
  constructor(channel: PerfChannel, binding: Binding) {
    this.#channel = channel;
    this.#binding = binding;
    this.target = binding.target;
    this.interfaces = binding.interfaces;
  }

  async lookUp(name: string, options: RequestOptions): Promise<ObjectAccess> {
    const binding = new Binding(this.#channel, `${this.target}/${name}`);
    binding.lookUp(this.#binding, name);
    await binding.hold(options);
    return createPerfObject(this.#channel, binding);
  }

  async list(options: RequestOptions): Promise<string[]> {
    return readNames(takeValue(await this.#ask("ls", [], options)));
  }

  async describe(options: RequestOptions): Promise<RemoteDescription | undefined> {
    if (!this.interfaces.includes("attr")) {
      throw new NotOfferedError(`perf describes attributes only, and ${this.target} is none`);
    }
    const info = takeValue(await this.#ask("attrinfo", [], options));
    if (info === null || info === undefined) return undefined;
    const { fields } = readPythonObject(info);
    return { description: typeof fields["desc"] === "string" ? fields["desc"] : undefined, fields };
  }

  read(options: ReadOptions): Promise<Outcome<unknown>> {
    const refused = refuseOptions(options, ["path", "limits"]);
    return refused ?? this.#ask("readattr", [], options);
  }

  write(_value: unknown, _options: WriteOptions): Promise<Outcome<unknown>> {
    return refuse("write attributes");
  }

  invoke(method: string, args: CallArguments, options: InvokeOptions): Promise<Outcome<unknown>> {
    const refused = refuseOptions(options, ["limits"]);
    if (refused !== undefined) return refused;
    const { kwargs = {} } = options;
    const parameters = isPositional(args)
      ? [method, Tuple.from(args), kwargs]
      : [method, Tuple.of(), { ...args, ...kwargs }];
    return this.#ask("invoke", parameters, options, method);
  }

  async subscribe(queue: StreamQueue<ReceivedEvent>, options: SubscribeOptions): Promise<() => void> {
    const refused = refuseOptions(options, ["where", "minIntervalMs", "latestOnly"]);
    if (refused !== undefined) takeValue(await refused);
    const { subscription } = this.#binding;
    await subscription.add(queue, options);
    return () => subscription.remove(queue);
  }

  release(): void {
    this.#binding.release();
  }

  #ask(
    kind: RequestDescription["kind"],
    parameters: readonly unknown[],
    options: RequestOptions,
    method?: string,
  ): Promise<Outcome<unknown>> {
    const { target } = this;
    const request: RequestDescription = method === undefined ? { kind, target } : { kind, target, method };
    return this.#channel.request(Tuple.of<unknown>(kind, this.#binding.id, ...parameters), request, options);
  }
}

/** Refused where one of these options, which perf has nothing for, is given. */
function refuseOptions<Options extends object>(
  options: Options,
  names: readonly (string & keyof Options)[],
): Promise<Outcome<never>> | undefined {
  for (const name of names) if (options[name] !== undefined) return refuse(`take the option ${name}`);
  return undefined;
}

async function refuse(what: string): Promise<Outcome<never>> {
  return { kind: "failed", makeError: () => new NotOfferedError(`this server speaks perf, which cannot ${what}`) };
}

/** Python 2 lists byte strings; one that is not ASCII has arrived as bytes. */
function readNames(value: unknown): string[] {
  if (!Array.isArray(value)) throw new ProtocolError("the other side sent no list of names");
  return Array.from(value, (name: unknown) => {
    if (typeof name === "string") return name;
    if (name instanceof Uint8Array) return Buffer.from(name).toString();
    throw new ProtocolError("the other side sent a list with a name that is no string");
  });
}

/** Outside of the class: the bundler renames one that refers to itself. */
function createPerfObject(channel: PerfChannel, binding: Binding): ObjectAccess {
  return new PerfObject(channel, binding);
}
