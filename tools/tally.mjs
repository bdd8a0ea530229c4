// What all runs together came to.

/** @import { Tally } from "./report.mjs" */

/** The runs so far, each with its name. */
export class Tallies {
  /** @type {{ name: string, tally: Tally }[]} */
  #runs = [];

  /**
   * @param {string} name
   * @param {Tally} tally
   */
  add(name, tally) {
    this.#runs.push({ name, tally });
  }

  /**
   * Prints a line for each run, the skipped tests, and last the sum.
   *
   * @param {boolean} maySkip whether a skipped test is no failure
   * @returns {number} the exit status
   */
  finish(maySkip) {
    console.log("");
    let [passed, failed, skipped] = [0, 0, 0];
    for (const { name, tally } of this.#runs) {
      console.log(`${name}: ${summarize(tally.passed, tally.failed, tally.skipped.length)}`);
      for (const test of tally.skipped) console.log(`  skipped: ${test}`);
      passed += tally.passed;
      failed += tally.failed;
      skipped += tally.skipped.length;
    }
    const isFine = failed === 0 && passed > 0 && (maySkip || skipped === 0);
    if (failed === 0 && skipped > 0 && !maySkip) console.log("Skipped tests fail this run, since CI is set.");
    console.log(summarize(passed, failed, skipped));
    return isFine ? 0 : 1;
  }
}

/**
 * @param {number} passed
 * @param {number} failed
 * @param {number} skipped
 */
function summarize(passed, failed, skipped) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
