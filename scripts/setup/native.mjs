import { existsSync, readFileSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { installCommand, machine, missing } from './debian.mjs';
import { fillFolder } from './files.mjs';
import { betterSqlite3, naudiodon, PREBUILT_NODE_API } from './native-modules.mjs';
import { cacheFolder, root, shortHash } from './paths.mjs';
import { SetupProblem, sentenceOf } from './problem.mjs';
import { run } from './run.mjs';

/** @typedef {import('./native-modules.mjs').Recipe} Recipe */
/** @typedef {import('./report.mjs').Progress} Progress */

const BUILD_TIMEOUT_MS = 20 * 60 * 1000;
const PROBE_TIMEOUT_MS = 20_000;

/**
 * The modules that must be compiled here, whether or not they have been already.
 * @param {readonly number[]} nodeApis the Node-API versions of every runtime that will load them
 * @returns {Recipe[]}
 */
export function recipesFor(nodeApis) {
  const old = nodeApis.some((version) => version < PREBUILT_NODE_API);
  return old ? [naudiodon, betterSqlite3] : [naudiodon];
}

/** @returns {number} the Node-API version of the Node that runs this */
export function ownNodeApi() {
  return Number(process.versions['napi'] ?? 0);
}

/**
 * Whether compiling is still to be done for one of these.
 * @param {readonly Recipe[]} recipes
 * @returns {Promise<boolean>}
 */
export async function needsCompiling(recipes) {
  for (const recipe of recipes) {
    if (!isPlaced(recipe) && !existsSync(await cachePlace(recipe))) return true;
  }
  return false;
}

/**
 * Puts a native module that works into node_modules: one that is there, else
 * the cached one, else a new build.
 * @param {Recipe} recipe
 * @param {string} electron executable of the Electron that will load it, as Node does
 * @param {Progress} progress
 * @returns {Promise<string>} what was done
 * @throws {SetupProblem} when it cannot be compiled or does not load
 */
export async function provide(recipe, electron, progress) {
  const node = process.execPath;
  if (isPlaced(recipe) && (await probe(recipe, [node])) === undefined) return 'ready';
  const cached = await cachePlace(recipe);
  if (existsSync(cached)) {
    await place(recipe, cached);
    if ((await probe(recipe, [node, electron])) === undefined) return 'taken from the cache';
    progress('the cached build does not load, compiling anew');
    await rm(cached, { recursive: true });
  }
  await fillFolder(cached, (temporary) => compile(recipe, temporary, progress));
  await place(recipe, cached);
  const failure = await probe(recipe, [node, electron]);
  if (failure !== undefined) {
    await rm(cached, { recursive: true });
    throw new SetupProblem({
      what: `${recipe.name} was compiled but does not load`,
      why: failure,
      todo: `${recipe.loss} Remove ${packageFolder(recipe)}, then try again.`,
    });
  }
  return 'compiled';
}

/** @param {Recipe} recipe */
function packageFolder(recipe) {
  return join(root, 'node_modules', recipe.name);
}

/** @param {Recipe} recipe */
function isPlaced(recipe) {
  return recipe.products.every((file) => existsSync(join(packageFolder(recipe), 'build', 'Release', file)));
}

/**
 * Where the cache keeps this module: by everything that a build depends on.
 * @param {Recipe} recipe
 * @returns {Promise<string>}
 */
async function cachePlace(recipe) {
  /** @type {{ version: string }} */
  const { version } = JSON.parse(await readFile(join(packageFolder(recipe), 'package.json'), 'utf8'));
  const how = shortHash(JSON.stringify([recipe.arguments, recipe.env, String(recipe.adjust)]));
  const name = [recipe.name, version, process.platform, process.arch, libraryOfC(), how].filter(Boolean).join('-');
  return join(cacheFolder(), 'native', name);
}

/** @returns {string} for one home folder on several machines: `glibc2.36`, or empty */
function libraryOfC() {
  if (process.platform !== 'linux') return '';
  const { report } = process;
  if (!report) return '';
  // Without this, the report looks up the name of every open connection.
  if ('excludeNetwork' in report) report.excludeNetwork = true;
  /** @type {unknown} */
  const told = report.getReport();
  const version = /"glibcVersionRuntime":"([^"]+)"/.exec(JSON.stringify(told))?.[1];
  return version === undefined ? 'musl' : `glibc${version}`;
}

/**
 * @param {Recipe} recipe
 * @param {string} folder
 */
