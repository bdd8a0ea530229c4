import { InspectorError } from "./inspector-error.js";
import type { InspectorSession } from "./inspector-session.js";

/** What is asked of the inspector. */
export interface InspectorRequest {
  readonly id: number;
  readonly method: string;
  readonly params: object;
}

/** What the inspector sends: the answer to a request, or an event. */
export interface InspectorMessage {
  readonly id?: number;
  readonly result?: object;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: object;
}

interface Waiting {
  resolve(result: object): void;
  reject(error: InspectorError): void;
}

/** A session whose messages somebody carries to and fro. */
export class MessageSession implements InspectorSession {
  readonly #send: (request: InspectorRequest) => void;
  readonly #disconnect: () => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Set<(params: object) => void>>();
  #last = 0;
  #closed: InspectorError | undefined;

  /**
   * @param send carries a request to the inspector; who carries its messages here calls {@link receive}, and {@link end} when it cannot any more
   * @param disconnect ends the way; called once, by {@link close}
   */
  constructor(send: (request: InspectorRequest) => void, disconnect: () => void) {
    this.#send = send;
    this.#disconnect = disconnect;
  }

  post<Result extends object = object>(
    method: string,
    params: object = {},
    timeoutMs?: number,
    onAnswer?: () => void,
  ): Promise<Result> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    this.#last += 1;
    const id = this.#last;
    return new Promise<object>((resolve, reject) => {
      const timer =
        timeoutMs === undefined ? undefined : setTimeout(() => this.#giveUp(id, method, timeoutMs), timeoutMs);
      this.#waiting.set(id, {
        resolve(result) {
          clearTimeout(timer);
          onAnswer?.();
          resolve(result);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#send({ id, method, params });
    }) as Promise<Result>;
  }

  on(event: string, listener: (params: object) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  close(): void {
    if (this.#closed !== undefined) return;
    this.end("the session with the inspector was closed");
    this.#disconnect();
  }

  /** Takes what the inspector sent. */
  receive({ id, method, result = {}, error, params = {} }: InspectorMessage): void {
    if (id !== undefined) {
      const waiting = this.#take(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(explainRefusal(error.message));
    } else if (method !== undefined) {
      for (const listener of this.#listeners.get(method) ?? []) listener(params);
    }
  }

  /** Nothing more comes, for that reason. */
  end(reason: string): void {
    this.#closed ??= new InspectorError("ERR_PDM_INSPECTOR_CLOSED", reason);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const request of waiting) request.reject(this.#closed);
  }

  #giveUp(id: number, method: string, timeoutMs: number): void {
    this.#take(id)?.reject(
      new InspectorError("ERR_PDM_INSPECTOR_TIMEOUT", `the thread did not answer ${method} within ${timeoutMs} ms`),
    );
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}

/** A process whose program has come to its end waits for its debuggers to leave, without anything to evaluate in. */
function explainRefusal(message: string): InspectorError {
  return /^Cannot find (?:context|default execution context)/.test(message)
    ? new InspectorError("ERR_PDM_INSPECTOR_CLOSED", "its program has ended; the process waits for this session to end")
    : new InspectorError("ERR_PDM_INSPECTOR_REFUSED", message);
}

/** What comes as text; of what is no message of the inspector's, the parts that are. */
export function parseMessage(text: string): InspectorMessage {
  const { id, result, error, method, params } = parseObject(text);
  return {
    ...(typeof id === "number" && { id }),
    ...(isObject(result) && { result }),
    ...(error !== undefined && { error: { message: readErrorMessage(error) } }),
    ...(typeof method === "string" && { method }),
    ...(isObject(params) && { params }),
  };
}

function readErrorMessage(error: unknown): string {
  const message = isObject(error) ? error["message"] : error;
  return typeof message === "string" ? message : "refused, without a reason";
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
