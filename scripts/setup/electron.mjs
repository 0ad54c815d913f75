import { existsSync } from 'node:fs';
import { lstat, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NotDownloadable, download, recentFailure, rememberFailure } from './electron-download.mjs';
import { fallback, fallbackFits, makeFallback, refreshDefaultApp } from './electron-fallback.mjs';
import { fillFolder, readIfThere, readJsonIfThere, writeJson } from './files.mjs';
import { cacheFolder, root } from './paths.mjs';
import { SetupProblem, codeOf } from './problem.mjs';
import { run } from './run.mjs';

/** @typedef {import('./report.mjs').Progress} Progress */

/**
 * The Electron that runs the studio.
 * @typedef {object} Runtime
 * @property {string} executable absolute path
 * @property {string} version of Electron
 * @property {number} nodeApi the Node-API version it offers to native modules
 * @property {string} why how it was chosen
 */

/**
 * What the choice depends on; replaced in tests.
 * @typedef {object} ChoiceEdges
 * @property {string | undefined} override folder given by the person
 * @property {string} wanted the version that the project is made for
 * @property {boolean} fallbackFits
 * @property {(version: string) => Promise<boolean>} isInstalled in node_modules
 * @property {(version: string) => Promise<boolean>} isCached
 * @property {() => Promise<string | undefined>} recentFailure why a download failed today
 * @property {() => Promise<string | undefined>} download why it was not possible
 */

/**
 * @typedef {object} Choice
 * @property {'override' | 'installed' | 'cached' | 'fallback'} kind
 * @property {string} version empty where only the runtime itself knows it
 * @property {string} why
 * @property {string} [failure] of a download that was just tried
 */

const PROBE_TIMEOUT_MS = 30_000;
const modules = join(root, 'node_modules');
const dist = join(modules, 'electron', 'dist');

/**
 * Decides which Electron is used, downloading the wanted one where possible.
 * @param {ChoiceEdges} edges
 * @returns {Promise<Choice>}
 * @throws {SetupProblem} when there is none
 */
export async function choose(edges) {
  const { wanted } = edges;
  if (edges.override) return { kind: 'override', version: '', why: 'ELECTRON_OVERRIDE_DIST_PATH' };
  if (await edges.isInstalled(wanted)) return { kind: 'installed', version: wanted, why: 'the current release' };
  if (await edges.isCached(wanted)) return { kind: 'cached', version: wanted, why: 'the current release' };
  const recent = await edges.recentFailure();
  const failure = recent ?? (await edges.download());
  if (failure === undefined) return { kind: 'cached', version: wanted, why: 'the current release, downloaded' };
  if (!edges.fallbackFits) {
    throw new SetupProblem({
      what: `Electron ${wanted} could not be downloaded`,
      why: failure,
      todo:
        'Check the network. Behind a proxy, set HTTPS_PROXY; with a mirror, set ELECTRON_MIRROR; or unpack a ' +
        'release of Electron yourself and set ELECTRON_OVERRIDE_DIST_PATH to its folder.',
    });
  }
  const why = `${wanted} could not be downloaded: ${failure}`;
  return { kind: 'fallback', version: fallback.version, why, ...(recent === undefined ? { failure } : {}) };
}

/**
 * Provides Electron and makes `require('electron')` find it.
 * @param {Progress} progress
 * @returns {Promise<Runtime>}
 * @throws {SetupProblem}
 */
export async function provideElectron(progress) {
  const edges = await machine(progress);
  const choice = await choose(edges);
  const folder = await provideFolder(choice, edges.override, progress);
  // Only now: without any network, the fall-back has failed too, and that is
  // nothing to remember for a day.
  if (choice.failure !== undefined) await rememberFailure(edges.wanted, choice.failure);
  const executable = join(folder, platformPath());
  return { executable, why: choice.why, ...(await describe(executable)) };
}

/**
 * @param {Choice} choice
 * @param {string | undefined} override
 * @param {Progress} progress
 * @returns {Promise<string>} the folder that holds the runtime
 */
async function provideFolder(choice, override, progress) {
  switch (choice.kind) {
    case 'override':
      return resolve(override ?? '');
    case 'installed':
      return dist;
    case 'cached':
      await link(choice.version);
      return dist;
    case 'fallback': {
      const place = cachePlace(choice.version);
      if (!(await isComplete(place, choice.version))) {
        await rm(place, { recursive: true, force: true });
        await fillFolder(place, (folder) => makeFallback(folder, progress));
      }
      await refreshDefaultApp(place);
      await link(choice.version);
      return dist;
    }
  }
}

/**
 * @param {Progress} progress
 * @returns {Promise<ChoiceEdges>}
 */