async function place(recipe, folder) {
  const target = join(packageFolder(recipe), 'build', 'Release');
  await mkdir(target, { recursive: true });
  for (const file of recipe.products) {
    const path = join(target, file);
    // A program that runs now may have the old file open: it keeps that one.
    await rm(path, { force: true });
    await copyFile(join(folder, file), path);
  }
}

/**
 * Loads the module in child processes: one that does not fit can take the whole
 * process down.
 * @param {Recipe} recipe
 * @param {readonly string[]} executables of Node or of Electron
 * @returns {Promise<string | undefined>} why it failed
 */
async function probe(recipe, executables) {
  for (const executable of executables) {
    const result = await run(executable, ['-e', recipe.probe], {
      cwd: root,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    if (result.code === 0) continue;
    if (result.timedOut) return `loading it into ${executable} took longer than ${PROBE_TIMEOUT_MS / 1000} s`;
    const told = result.tail.find((line) => line.includes('Error: ')) ?? result.tail.at(-1);
    return `${executable}: ${told ?? `it crashed (exit code ${result.code})`}`;
  }
  return undefined;
}

/**
 * @param {Recipe} recipe
 * @param {string} destination
 * @param {Progress} progress
 */
async function compile(recipe, destination, progress) {
  // In a copy: a build that fails leaves nothing in node_modules.
  const source = join(destination, 'source');
  await cp(packageFolder(recipe), source, { recursive: true, filter: (path) => !/[/\\]build$/.test(path) });
  await symlink(join(root, 'node_modules'), join(source, 'node_modules'), 'junction');
  await recipe.adjust?.(source);
  progress(`compiling, which takes ${recipe.takes}`);
  const result = await run(process.execPath, [nodeGyp(), ...recipe.arguments, ...headerArguments()], {
    cwd: source,
    env: { ...process.env, ...recipe.env },
    timeoutMs: BUILD_TIMEOUT_MS,
  });
  if (result.code !== 0) throw await compileProblem(recipe, result);
  for (const file of recipe.products) await copyFile(join(source, 'build', 'Release', file), join(destination, file));
  await rm(source, { recursive: true });
}

/**
 * @param {Recipe} recipe
 * @param {import('./run.mjs').RunResult} result
 * @returns {Promise<SetupProblem>}
 */
async function compileProblem(recipe, result) {
  const edges = machine();
  const tools = await missing(['build'], edges);
  const told = tools.map((need) => `There is no ${need.command} on this machine.`);
  const packages = tools.map((need) => need.names.at(-1) ?? '');
  const advice = edges.isDebian
    ? `Run: ${installCommand(packages)}`
    : `Install ${packages.join(', ')}, then try again.`;
  return new SetupProblem({
    what: `${recipe.name} could not be compiled`,
    why: told.length > 0 ? told.join(' ') : compilerErrors(result),
    todo: `${recipe.loss} ${told.length > 0 ? advice : 'Put the named cause right, then try again.'}`,
  });
}

/**
 * The lines of a failed build that tell why.
 * @param {import('./run.mjs').RunResult} result
 * @returns {string}
 */
function compilerErrors({ output, tail, timedOut }) {
  if (timedOut) return `It took longer than ${BUILD_TIMEOUT_MS / 60_000} min.`;
  const errors = output.split('\n').filter((line) => /\berror\b|gyp ERR! stack \w*Error/i.test(line));
  return (errors.length > 0 ? errors.slice(0, 8) : tail.slice(-8)).join('\n');
}

/** @returns {string} the node-gyp of the project, else npm's own */
function nodeGyp() {
  const npm = join(dirname(dirname(process.execPath)), 'lib', 'node_modules', 'npm', 'package.json');
  /** @type {unknown[]} */
  const failures = [];
  for (const from of [join(root, 'package.json'), npm]) {
    try {
      return createRequire(from).resolve('node-gyp/bin/node-gyp.js');
    } catch (error) {
      failures.push(error);
    }
  }
  throw new SetupProblem({
    what: 'node-gyp, which compiles native modules, was not found',
    why: failures.map(sentenceOf).join('\n'),
    todo: 'Remove node_modules, then try again.',
  });
}

/**
 * Node's own headers, where it brings them: otherwise node-gyp downloads them
 * from a host that may be out of reach.
 * @returns {string[]}
 */
function headerArguments() {
  const prefix = dirname(dirname(process.execPath));
  const header = join(prefix, 'include', 'node', 'node_version.h');
  if (!existsSync(header)) return [];
  // The headers of another Node that was installed over this one do not count.
  const major = /#define NODE_MAJOR_VERSION (\d+)/.exec(readFileSync(header, 'utf8'))?.[1];
  return major === process.versions.node.split('.')[0] ? [`--nodedir=${prefix}`] : [];
}
