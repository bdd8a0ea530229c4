import { PdmError } from "../errors.js";

/** What an object of the other side threw, where that is no Python exception. */
export interface ThrownDetails {
  /** The name of the error's class, such as `TypeError`; of what is no error, its type. */
  readonly name: string;
  /** All of it, as the object has it; a program's terminal must not be shown it unescaped. */
  readonly message: string;
  readonly code: string | undefined;
}

/** What the other side said about a failure, beside the message. Over `rpc` only `thrown`, over `perf` the rest. */
export interface RemoteErrorDetails {
  /** What the object threw; undefined where the server itself refused. */
  readonly thrown?: ThrownDetails | undefined;
  /** The class of the Python exception, `MODULE.NAME` as Python 2 has it, such as `exceptions.KeyError`. Undefined where this side already knew the answer. */
  readonly pythonClass?: string | undefined;
  /** The arguments of the exception, values in the forms of docs/values.md. */
  readonly args?: readonly unknown[] | undefined;
  /** The attributes of the exception, those set by its constructor alone excepted. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A request that the other side answered with an error. The connection is as good as before.
 *
 * `code` is `ERR_PDM_REMOTE`, or that of the subclass, which says what the exception means for this request. The
 * original's releases 0.2 and 0.3 raise different classes; both give the same error here.
 */
export class RemoteError extends PdmError {
  /** {@inheritDoc RemoteErrorDetails.thrown} */
  readonly thrown: ThrownDetails | undefined;
  /** {@inheritDoc RemoteErrorDetails.pythonClass} */
  readonly pythonClass: string | undefined;
  /** {@inheritDoc RemoteErrorDetails.args} */
  readonly args: readonly unknown[];
  /** {@inheritDoc RemoteErrorDetails.fields} */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(message: string, details: RemoteErrorDetails = {}, code = "ERR_PDM_REMOTE") {
    super(code, message);
    this.thrown = details.thrown;
    this.pythonClass = details.pythonClass;
    this.args = details.args ?? [];
    this.fields = details.fields ?? {};
  }
}

/** There is no such module, object or entry, or it is nothing that can be managed. */
export class NoSuchNameError extends RemoteError {
  constructor(message: string, details?: RemoteErrorDetails) {
    super(message, details, "ERR_PDM_NO_SUCH_NAME");
  }
}

/** The object does not speak the interface that the request needs; `RemoteObject.interfaces` lists those it does. */
export class NoSuchInterfaceError extends RemoteError {
  constructor(message: string, details?: RemoteErrorDetails) {
    super(message, details, "ERR_PDM_NO_SUCH_INTERFACE");
  }
}

/** The object has no method of that name. */
export class NoSuchMethodError extends RemoteError {
  constructor(message: string, details?: RemoteErrorDetails) {
    super(message, details, "ERR_PDM_NO_SUCH_METHOD");
  }
}

/** The attribute is there, but reading its value failed. */
export class ReadFailedError extends RemoteError {
  constructor(message: string, details?: RemoteErrorDetails) {
    super(message, details, "ERR_PDM_READ_FAILED");
  }
}

/** The role of this socket does not allow it, which the message says. Nothing was done. Over `rpc`. */
export class RefusedError extends RemoteError {
  constructor(message: string) {
    super(message, {}, "ERR_PDM_REFUSED");
  }
}

/** A value or an argument does not fit, which the other side found before anything was done. Over `rpc`. */
export class InvalidArgumentError extends RemoteError {
  /** The parameter at fault, as the other side names it; undefined where it named none. */
  readonly argument: string | undefined;

  constructor(message: string, argument?: string) {
    super(message, {}, "ERR_PDM_INVALID_ARGUMENT");
    this.argument = argument;
  }
}

/** Timed out on the other side: `timeoutMs` of the request, or the server's own. What was begun may go on. Over `rpc`. */
export class DeadlineError extends RemoteError {
  constructor(message: string) {
    super(message, {}, "ERR_PDM_DEADLINE");
  }
}

/** The attribute's value is not the expected one. Nothing was written. Over `rpc`. */
export class ConflictError extends RemoteError {
  constructor(message: string) {
    super(message, {}, "ERR_PDM_CONFLICT");
  }
}

/** The attribute cannot be written. Over `rpc`. */
export class ReadOnlyError extends RemoteError {
  constructor(message: string) {
    super(message, {}, "ERR_PDM_READ_ONLY");
  }
}

/** The request is over a limit of the server, which the message names. Over `rpc`. */
export class ServerLimitError extends RemoteError {
  constructor(message: string) {
    super(message, {}, "ERR_PDM_LIMIT");
  }
}

/** What a {@link Cut} left out can no longer be fetched: read the value again. Over `rpc`. */
export class NoSuchHandleError extends RemoteError {
  constructor(message: string) {
    super(message, {}, "ERR_PDM_NO_SUCH_HANDLE");
  }
}

/** The server's protocol has no such request: it speaks `perf`, or an older `rpc`. Nothing was sent. */
export class NotOfferedError extends PdmError {
  constructor(message: string) {
    super("ERR_PDM_NOT_OFFERED", message);
  }
}

/**
 * The connection is gone, and with it every request that had no reply; whether such a request was carried out is not
 * known. `cause` is what ended the connection, where that was an error. Connect again, unless the message says that the
 * client does so by itself.
 */
export class ConnectionLostError extends PdmError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_PDM_CONNECTION_LOST", message, options);
  }
}

/** No reply in time. The request may still be carried out; its late reply is ignored, and the connection goes on. */
export class RequestTimeoutError extends PdmError {
  constructor(message: string) {
    super("ERR_PDM_REQUEST_TIMEOUT", message);
  }
}

/** Too many requests, or too many bytes of them, wait for this server; this one was not sent. */
export class TooManyRequestsError extends PdmError {
  constructor(message: string) {
    super("ERR_PDM_TOO_MANY_REQUESTS", message);
  }
}

/** The other side sent what the protocol does not allow, or more than the limits do. */
export class ProtocolError extends PdmError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_PDM_PROTOCOL", message, options);
  }
}

/**
 * Connected, but the other side did not say hello as a PDM socket does, or refused. The connection is closed. `code` is
 * - `ERR_PDM_HELLO_NOT_PDM`: something else listens there;
 * - `ERR_PDM_HELLO_REFUSED`: it does not offer the sub-protocol, or takes no more connections; the message says which;
 * - `ERR_PDM_HELLO_TIMEOUT`: it said nothing in time.
 */
export class HelloError extends PdmError {
  /** @internal Whether it is the sub-protocol that the other side did not take. */
  readonly isProtocolRefused: boolean;

  constructor(code: string, message: string, options?: ErrorOptions, isProtocolRefused: boolean = false) {
    super(code, message, options);
    this.isProtocolRefused = isProtocolRefused;
    // An inner matter, of which `util.inspect` need not tell.
    Object.defineProperty(this, "isProtocolRefused", { enumerable: false });
  }
}

/** The handle was closed here before it was used. Get a new one from the client. */
export class HandleClosedError extends PdmError {
  constructor(message: string) {
    super("ERR_PDM_HANDLE_CLOSED", message);
  }
}

/** The name given to `find` is not of the form `MODULE.OBJECT/NAME/NAME`; nothing was sent. */
export class ObjectNameError extends PdmError {
  constructor(message: string) {
    super("ERR_PDM_OBJECT_NAME", message);
  }
}
