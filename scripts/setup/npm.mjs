import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonIfThere, writeJson } from './files.mjs';
import { packagesOf } from './lock-file.mjs';
import { root, shortHash } from './paths.mjs';
import { SetupProblem, codeOf } from './problem.mjs';
import { run } from './run.mjs';

/** @typedef {import('./report.mjs').Progress} Progress */

const INSTALL_TIMEOUT_MS = 30 * 60 * 1000;
/** A registry that does not answer is given up after about a minute, not ten. */
const FETCH_LIMITS = [
  '--fetch-timeout=60000',
  '--fetch-retries=2',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
];

/**
 * How to start npm: the one that started this script, else the one on PATH.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ command: string, args: string[] }}
 */
export function npmCommand(env = process.env) {
  const path = env['npm_execpath'];
  if (path?.endsWith('npm-cli.js')) return { command: process.execPath, args: [path] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}

/**
 * Runs npm without scripts, questions or news.
 * @param {readonly string[]} args
 * @param {import('./run.mjs').RunOptions} [options]
 */
export async function runNpm(args, options = {}) {
  const npm = npmCommand();
  try {
    return await run(npm.command, [...npm.args, ...args, '--ignore-scripts', ...FETCH_LIMITS], {
      cwd: root,
      ...options,
    });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new SetupProblem({
      what: 'npm was not found',
      why: `There is no ${npm.command} on PATH.`,
      todo: 'Install npm (it comes with Node from nodejs.org), then try again.',
      cause: error,
    });
  }
}

/**
 * Whether node_modules holds what the lock file says.
 * @param {unknown} lock package-lock.json
 * @param {unknown} hidden node_modules/.package-lock.json, npm's own record of what it put there
 * @returns {boolean}
 */
export function isInStep(lock, hidden) {
  const wanted = packagesOf(lock);
  const present = packagesOf(hidden);
  if (!wanted || !present) return false;
  for (const [path, entry] of Object.entries(present)) {
    const want = wanted[path];
    if (!want || want.version !== entry.version || want.integrity !== entry.integrity) return false;
  }
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || !path.startsWith('node_modules/') || path in present) continue;
    // What belongs to another platform is locked but not installed.
    if (!entry.optional && !entry.devOptional) return false;
  }
  return true;
}

/**
 * Installs the npm packages when the lock file asks for other ones than are there.
 * @param {Progress} progress
 * @returns {Promise<string>} what was done
 * @throws {SetupProblem}
 */
export async function provideNpmPackages(progress) {
  const stampPath = join(root, 'node_modules', '.longtake-setup.json');
  const lockText = await readFile(join(root, 'package-lock.json'), 'utf8');
  /** @type {unknown} */
  const lock = JSON.parse(lockText);
  const hash = shortHash(lockText);
  const stamp = await readJsonIfThere(stampPath);
  if (typeof stamp === 'object' && stamp !== null && 'lock' in stamp && stamp.lock === hash) return 'ready';
  if (isInStep(lock, await readJsonIfThere(join(root, 'node_modules', '.package-lock.json')))) {
    await writeJson(stampPath, { lock: hash });
    return 'ready';
  }
  const total = Object.values(packagesOf(lock) ?? {}).filter(fitsHere).length;
  let fetched = 0;
  progress('asking the registry');
  const result = await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=http'], {
    timeoutMs: INSTALL_TIMEOUT_MS,
    onLine: (line) => {
      if (/^npm http (fetch|cache) .*\.tgz/.test(line)) progress(`fetched ${Math.min(++fetched, total)} of ${total}`);
    },
  });
  if (result.code !== 0) throw npmProblem(result.output.split('\n'), result.timedOut);
  await writeJson(stampPath, { lock: hash });
  return 'installed';
}

/**
 * @param {import('./lock-file.mjs').LockEntry} entry
 * @returns {boolean} whether it is for this platform
 */
function fitsHere({ os, cpu }) {
  return (os?.includes(process.platform) ?? true) && (cpu?.includes(process.arch) ?? true);
}

/**
 * @param {readonly string[]} lines what npm said
 * @param {boolean} timedOut
 * @returns {SetupProblem}
 */
export function npmProblem(lines, timedOut) {
  const errors = lines.filter((line) => /^npm (error|ERR!) ?\S/.test(line));
  const text = (errors.length > 0 ? errors : lines).map((line) => line.replace(/^npm (error|ERR!) ?/, '')).join('\n');
  const what = 'npm ci could not install the packages';
  // The first lines tell; the rest is how npm is used.
  const told = text.split('\n').slice(0, 12).join('\n');
  const why = timedOut ? `It took longer than ${INSTALL_TIMEOUT_MS / 60_000} min.` : told;
  if (/can only install packages when your package\.json and package-lock\.json/.test(text)) {
    return new SetupProblem({
      what: 'package.json and package-lock.json disagree',
      why,
      todo:
        'Run `npm install --ignore-scripts && node scripts/complete-lock.mjs` to bring the lock file up to date, ' +
        'then try again.',
    });
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|network/i.test(text)) {
    return new SetupProblem({
      what,
      why,
      todo: 'Check the network. Behind a proxy or with a registry of your own, set `npm config set proxy` or `registry`.',
    });
  }
  return new SetupProblem({ what, why, todo: 'Put the named cause right, then try again.' });
}
