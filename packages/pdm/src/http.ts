export { observe } from "./http/observe.js";
export type { HttpObservation, ObservableServer } from "./http/observe.js";
