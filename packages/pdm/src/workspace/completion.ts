// Stands in until completion is there.
import type { Variables } from "../engine/variables.js";

export interface Completion {
  readonly from: number;
  readonly to: number;
  readonly items: readonly {
    readonly text: string;
    readonly kind: string;
    readonly detail?: string;
    readonly from?: string;
  }[];
  readonly isCut: boolean;
}

export function complete(_variables: Variables, _source: string, cursor: number, _context: object): Completion {
  return { from: cursor, to: cursor, items: [], isCut: false };
}
