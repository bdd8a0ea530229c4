import { readFileSync } from "node:fs";

/** One pickle that CPython wrote; see vectors/make_vectors.py. */
export interface Vector {
  readonly name: string;
  readonly protocol: number;
  /** Major version. */
  readonly python: 2 | 3;
  /** For messages. */
  readonly title: string;
  readonly pickle: Buffer;
}

function readVectors(python: 2 | 3): Vector[] {
  // From the folder that the tests are built to.
  const file = new URL(`../../../test/pickle/vectors/cpython-${python}.json`, import.meta.url);
  const rows = JSON.parse(readFileSync(file, "utf8")) as [
    name: string,
    protocol: number,
    pickler: string,
    hex: string,
  ][];
  return rows.map(([name, protocol, pickler, hex]) => ({
    name,
    protocol,
    python,
    title: `${name}, Python ${python}, ${pickler} pickler, protocol ${protocol}`,
    pickle: Buffer.from(hex, "hex"),
  }));
}

export const VECTORS: readonly Vector[] = [...readVectors(2), ...readVectors(3)];
