import { existsSync } from 'node:fs';
import { access, chmod, constants, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { groups } from './debian-packages.mjs';
import { SetupProblem, codeOf } from './problem.mjs';
import { run } from './run.mjs';

/** @typedef {import('./debian-packages.mjs').GroupName} GroupName */
/** @typedef {import('./debian-packages.mjs').Need} Need */
/** @typedef {import('./report.mjs').Progress} Progress */

/**
 * What the machine is asked; replaced in tests.
 * @typedef {object} DebianEdges
 * @property {boolean} isDebian
 * @property {boolean} isRoot
 * @property {(names: readonly string[]) => Promise<ReadonlySet<string>>} installed of these, those that are
 * @property {(names: readonly string[]) => Promise<ReadonlySet<string>>} available of these, those that apt offers
 * @property {(command: string) => Promise<boolean>} onPath
 */

const APT_OPTIONS = [
  '-o',
  'Acquire::http::Timeout=20',
  '-o',
  'Acquire::https::Timeout=20',
  '-o',
  'Acquire::Retries=2',
  '-o',
  'DPkg::Lock::Timeout=300',
];
const POLICY = '/usr/sbin/policy-rc.d';
/** Is there when systemd runs the machine, by sd_booted(3). */
const SYSTEMD = '/run/systemd/system';

/** @returns {boolean} whether this machine has Debian's package tools */
function isDebian() {
  return process.platform === 'linux' && existsSync('/usr/bin/dpkg-query') && existsSync('/usr/bin/apt-get');
}

/** @returns {DebianEdges} */
export function machine() {
  return { isDebian: isDebian(), isRoot: process.getuid?.() === 0, installed, available, onPath };
}

/**
 * The needs of these groups that this machine lacks.
 * @param {readonly GroupName[]} names
 * @param {DebianEdges} edges
 * @returns {Promise<Need[]>} each need once
 */
export async function missing(names, edges) {
  const needs = new Map(
    names.flatMap((name) => groups[name].needs.map((need) => /** @type {const} */ ([need.names.join(), need]))),
  );
  const all = [...needs.values()];
  const have = edges.isDebian ? await edges.installed(all.flatMap((need) => need.names)) : new Set();
  const lacking = [];
  for (const need of all) {
    if (need.names.some((name) => have.has(name))) continue;
    if (need.command !== undefined && (await edges.onPath(need.command))) continue;
    // Elsewhere a library has another name; Electron itself will say if one is missing.
    if (need.command === undefined && !edges.isDebian) continue;
    lacking.push(need);
  }
  return lacking;
}

/**
 * The package that serves each need on this release of Debian.
 * @param {readonly Need[]} needs
 * @param {DebianEdges} edges
 * @returns {Promise<{ packages: string[], unknown: string[] }>} both sorted; `unknown` are those that apt
 *   does not offer, by their oldest name
 */
export async function packagesFor(needs, edges) {
  const offered = await edges.available(needs.flatMap((need) => need.names));
  const packages = [];
  const unknown = [];
  for (const need of needs) {
    const name = need.names.find((candidate) => offered.has(candidate));
    if (name === undefined) unknown.push(need.names.at(-1) ?? '');
    else packages.push(name);
  }
  return { packages: packages.toSorted(), unknown: unknown.toSorted() };
}

/**
 * What to type to install these packages.
 * @param {readonly string[]} packages
 * @returns {string}
 */
export function installCommand(packages) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/**
 * Why these groups are wanted, as one phrase.
 * @param {readonly GroupName[]} names
 * @returns {string}
 */
export function reasonOf(names) {
  return names.map((name) => groups[name].reason).join(', ');
}

/**
 * Installs what is needed. Only for root.
 * @param {readonly Need[]} needs
 * @param {DebianEdges} edges
 * @param {Progress} progress
 * @returns {Promise<{ packages: string[], unknown: string[] }>} what was installed, and what apt does not offer
 * @throws {SetupProblem} when apt-get fails
 */
export async function install(needs, edges, progress) {
  let wanted = await packagesFor(needs, edges);
  let fresh = false;
  const refresh = async () => {
    await update(progress);
    fresh = true;
    wanted = await packagesFor(needs, edges);
  };
  if (wanted.unknown.length > 0) await refresh();
  if (wanted.packages.length === 0) return wanted;
  let result = await aptInstall(wanted.packages, progress);
  if (result.code !== 0 && !fresh) {
    // Lists from long ago name versions that the mirror has dropped.
    await refresh();
    result = await aptInstall(wanted.packages, progress);
  }
  if (result.code !== 0) {
    const errors = result.tail.filter((line) => /^(E|Err|W):/.test(line));
    throw new SetupProblem({
      what: `apt-get could not install ${wanted.packages.join(', ')}`,
      why: (errors.length > 0 ? errors : result.tail).slice(-6).join('\n'),
      todo: `Check the network and the package sources, then run: ${installCommand(wanted.packages)}`,
    });
  }
  for (const { service } of needs) {
    if (service !== undefined && existsSync(SYSTEMD)) await run('systemctl', ['disable', service]);
  }
  return wanted;
}

/** @param {Progress} progress */
async function update(progress) {
  progress('reading the package lists');
  // A source that cannot be reached is told by the install that needs it.
  await run('apt-get', [...APT_OPTIONS, 'update'], {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    timeoutMs: 300_000,
    onLine: (line) => {
      if (/^(Get|Hit|Ign|Err):/.test(line)) progress(`reading the package lists (${line.slice(0, 60)})`);
    },
  });
}

/**
 * @param {readonly string[]} packages
 * @param {Progress} progress
 */
async function aptInstall(packages, progress) {
  progress(`asking for ${packages.join(', ')}`);
  return withoutServices(() =>
    run(
      'apt-get',
      [
        ...APT_OPTIONS,
        '-o',
        'APT::Status-Fd=3',
        '-o',
        'Dpkg::Options::=--force-confdef',
        '-o',
        'Dpkg::Options::=--force-confold',
        'install',
        '-y',
        '--no-install-recommends',
        ...packages,
      ],
      {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
        timeoutMs: 1_800_000,
        onStatus: (line) => {
          const status = parseAptStatus(line);
          if (status) progress(status);
        },
      },
    ),
  );
}

/**
 * A line of apt's status descriptor (`dlstatus:3:41.2:Retrieving file 3 of 80`)
 * as a phrase.
 * @param {string} line
 * @returns {string | undefined} undefined for lines of no interest
 */
export function parseAptStatus(line) {
  const match = /^(dlstatus|pmstatus):[^:]*(?::[a-z0-9]+)?:(\d+)(?:\.\d+)?:(.*)$/.exec(line);
  if (!match) return undefined;
  const [, kind, percent, text] = match;
  return kind === 'dlstatus' ? `downloading, ${percent} %` : `installing, ${percent} %: ${text ?? ''}`;
}

/**
 * Keeps packages that bring a service (an Icecast server, for one) from
 * starting it: the tests start their own, on their own ports.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withoutServices(work) {
  // invoke-rc.d(8): a policy-rc.d that exits 101 forbids the action.
  if (existsSync(POLICY)) return work();
  try {
    await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { flag: 'wx' });
    await chmod(POLICY, 0o755);
    return await work();
  } finally {
    await rm(POLICY, { force: true });
  }
}

/**
 * @param {readonly string[]} names
 * @returns {Promise<ReadonlySet<string>>}
 */
async function installed(names) {
  // Exit code 1 only says that some of the names are unknown.
  const { stdout } = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names]);
  const lines = stdout.split('\n').map((line) => line.split(' '));
  return new Set(lines.filter(([, status]) => status === 'installed').map(([name]) => name ?? ''));
}

/**
 * @param {readonly string[]} names
 * @returns {Promise<ReadonlySet<string>>}
 */
async function available(names) {
  const { stdout } = await run('apt-cache', ['policy', ...names], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  const found = new Set();
  let name = '';
  for (const line of stdout.split('\n')) {
    const heading = /^(\S+):$/.exec(line);
    if (heading?.[1]) name = heading[1];
    const candidate = /^\s+Candidate: (\S+)/.exec(line);
    if (candidate && candidate[1] !== '(none)') found.add(name);
  }
  return found;
}

/**
 * @param {string} command
 * @param {string} [path]
 * @returns {Promise<boolean>}
 */
export async function onPath(command, path = process.env['PATH'] ?? '') {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    try {
      await access(join(folder, command), constants.X_OK);
      return true;
    } catch (error) {
      if (!['ENOENT', 'EACCES', 'ENOTDIR'].includes(codeOf(error) ?? '')) throw error;
    }
  }
  return false;
}
