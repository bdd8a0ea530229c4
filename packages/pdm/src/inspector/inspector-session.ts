/**
 * A session with V8's inspector of one JavaScript thread, wherever that is: the methods and events of Chrome's DevTools protocol.
 * https://chromedevtools.github.io/devtools-protocol/v8
 *
 * While one is open the process says at its end that it waits for the debugger to disconnect, and does: connect late, disconnect early.
 */
export interface InspectorSession {
  /**
   * @param onAnswer is called at the answer, before what the inspector sent behind it is heard: a promise tells of that too late
   * @returns the answer's `result`. It comes while the thread runs JavaScript, also in an endless loop; while it is in a native call there is none.
   * @throws InspectorError (rejects) `ERR_PDM_INSPECTOR_REFUSED` with the inspector's message; `ERR_PDM_INSPECTOR_CLOSED` when the session has ended before
   * the answer; `ERR_PDM_INSPECTOR_TIMEOUT` when none came within `timeoutMs` (without it: never). What was asked may be carried out later.
   */
  post<Result extends object = object>(
    method: string,
    params?: object,
    timeoutMs?: number,
    onAnswer?: () => void,
  ): Promise<Result>;
  /** Hears the events of that name, until the function that it returns is called. */
  on(event: string, listener: (params: object) => void): () => void;
  /** Disconnects; what waits for an answer is rejected. A second call does nothing. The thread goes on where it was paused. */
  close(): void;
}
