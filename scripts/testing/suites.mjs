import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
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
 * @property {string} [beside] the suite that leaves it the processor, for that one mostly waits for the clock
 */

/** In this order. */
/** @type {readonly Suite[]} */
export const suites = [
  { name: 'setup', needsApp: false },
  { name: 'audio', needsApp: true },
  { name: 'unit', needsApp: false, beside: 'audio' },
  { name: 'e2e', needsApp: true },
  { name: 'packaged', needsApp: true },
];

/** @typedef {{ tally: Tally, interrupted: boolean }} SuiteResult */

const SUITE_TIMEOUT_MS = 40 * 60 * 1000;
const GRACE_MS = 15_000;
/** What runs beside tests of sound must not be heard in them. */
const NICENESS = 10;
const REPORTER = fileURLToPath(new URL('tally-reporter.mjs', import.meta.url));

/**
 * Which suites run at the same time; the first of each group has the terminal.
 * @param {readonly Suite[]} chosen
 * @returns {Suite[][]}
 */
export function groupsOf(chosen) {
  const isBeside = (/** @type {Suite} */ { beside }) => chosen.some(({ name }) => name === beside);
  return chosen
    .filter((suite) => !isBeside(suite))
    .map((first) => [first, ...chosen.filter(({ beside }) => beside === first.name)]);
}

/**
 * Runs suites at the same time. The output of the first is on this terminal as it comes; what the others said follows.
 * @param {readonly Suite[]} group
 * @param {readonly string[]} args for vitest: parts of file names, `-t name` ...
 * @returns {Promise<SuiteResult[]>}
 */
export async function runGroup(group, args) {
  const folder = await mkdtemp(join(tmpdir(), 'longtake-suites-'));
  try {
    const results = await Promise.all(
      group.map(async (suite, index) => {
        if (index > 0) return runAside(suite, args, join(folder, suite.name));
        const others = group.slice(1).map(({ name }) => name);
        const beside = others.length > 0 ? ` (${others.join(', ')} beside it, told at its end)` : '';
        console.log(`\nSuite ${suite.name}${beside}`);
        return runSuite(suite, args, {});
      }),
    );
    for (const { name } of group.slice(1)) {
      console.log(`\nSuite ${name}`);
      process.stdout.write(await readFile(join(folder, name)));
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {Suite} suite
 * @param {readonly string[]} args
 * @param {string} path of the file that takes its output
 */
async function runAside(suite, args, path) {
  const file = await open(path, 'w');
  try {
    return await runSuite(suite, args, { output: file.fd, niceness: NICENESS });
  } finally {
    await file.close();
  }
}

/**
 * @param {Suite} suite
 * @param {readonly string[]} args
 * @param {{ output?: number, niceness?: number }} place
 * @returns {Promise<SuiteResult>}
 */
async function runSuite(suite, args, place) {
  const folder = await mkdtemp(join(tmpdir(), 'longtake-tally-'));
  const tallyFile = join(folder, 'tally.json');
  try {
    const ending = await supervise(process.execPath, vitestArguments(suite.name, args), {
      cwd: root,
      env: { ...process.env, CI: 'true', [TALLY_FILE]: tallyFile },
      graceMs: GRACE_MS,
      timeoutMs: SUITE_TIMEOUT_MS,
      ...place,
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
