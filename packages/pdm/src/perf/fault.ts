import { PdmError } from "../errors.js";

/** What a client did wrong, or asked in vain; travels as the Python exception `pythonClass`, with the message as its argument. */
export class PerfFault extends PdmError {
  /** A name of Python 2's module `exceptions`, which every client can load. */
  readonly exceptionName: string;

  constructor(exceptionName: string, message: string) {
    super("ERR_PDM_PERF", message);
    this.exceptionName = exceptionName;
  }
}
