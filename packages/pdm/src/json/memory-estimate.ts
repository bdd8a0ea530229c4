/** What an object, and a member of one, cost by themselves. */
const OBJECT_BYTES = 64;
const MEMBER_BYTES = 16;

/** Objects that are looked at; where there are more, the value is taken for as large as it may be. */
const MAX_OBJECTS = 10_000;

/**
 * Estimates what holding a value costs, up to `maxBytes`, by its data alone: getters do not run, and what only its own code
 * knows of counts as nothing.
 */
export function estimateMemory(value: unknown, maxBytes: number): number {
  const seen = new Set<object>();
  const waiting: unknown[] = [value];
  let bytes = 0;
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === "string") bytes += MEMBER_BYTES + next.length * 2;
    else if (typeof next === "object" && next !== null && !seen.has(next)) {
      seen.add(next);
      bytes += OBJECT_BYTES + measureOwn(next, waiting);
    }
    if (bytes >= maxBytes || seen.size > MAX_OBJECTS || waiting.length > MAX_OBJECTS * 2) return maxBytes;
  }
  return bytes;
}

/** The bytes of the object alone; what it holds goes to `waiting`. */
function measureOwn(object: object, waiting: unknown[]): number {
  if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) return object.byteLength;
  if (object instanceof Map || object instanceof Set) {
    if (object.size > MAX_OBJECTS) return Number.MAX_SAFE_INTEGER;
    // Not by their own iterators, which may be the service's.
    if (object instanceof Map) waiting.push(...Map.prototype.keys.call(object), ...Map.prototype.values.call(object));
    else waiting.push(...Set.prototype.values.call(object));
    return object.size * MEMBER_BYTES * 2;
  }
  if (Array.isArray(object) && object.length > MAX_OBJECTS) return Number.MAX_SAFE_INTEGER;
  const names = Object.keys(object);
  for (const name of names) {
    const member = Object.getOwnPropertyDescriptor(object, name);
    if (member !== undefined && "value" in member) waiting.push(member.value);
  }
  return names.length * MEMBER_BYTES;
}
