/**
 * What became of some tests.
 * @typedef {object} Tally
 * @property {number} passed
 * @property {string[]} failures one sentence each, the test's name first
 * @property {string[]} skips with the reason of each
 */

/**
 * @param {readonly Tally[]} tallies
 * @returns {Tally}
 */
export function sum(tallies) {
  return {
    passed: tallies.reduce((total, { passed }) => total + passed, 0),
    failures: tallies.flatMap(({ failures }) => failures),
    skips: tallies.flatMap(({ skips }) => skips),
  };
}

/**
 * What a suite's run comes to. A suite that crashed or ran nothing is a failure,
 * whatever it wrote.
 * @param {string} suite
 * @param {unknown} written the tally file's content, undefined when there is none
 * @param {{ code: number, timedOut: boolean }} ending of the test runner
 * @returns {Tally}
 */
export function judge(suite, written, ending) {
  const tally = isTally(written) ? written : { passed: 0, failures: [], skips: [] };
  const failures = [...tally.failures];
  if (ending.timedOut) failures.push(`${suite}: it took too long and was ended`);
  else if (!isTally(written))
    failures.push(`${suite}: the test runner ended without a result (exit code ${ending.code})`);
  else if (tally.passed + failures.length + tally.skips.length === 0)
    failures.push(`${suite}: there was no test to run`);
  else if (ending.code !== 0 && failures.length === 0) {
    failures.push(`${suite}: the test runner ended with exit code ${ending.code}`);
  }
  return { ...tally, failures };
}

/**
 * The last line of a test run, which other programs read.
 * @param {Tally} tally
 */
export function lastLine({ passed, failures, skips }) {
  return `${passed} passed, ${failures.length} failed, ${skips.length} skipped`;
}

/**
 * The skipped and failed tests, one line each.
 * @param {Tally} tally
 * @returns {string[]}
 */
export function summary({ failures, skips }) {
  /** @param {string} text */
  const firstLine = (text) => text.split('\n')[0] ?? '';
  return [
    ...(skips.length > 0 ? ['', 'Skipped'] : []),
    ...skips.map((skip) => `  ${firstLine(skip)}`),
    ...(failures.length > 0 ? ['', 'Failed'] : []),
    ...failures.map((failure) => `  ${firstLine(failure)}`),
    '',
  ];
}

/**
 * @param {unknown} value
 * @returns {value is Tally}
 */
function isTally(value) {
  return typeof value === 'object' && value !== null && 'passed' in value && 'failures' in value && 'skips' in value;
}
