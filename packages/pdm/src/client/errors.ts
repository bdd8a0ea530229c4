import { PdmError } from "../errors.js";

/** What the other side said about a failure, beside the message. */
export interface RemoteErrorDetails {
  /** The class of the Python exception, `MODULE.NAME` as Python 2 has it, such as `exceptions.KeyError`. Undefined where this side already knew the answer. */
  readonly pythonClass?: string | undefined;
  /** The arguments of the exception, values in the forms of docs/values.md. */
  readonly args?: readonly unknown[] | undefined;
  /** The attributes of the exception, those set by its constructor alone excepted. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A request that the other side answered with an exception. The connection is as good as before.
 *
 * `code` is `ERR_PDM_REMOTE`, or that of the subclass, which says what the exception means for this request. The
 * original's releases 0.2 and 0.3 raise different classes; both give the same error here.
 */
export class RemoteError extends PdmError {
  /** {@inheritDoc RemoteErrorDetails.pythonClass} */
  readonly pythonClass: string | undefined;
  /** {@inheritDoc RemoteErrorDetails.args} */
  readonly args: readonly unknown[];
  /** {@inheritDoc RemoteErrorDetails.fields} */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(message: string, details: RemoteErrorDetails = {}, code = "ERR_PDM_REMOTE") {
    super(code, message);
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

/**
 * The connection is gone, and with it every request that had no reply; whether such a request was carried out is not
 * known. `cause` is what ended the connection, where that was an error. Connect again.
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
export class HelloError extends PdmError {}

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
