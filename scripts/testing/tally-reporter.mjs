import { writeFileSync } from 'node:fs';

/** @typedef {import('vitest/node').Reporter} Reporter */
/** @typedef {import('./tally.mjs').Tally} Tally */

/** Where the tally is written; set by the process that starts vitest. */
export const TALLY_FILE = 'LONGTAKE_TALLY_FILE';

/**
 * Writes what became of every test into a file, reasons of skipping included.
 * Vitest asks for a default export.
 * @implements {Reporter}
 */
export default class TallyReporter {
  /** @type {NonNullable<Reporter['onTestRunEnd']>} */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {Tally} */
    const tally = { passed: 0, failures: [], skips: [] };
    for (const module of modules) {
      const file = module.relativeModuleId;
      for (const error of module.errors()) tally.failures.push(`${file}: ${error.message}`);
      for (const suite of module.children.allSuites()) {
        for (const error of suite.errors()) tally.failures.push(`${file} > ${suite.fullName}: ${error.message}`);
      }
      for (const test of module.children.allTests()) {
        const result = test.result();
        const name = `${file} > ${test.fullName}`;
        if (result.state === 'passed') tally.passed += 1;
        else if (result.state === 'failed') tally.failures.push(`${name}: ${result.errors[0]?.message ?? ''}`);
        else if (result.state === 'skipped') tally.skips.push(`${name}: ${result.note ?? 'no reason given'}`);
        else tally.failures.push(`${name}: it did not end`);
      }
    }
    for (const error of unhandledErrors) tally.failures.push(`outside of any test: ${error.message}`);
    const path = process.env[TALLY_FILE];
    if (path === undefined) throw new Error(`${TALLY_FILE} is not set: there is nowhere to write the tally`);
    writeFileSync(path, JSON.stringify(tally));
  }
}
