// The tests, built already, on the other versions of Node.
import { installNode, MATRIX } from "./node-binary.mjs";
import { runTests, SAME_IN_BETWEEN, SAME_ON_ALL_VERSIONS } from "./test-run.mjs";

/**
 * One version after the other, since a run uses the whole machine.
 *
 * @param {import("./tally.mjs").Tallies} tallies gets one run a version, a failed one where there is no such Node
 * @param {readonly string[]} [parts] choose test files by a part of their path
 */
export async function runMatrix(tallies, parts = []) {
  for (const major of MATRIX) {
    try {
      const { node, version } = await installNode(major);
      console.log(`\nTests on Node ${version}`);
      const leaveOut = major === MATRIX.at(-1) ? SAME_ON_ALL_VERSIONS : [...SAME_ON_ALL_VERSIONS, ...SAME_IN_BETWEEN];
      tallies.add(`Node ${version}`, await runTests({ node, parts, leaveOut }));
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      tallies.add(`Node ${major}`, { passed: 0, failed: 1, skipped: [] });
    }
  }
}
