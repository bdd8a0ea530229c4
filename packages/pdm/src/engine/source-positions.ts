import { REPL_LIMITS } from "../limits.js";
import type { ColumnShift } from "../syntax/text-edit.js";

const FRAME_PLACE = /(eval at [^()]* \()?<repl:(\d+)>:(\d+):(\d+)/g;
/** How V8 writes the callee of a rewritten call in its messages. No Unicode property: V8 takes a millisecond to look one up. */
const REWRITTEN_CALLEE = /\(0 , ([\w$\u0080-\uffff]+)\)/g;

/** How it names the value of a guarded call that is taken apart by a pattern. */
const GUARDED_VALUE = /\$guard_*(?:\(\.\.\.\)| is not a function or its return value(?= is not ))/gu;

/** Gives the stacks of a client's commands the columns of what was typed, instead of those of what runs. Of old commands the columns stay as they are. */
export class SourcePositions {
  readonly #shifts = new Map<number, readonly ColumnShift[]>();
  #count = 0;

  add(command: number, shifts: readonly ColumnShift[]): void {
    if (shifts.length === 0) return;
    this.#shifts.set(command, shifts);
    this.#count += shifts.length;
    for (const [oldest, { length }] of this.#shifts) {
      if (this.#count <= REPL_LIMITS.columnShifts) return;
      this.#shifts.delete(oldest);
      this.#count -= length;
    }
  }

  /** The text with its places, and the names in V8's messages, as they were typed. */
  correct(text: string): string {
    return text
      .replace(REWRITTEN_CALLEE, "$1")
      .replace(GUARDED_VALUE, "(intermediate value)")
      .replace(
        FRAME_PLACE,
        (_place, evaluation: string | undefined, command: string, place: string, column: string) => {
          // V8 counts the wrapping's line where it says which place called `eval`.
          const line = Number(place) - (evaluation === undefined ? 0 : 1);
          return `${evaluation ?? ""}<repl:${command}>:${line}:${this.#sourceColumn(Number(command), line, Number(column))}`;
        },
      );
  }

  #sourceColumn(command: number, line: number, column: number): number {
    const shift = this.#shifts.get(command)?.findLast((one) => one.line === line && one.column <= column);
    if (!shift) return column;
    return shift.fixed ? shift.sourceColumn : shift.sourceColumn + column - shift.column;
  }
}
