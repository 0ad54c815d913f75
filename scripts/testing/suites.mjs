import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJsonIfThere } from '../setup/files.mjs';
import { root } from '../setup/paths.mjs';
import { supervise } from '../setup/supervise.mjs';
import { judge } from './tally.mjs';
import { TALLY_FILE } from './tally-reporter.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

/**
 * @typedef {object} Suite
 * @property {string} name of the project in vitest.config.ts
 * @property {boolean} needsApp it runs what `npm run build` makes
 */

/** In this order: what is quick and near comes first. */
/** @type {readonly Suite[]} */
export const suites = [
  { name: 'unit', needsApp: false },
  { name: 'setup', needsApp: false },
  { name: 'audio', needsApp: true },
  { name: 'e2e', needsApp: true },
];

const SUITE_TIMEOUT_MS = 40 * 60 * 1000;
const GRACE_MS = 15_000;
const REPORTER = fileURLToPath(new URL('tally-reporter.mjs', import.meta.url));

/**
 * Runs one suite with its output on this terminal.
 * @param {Suite} suite
 * @param {readonly string[]} args for vitest: parts of file names, `-t name` ...
 * @returns {Promise<{ tally: Tally, interrupted: boolean }>}
 */
export async function runSuite(suite, args) {
  const folder = await mkdtemp(join(tmpdir(), 'longtake-tally-'));
  const tallyFile = join(folder, 'tally.json');
  try {
    const ending = await supervise(process.execPath, vitestArguments(suite.name, args), {
      cwd: root,
      env: { ...process.env, CI: 'true', [TALLY_FILE]: tallyFile },
      graceMs: GRACE_MS,
      timeoutMs: SUITE_TIMEOUT_MS,
    });
    const tally = judge(suite.name, await readJsonIfThere(tallyFile), ending);
    return { tally, interrupted: ending.interrupted };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} project
 * @param {readonly string[]} args
 */
function vitestArguments(project, args) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  return [vitest, 'run', '--project', project, '--reporter=default', `--reporter=${REPORTER}`, ...args];
}
