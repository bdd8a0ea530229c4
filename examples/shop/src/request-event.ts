import { FinishEvent, StartEvent } from "pdm";

/** A request came in. */
export class RequestStarted extends StartEvent {
  readonly method: string;
  readonly uri: string;

  constructor(method: string, uri: string) {
    super();
    this.method = method;
    this.uri = uri;
  }
}

/** It was answered, or the client left before: then it is `aborted` and has no status. */
export class RequestFinished extends FinishEvent {
  readonly status: number | null;

  constructor(start: RequestStarted, status: number | null) {
    super(start, status === null);
    this.status = status;
  }
}