async function machine(progress) {
  const wanted = await wantedVersion();
  return {
    override: process.env['ELECTRON_OVERRIDE_DIST_PATH'],
    wanted,
    fallbackFits: fallbackFits(),
    isInstalled: (version) => isComplete(dist, version),
    isCached: (version) => isComplete(cachePlace(version), version),
    recentFailure: () => recentFailure(wanted),
    download: async () => {
      progress(`looking for Electron ${wanted}`);
      const place = cachePlace(wanted);
      try {
        await rm(place, { recursive: true, force: true });
        await fillFolder(place, (folder) => download(wanted, folder, progress));
        return undefined;
      } catch (error) {
        if (!(error instanceof NotDownloadable)) throw error;
        return error.message;
      }
    },
  };
}

/** @returns {Promise<string>} */
async function wantedVersion() {
  /** @type {{ version: string }} */
  const { version } = JSON.parse(await readFile(join(modules, 'electron', 'package.json'), 'utf8'));
  return version;
}

/** @param {string} version */
function cachePlace(version) {
  return join(cacheFolder(), 'electron', `${version}-${process.platform}-${process.arch}`);
}

/** @returns {string} where an unpacked release has its executable */
function platformPath() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

/**
 * @param {string} folder
 * @param {string} version
 * @returns {Promise<boolean>}
 */
async function isComplete(folder, version) {
  const found = await readIfThere(join(folder, 'version'));
  return found?.trim().replace(/^v/, '') === version && existsSync(join(folder, platformPath()));
}

/**
 * Makes node_modules/electron, and so every tool that asks it, use the cached runtime.
 * @param {string} version
 */
async function link(version) {
  const place = cachePlace(version);
  if (!(await isLinkTo(place, version))) {
    await rm(dist, { recursive: true, force: true });
    await symlink(place, dist, process.platform === 'win32' ? 'junction' : 'dir');
  }
  const pathFile = join(modules, 'electron', 'path.txt');
  // Electron's index.js takes the whole file as the path, so no line end.
  if ((await readIfThere(pathFile)) !== platformPath()) await writeFile(pathFile, platformPath());
}

/**
 * @param {string} place
 * @param {string} version
 * @returns {Promise<boolean>}
 */
async function isLinkTo(place, version) {
  try {
    const [here, there] = [await stat(dist), await stat(place)];
    return (await lstat(dist)).isSymbolicLink() && here.ino === there.ino && (await isComplete(dist, version));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Asks an Electron what it is, once: it is remembered until the file changes.
 * @param {string} executable
 * @returns {Promise<{ version: string, nodeApi: number }>}
 * @throws {SetupProblem} when it does not start
 */
async function describe(executable) {
  const notes = join(modules, '.longtake-electron.json');
  const { mtimeMs, size } = await fileOf(executable);
  const noted = await readJsonIfThere(notes);
  if (isDescription(noted) && noted.executable === executable && noted.mtimeMs === mtimeMs && noted.size === size) {
    return { version: noted.version, nodeApi: noted.nodeApi };
  }
  const script = 'process.stdout.write(JSON.stringify([process.versions.electron, process.versions.napi]))';
  const result = await run(executable, ['-e', script], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    timeoutMs: PROBE_TIMEOUT_MS,
  });
  const match = /\["([^"]+)","(\d+)"\]/.exec(result.stdout);
  if (result.code !== 0 || !match) throw startProblem(executable, result.tail);
  const description = { version: match[1] ?? '', nodeApi: Number(match[2]) };
  await writeJson(notes, { executable, mtimeMs, size, ...description });
  return description;
}

/** @param {string} executable */
async function fileOf(executable) {
  try {
    return await stat(executable);
  } catch (error) {
    throw new SetupProblem({
      what: 'there is no Electron where it should be',
      why: `${executable} cannot be read (${codeOf(error)}).`,
      todo: 'Unset ELECTRON_OVERRIDE_DIST_PATH or correct it: it is the folder that holds the executable.',
      cause: error,
    });
  }
}

/**
 * @param {string} executable
 * @param {readonly string[]} tail
 * @returns {SetupProblem}
 */
export function startProblem(executable, tail) {
  const library = tail.map((line) => /error while loading shared libraries: (\S+):/.exec(line)?.[1]).find(Boolean);
  return new SetupProblem({
    what: 'Electron does not start',
    why: tail.slice(-4).join('\n') || `${executable} ended without a word.`,
    todo: library
      ? `Install the package that holds ${library} (on Debian and Ubuntu, the packages named above), then try again.`
      : `Remove ${join(cacheFolder(), 'electron')}, then try again.`,
  });
}

/**
 * @param {unknown} value
 * @returns {value is { executable: string, mtimeMs: number, size: number, version: string, nodeApi: number }}
 */
function isDescription(value) {
  return typeof value === 'object' && value !== null && 'executable' in value && 'nodeApi' in value;
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--path')) {
  const runtime = await provideElectron(() => undefined);
  process.stdout.write(`${runtime.executable}\n`);
}
