// Requests of the sub-protocol `perf`, made by hand once, so that sending them costs a client nothing.

/** @typedef {string | number | readonly number[] | Readonly<Record<string, never>>} Item a string, an integer of 32 bits, a tuple of integers, or an empty dict */

/** @param {readonly Item[]} items the request's name, then what it takes @returns {Buffer} one frame */
export function makePerfRequest(...items) {
  const pickle = Buffer.concat([Buffer.from([0x80, 2]), makeItem(items), Buffer.from(".")]);
  const header = Buffer.alloc(4);
  header.writeInt32BE(pickle.length);
  return Buffer.concat([header, pickle]);
}

/** @param {Buffer} bytes @param {number} [frameCount] @returns {boolean} whether they are so many frames, the last one whole */
export function isWhole(bytes, frameCount = 1) {
  let [place, frames] = [0, 0];
  for (; place + 4 <= bytes.length; frames += 1) place += 4 + bytes.readInt32BE(place);
  return place === bytes.length && frames === frameCount;
}

/** @param {Item | readonly Item[]} item @returns {Buffer} in pickle's protocol 2 */
function makeItem(item) {
  if (typeof item === "string") return Buffer.concat([withLength("X", Buffer.byteLength(item)), Buffer.from(item)]);
  if (typeof item === "number") return withLength("J", item);
  if (!Array.isArray(item)) return Buffer.from("}");
  return Buffer.concat([Buffer.from("("), ...item.map(makeItem), Buffer.from("t")]);
}

/** @param {string} opcode @param {number} number */
function withLength(opcode, number) {
  const bytes = Buffer.from(`${opcode}....`);
  bytes.writeInt32LE(number, 1);
  return bytes;
}
