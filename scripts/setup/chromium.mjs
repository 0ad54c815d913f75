// By name of the whole: a Node that is too old has no statfs, and must live to say that it is too old.
import files from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readIfThere } from './files.mjs';
import { codeOf } from './problem.mjs';
import { run } from './run.mjs';

/**
 * Chromium's sandbox on this machine.
 * @typedef {object} Sandbox
 * @property {readonly string[]} flags for Electron
 * @property {string | undefined} note why it is off
 */

/**
 * @typedef {object} SandboxEdges
 * @property {NodeJS.Platform} platform
 * @property {boolean} isRoot
 * @property {(path: string) => Promise<string | undefined>} read
 * @property {() => Promise<boolean>} makesNamespaces whether a person can make the namespaces of a sandbox
 * @property {(path: string) => Promise<boolean>} isSetuidRoot
 */

/** @returns {Promise<boolean>} also where nothing can be tried */
async function makesNamespaces() {
  try {
    const tried = await run('unshare', ['--user', '--map-root-user', '--pid', '--net', '--fork', 'true']);
    return tried.code === 0;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
  }
}

/** @type {SandboxEdges} */
const machine = {
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  read: readIfThere,
  makesNamespaces,
  isSetuidRoot: async (path) => {
    try {
      const { uid, mode } = await files.stat(path);
      return uid === 0 && (mode & 0o4000) !== 0;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  },
};

/**
 * Whether Chromium can sandbox its renderers here; where it cannot, it would
 * refuse to start.
 * @param {string} executable of Electron
 * @param {SandboxEdges} edges
 * @returns {Promise<Sandbox>}
 */
export async function sandboxOf(executable, edges = machine) {
  if (edges.platform !== 'linux') return { flags: [], note: undefined };
  if (edges.isRoot) {
    return { flags: ['--no-sandbox'], note: 'Chromium’s sandbox is off, because root runs this.' };
  }
  const helper = join(dirname(executable), 'chrome-sandbox');
  // With user namespaces for everybody, or else with a setuid helper. Ubuntu lets
  // unshare(1) make them, but not Electron, so its setting has to be asked as well.
  const ubuntu = await edges.read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns');
  const allowed = ubuntu?.trim() !== '1' && (await edges.makesNamespaces());
  if (allowed || (await edges.isSetuidRoot(helper))) return { flags: [], note: undefined };
  return {
    flags: ['--no-sandbox'],
    note:
      'Chromium’s sandbox is off, because user namespaces are forbidden here. To have it:\n' +
      `  sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`,
  };
}

/** Chromium draws into shared memory; Docker gives 64 MB of it, which is too little for a large window. */
const ENOUGH_SHARED_MEMORY = 128 * 1024 * 1024;

/**
 * Flags for a machine whose shared memory Chromium cannot use: it takes files instead.
 * @param {string} [folder]
 * @returns {Promise<string[]>}
 */
export async function sharedMemoryFlags(folder = '/dev/shm') {
  if (process.platform !== 'linux') return [];
  try {
    await files.access(folder, files.constants.W_OK | files.constants.X_OK);
    const { bavail, bsize } = await files.statfs(folder);
    return bavail * bsize >= ENOUGH_SHARED_MEMORY ? [] : ['--disable-dev-shm-usage'];
  } catch (error) {
    if (!['EACCES', 'ENOENT', 'EROFS'].includes(codeOf(error) ?? '')) throw error;
    return ['--disable-dev-shm-usage'];
  }
}

/**
 * Chromium complains of every desktop service that a machine does not have, and
 * none is needed; only what ends it is worth a line, unless somebody looks for more.
 * @param {readonly string[]} argv
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
export function logFlags(argv, env) {
  const asked = argv.some((argument) => /^--(enable-logging|log-level|v|vmodule)\b/.test(argument));
  return asked || env['ELECTRON_ENABLE_LOGGING'] ? [] : ['--log-level=3'];
}
