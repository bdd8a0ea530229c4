/** Whether `value` has to be waited for. Reading `then` may run the code of whoever made the value. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === "object" || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  );
}

/** `map` applied to a result: at once where it is there, when it comes where it is pending. */
export function mapResult(result: unknown, map: (value: unknown) => unknown): unknown {
  return isPromiseLike(result) ? Promise.resolve(result).then(map) : map(result);
}
