/**
 * Events as the original has them: plain objects with the time, and pairs of start and finish.
 *
 * The class of an event decides what it is to a Python client: the static `pythonClass`, `MODULE.NAME`, must be a class
 * that the client can import, and the event's own enumerable properties become its fields. A class without one travels
 * as `pdm.perf.event`, which is always there.
 */
export class PerfEvent {
  static readonly pythonClass: string = "pdm.perf.event";

  /** When it happened: seconds since the epoch. */
  readonly time: number;

  constructor(time: number = Date.now() / 1000) {
    this.time = time;
  }
}

/** An event of a process, in the sense of something that goes on for a while: those of one process share an id. */
export class ProcessEvent extends PerfEvent {
  static override readonly pythonClass: string = "pdm.perf.procevent";

  readonly id: number;

  constructor(id: number, time?: number) {
    super(time);
    this.id = id;
  }
}

let nextProcessId = 0;

/** The start of a process; allocates its id, counting from 0 in this copy of the package. */
export class StartEvent extends ProcessEvent {
  static override readonly pythonClass: string = "pdm.perf.startevent";

  constructor(time?: number) {
    super(nextProcessId++, time);
  }
}

/** The end of the process that `start` began. */
export class FinishEvent extends ProcessEvent {
  static override readonly pythonClass: string = "pdm.perf.finishevent";

  /** Whether it ended before it was done. */
  readonly aborted: boolean;

  constructor(start: { readonly id: number }, aborted: boolean = false, time?: number) {
    super(start.id, time);
    this.aborted = aborted;
  }
}
