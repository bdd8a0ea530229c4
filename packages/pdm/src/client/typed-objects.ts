/** The types of one operation: what it takes by position and by name, and what it returns. */
export interface OperationTypes {
  readonly args: readonly unknown[];
  readonly named: object;
  readonly returns: unknown;
}

/**
 * The types of one object, as `generateTypes` writes them. A key that is missing means that the object cannot do that; of an
 * object whose keys are all optional, as here, nothing is known.
 */
export interface ObjectTypes {
  readonly read?: unknown;
  readonly write?: unknown;
  /** By name; `call` is what `RemoteObject.call` calls. */
  readonly operations?: object;
  readonly event?: unknown;
}

/** Objects of which nothing is known, under any name. */
export type AnyObjects = Readonly<Record<string, ObjectTypes>>;

/** An operation of which nothing is known. */
export interface AnyOperation extends OperationTypes {
  readonly named: Readonly<Record<string, unknown>>;
}

/** What reading gives; `never` where it cannot be read. */
export type ReadType<T> = KeyType<T, "read">;

/** What can be written; nothing where it cannot. */
export type WriteType<T> = KeyType<T, "write">;

/** The payload of its events. */
export type EventType<T> = KeyType<T, "event">;

/** Names of its operations. */
export type OperationName<T> = T extends { readonly operations: infer Operations }
  ? string & keyof Operations
  : "operations" extends keyof T
    ? string
    : never;

/** The operation of that name. */
export type OperationOf<T, Name> = T extends { readonly operations: infer Operations }
  ? Name extends keyof Operations
    ? Operations[Name]
    : never
  : "operations" extends keyof T
    ? AnyOperation
    : never;

/** What an operation returns. */
export type ReturnedType<Operation> = Operation extends { readonly returns: infer Returned } ? Returned : never;

/** How an operation is called: its arguments by position or by name, left out where none is required, and then the options. */
export type CallParameters<Operation, Options> = [Operation] extends [never]
  ? [noSuchOperation: never]
  : Operation extends { readonly args: infer Args; readonly named: infer Named }
    ? Record<string, never> extends Named
      ? [args?: Args | Named, options?: Options]
      : [args: Args | Named, options?: Options]
    : never;

/** What is known of one key of an object's types; `never` where the object has no such key. */
export type KeyType<T, Key extends keyof ObjectTypes> =
  T extends Readonly<Record<Key, infer Known>> ? Known : Key extends keyof T ? unknown : never;
