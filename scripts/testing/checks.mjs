import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';
import { sentenceOf } from '../setup/problem.mjs';
import { spell } from '../setup/report.mjs';
import { Interrupted, run } from '../setup/run.mjs';

/**
 * One thing that must hold for the whole project.
 * @typedef {object} Check
 * @property {string} name
 * @property {readonly string[]} argv script, then its arguments; run with Node
 * @property {string} hint how to see or repair it
 */

/** @typedef {{ name: string, passed: boolean, output: string, hint: string }} CheckResult */

const TIMEOUT_MS = 10 * 60 * 1000;
/** @param {string[]} parts */
const tool = (...parts) => join(root, 'node_modules', ...parts);

/** @type {readonly Check[]} */
export const checks = [
  {
    name: 'types',
    argv: [tool('typescript', 'bin', 'tsc'), '-b'],
    hint: 'npx tsc -b',
  },
  {
    name: 'lint and layers',
    argv: [tool('oxlint', 'bin', 'oxlint'), '--deny-warnings'],
    hint: 'npx oxlint',
  },
  {
    name: 'planted violations are seen',
    argv: [join(root, 'test', 'lint-fixture', 'verify.mjs')],
    hint: 'node test/lint-fixture/verify.mjs',
  },
  {
    name: 'dead code',
    argv: [tool('knip', 'bin', 'knip.js')],
    hint: 'npx knip',
  },
  {
    name: 'format',
    argv: [tool('oxfmt', 'bin', 'oxfmt'), '--check', '.'],
    hint: 'npm run format',
  },
];

/**
 * Runs every check, also after one has failed, printing a line each and what
 * the failed ones said.
 * @param {(line: string) => void} print
 * @param {readonly Check[]} list
 * @returns {Promise<CheckResult[]>}
 */
export async function runChecks(print, list = checks) {
  const results = [];
  for (const check of list) {
    const startedAt = performance.now();
    const result = await runCheck(check);
    print(`  ${result.passed ? 'ok    ' : 'FAILED'}  ${check.name} (${spell(performance.now() - startedAt)})`);
    if (!result.passed) print(`${result.output.trimEnd()}\n        To see it alone: ${check.hint}`);
    results.push(result);
  }
  return results;
}

/**
 * @param {Check} check
 * @returns {Promise<CheckResult>}
 */
async function runCheck({ name, argv, hint }) {
  const script = argv[0] ?? '';
  if (!existsSync(script)) return { name, hint, passed: false, output: `${script} is missing` };
  try {
    const result = await run(process.execPath, argv, { cwd: root, timeoutMs: TIMEOUT_MS });
    const output = result.timedOut ? `${result.output}It took longer than ${spell(TIMEOUT_MS)}.` : result.output;
    return { name, hint, passed: result.code === 0, output };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return { name, hint, passed: false, output: sentenceOf(error) };
  }
}
