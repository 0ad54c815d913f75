import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { root } from '../setup/paths.mjs';
import { machineOf } from './machine.mjs';

/**
 * What the packaged program finds in `node_modules`: the packages that its processes name, with what those need, and of
 * each only the files that run, and its licence. The page's packages are in its bundle.
 */

/** Where they are gathered; its content lies in `node_modules` of the packaged program. */
export const MODULES = join(root, 'out', 'package', 'modules');

/** Loaded by its native binding alone: neither its JavaScript nor what that needs. */
const NATIVE_ONLY = new Set(['naudiodon']);
/** Named for compiling, and not needed by what was compiled. */
const COMPILING = new Set(['node-addon-api']);

const RUNS = /\.(?:[cm]?js|json|node|wasm|dylib|dll)$|\.so(?:\.\d+)*$/;
const NATIVE = /\.(?:node|dylib|dll)$|\.so(?:\.\d+)*$/;
const LICENCE = /^(?:licen[cs]e|notice|copying)/i;
const IDLE_FOLDERS = /(?:^|\/)(?:__tests__|tests?|docs?|examples?|benchmarks?|coverage|\.github|dist-types|dist-es)\//;

/**
 * Of packages that bring the same thing in several ways, the one that is used.
 * @type {Readonly<Record<string, (path: string, target: Target) => boolean>>}
 */
const chosen = {
  'hls.js': (path) => path === 'dist/hls.light.min.js',
  libflacjs: (path) => /^(?:index\.js|lib\/.+|dist\/libflac\.wasm\.(?:js|wasm))$/.test(path),
  naudiodon: (path) => path.startsWith('build/Release/'),
  'fluent-ffmpeg': (path) => /^(?:index\.js|lib\/.+)$/.test(path),
  'better-sqlite3': (path, { binding }) => path === binding || path.startsWith('lib/'),
};

/**
 * @typedef {object} Target
 * @property {string} binding the native file of better-sqlite3, in its package
 */

/**
 * @typedef {object} Module
 * @property {string} folder where it is
 * @property {string} place below `node_modules`
 */

/**
 * Gathers the packages for a platform anew.
 * @param {{ platform: string, arch: string }} machine in Node's words
 * @param {readonly string[]} files of the built processes
 * @returns {Promise<Module[]>} what was gathered
 * @throws when a native module is missing for it, or is for another one
 */
export async function gatherModules({ platform, arch }, files) {
  const modules = await modulesOf(await namedPackages(files));
  const target = { binding: sqliteBinding(platform, arch) };
  await rm(MODULES, { recursive: true, force: true });
  for (const module of modules) await copyModule(module, target);
  await requireMachine(MODULES, { platform, arch });
  return modules;
}

/**
 * What was compiled on one computer does not run on another, which only its user would notice.
 * @param {string} folder
 * @param {{ platform: string, arch: string }} machine
 * @throws when a native file in the folder is for another one
 */
export async function requireMachine(folder, { platform, arch }) {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !NATIVE.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const found = await machineOf(path);
    if (found?.platform === platform && found.archs.includes(arch)) continue;
    const of = found === undefined ? 'no known computer' : `${found.platform} ${found.archs.join(' and ')}`;
    throw new Error(
      `${relative(folder, path)} is for ${of}, and the package for ${platform} ${arch}. ` +
        'Make the package on such a computer, for native modules are compiled where they are installed.',
    );
  }
}

/**
 * The packages of package.json that these files may ask for.
 * @param {readonly string[]} files
 * @returns {Promise<string[]>}
 */
async function namedPackages(files) {
  /** @type {{ dependencies: Record<string, string> }} */
  const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const code = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
  // As a whole, or a file of it; by any of the ways to ask for one.
  return Object.keys(dependencies).filter((name) =>
    ['"', "'", '`'].some((quote) => code.includes(`${quote}${name}${quote}`) || code.includes(`${quote}${name}/`)),
  );
}

/**
 * These packages and all that they need.
 * @param {readonly string[]} names
 * @returns {Promise<Module[]>}
 */
async function modulesOf(names) {
  /** @type {Map<string, Module>} */
  const found = new Map();
  /**
   * @param {string} name
   * @param {string} from
   */
  const add = async (name, from) => {
    const folder = folderOf(name, from);
    if (folder === undefined) throw new Error(`The package ${name}, which ${from} needs, is not installed.`);
    if (found.has(folder)) return;
    found.set(folder, { folder, place: relative(join(root, 'node_modules'), folder).replaceAll('\\', '/') });
    if (NATIVE_ONLY.has(name)) return;
    /** @type {{ dependencies?: Record<string, string> }} */
    const { dependencies = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    for (const needed of Object.keys(dependencies)) if (!COMPILING.has(needed)) await add(needed, folder);
  };
  for (const name of names) await add(name, root);
  return [...found.values()];
}

/**
 * As Node looks for it.
 * @param {string} name
 * @param {string} from
 * @returns {string | undefined}
 */
function folderOf(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder) || folder === root) return undefined;
  }
}

/**
 * One that was compiled here is there because the prebuilt one does not load.
 * @param {string} platform
 * @param {string} arch
 */
function sqliteBinding(platform, arch) {
  const own = platform === process.platform && arch === process.arch;
  const places = [...(own ? ['build/Release/better_sqlite3.node'] : []), `prebuilds/${platform}-${arch}.node`];
  const binding = places.find((place) => existsSync(join(root, 'node_modules', 'better-sqlite3', place)));
  if (binding === undefined) throw new Error(`There is no better-sqlite3 for ${platform} ${arch}.`);
  return binding;
}

/**
 * @param {Module} module
 * @param {Target} target
 */
async function copyModule({ folder, place }, target) {
  const isChosen = chosen[place];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
    // Packages of its own have their own entry.
    if (path.startsWith('node_modules/')) continue;
    const isNotice = path === 'package.json' || (!path.includes('/') && LICENCE.test(path));
    const runs = RUNS.test(path) && !IDLE_FOLDERS.test(path) && (isChosen?.(path, target) ?? true);
    if (!isNotice && !runs) continue;
    const to = join(MODULES, place, path);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(join(folder, path), to);
  }
}
