/** Those of `names` that somebody may have meant who typed `typed`: it begins with that, or few letters are different. */
export function findNearNames(typed: string, names: readonly string[]): string[] {
  const wanted = typed.toLowerCase().replace(/^\./, "");
  const rated = names.map((name) => {
    const plain = name.toLowerCase().replace(/^\./, "");
    const isPrefix = wanted !== "" && (plain.startsWith(wanted) || wanted.startsWith(plain));
    return { name, distance: isPrefix ? 0 : countChanges(wanted, plain) };
  });
  const most = Math.max(1, Math.floor(wanted.length / 3));
  return rated
    .filter(({ distance }) => distance <= most)
    .toSorted((one, other) => one.distance - other.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** The letters to add, take away or exchange to make one word of the other. */
function countChanges(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of one.slice(0, 32).split("").entries()) {
    const next = [index + 1];
    for (let column = 0; column < other.length; column += 1) {
      const change = (row[column] ?? 0) + (letter === other[column] ? 0 : 1);
      next.push(Math.min(change, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
