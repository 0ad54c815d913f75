import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildApp } from './app-build.mjs';
import { groups } from './debian-packages.mjs';
import { install, installCommand, machine, missing, packagesFor, reasonOf } from './debian.mjs';
import { displayKind } from './display.mjs';
import { provideElectron } from './electron.mjs';
import { withLock } from './lock.mjs';
import { needsCompiling, ownNodeApi, provide, recipesFor } from './native.mjs';
import { checkNode } from './node.mjs';
import { provideNpmPackages } from './npm.mjs';
import { cacheFolder, root, shortHash } from './paths.mjs';
import { SetupProblem, sentenceOf } from './problem.mjs';
import { Reporter, edgesOf, patient, spell } from './report.mjs';

/** @typedef {import('./debian-packages.mjs').GroupName} GroupName */
/** @typedef {import('./electron.mjs').Runtime} Runtime */
/** @typedef {import('./native-modules.mjs').Recipe} Recipe */
/** @typedef {import('./report.mjs').ReportEdges} ReportEdges */

/**
 * What a command needs.
 * @typedef {object} Plan
 * @property {readonly GroupName[]} groups Debian packages, beside those that the other needs bring
 * @property {boolean} runtime Electron and the native modules
 * @property {boolean} [native] the native modules for Node alone
 * @property {boolean} build the app in `out/`
 */

/** @satisfies {Record<string, Plan>} */
export const plans = {
  start: { groups: ['studio'], runtime: true, build: true },
  dev: { groups: ['studio'], runtime: true, build: false },
  build: { groups: [], runtime: false, build: true },
  check: { groups: [], runtime: false, build: false },
  test: { groups: ['studio', 'test', 'display'], runtime: true, build: true },
  headless: { groups: [], runtime: false, native: true, build: true },
  serve: { groups: ['studio'], runtime: false, native: true, build: true },
  server: { groups: ['server'], runtime: false, native: true, build: true },
  bench: { groups: ['studio', 'test', 'display', 'bench'], runtime: true, build: true },
  fuzz: { groups: ['test'], runtime: false, build: false },
};

/**
 * Makes this machine ready for a command, one line per step.
 * @param {Plan} plan
 * @param {{ stream?: NodeJS.WriteStream, isPatient?: boolean, onPackages?: () => void }} [report] where the steps are
 *   told; `isPatient`: only when there is something to do; `onPackages` is called when the npm packages are there
 * @returns {Promise<Runtime | undefined>} the Electron to run, when the plan asks for one
 * @throws {import('./problem.mjs').SetupProblem} after its step has told it
 */
export async function prepare(plan, { stream = process.stdout, isPatient = false, onPackages = () => undefined } = {}) {
  const reporter = new Reporter(isPatient ? patient(edgesOf(stream)) : edgesOf(stream));
  const startedAt = performance.now();
  reporter.line('Longtake: getting ready');
  const locks = join(cacheFolder(), 'locks');
  await demandWritable(locks);
  const lock = join(locks, `${shortHash(root)}.lock`);
  const onWait = (/** @type {number} */ pid) =>
    reporter.line(`  ...   waiting for another set-up of this folder to finish (process ${pid})`);
  const runtime = await withLock(lock, onWait, () => steps(plan, reporter, onPackages));
  reporter.line(`Ready in ${spell(performance.now() - startedAt)}.`);
  return runtime;
}

/**
 * @param {string} folder of the cache
 * @throws {SetupProblem}
 */
async function demandWritable(folder) {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new SetupProblem({
      what: `the cache folder ${cacheFolder()} cannot be written to`,
      why: sentenceOf(error),
      todo: 'Set XDG_CACHE_HOME to a folder of yours, or correct its owner: did somebody run this with sudo before?',
      cause: error,
    });
  }
}

/**
 * @param {Plan} plan
 * @param {Reporter} reporter
 * @param {() => void} onPackages
 * @returns {Promise<Runtime | undefined>}
 */
async function steps(plan, reporter, onPackages) {
  await reporter.step('Node', async () => ({ outcome: checkNode(process.versions.node), value: undefined }));
  await reporter.step('npm packages', async (progress) => ({
    outcome: await provideNpmPackages(progress),
    value: undefined,
  }));
  onPackages();
  await debianStep(reporter, 'System packages', await groupsFor(plan));
  const runtime = plan.runtime ? await runtimeSteps(reporter) : undefined;
  if (plan.native) {
    for (const recipe of recipesFor([ownNodeApi()])) await nativeStep(reporter, recipe, process.execPath);
  }
  if (plan.build) {
    await reporter.step('App', async (progress) => ({ outcome: await buildApp(progress), value: undefined }));
  }
  return runtime;
}

/**
 * @param {Plan} plan
 * @returns {Promise<GroupName[]>}
 */
async function groupsFor(plan) {
  /** @type {GroupName[]} */
  const names = [...plan.groups];
  if (plan.native && (await needsCompiling(recipesFor([ownNodeApi()])))) names.push('build');
  if (!plan.runtime) return names;
  names.push('electron');
  if (displayKind(process.platform, process.env) === 'none') names.push('display');
  if (await needsCompiling(recipesFor([ownNodeApi()]))) names.push('build');
  return names;
}

/**
 * Packages are wanted, not demanded: what cannot do without one says so itself,
 * and the rest of the studio still runs.
 * @param {Reporter} reporter
 * @param {string} title
 * @param {readonly GroupName[]} names
 */
async function debianStep(reporter, title, names) {
  if (names.length === 0) return;
  await reporter.step(title, async (progress) => {
    const edges = machine();
    const needs = await missing(names, edges);
    if (needs.length === 0) return { outcome: 'ready', value: undefined };
    const lacking = names.filter((name) => needsOf(name, needs));
    if (!edges.isDebian) {
      const commands = needs.map((need) => need.command).join(', ');
      return { outcome: { note: `install these ${reasonOf(lacking)}: ${commands}` }, value: undefined };
    }
    if (!edges.isRoot) {
      const { packages, unknown } = await packagesFor(needs, edges);
      const note = `some are missing (${reasonOf(lacking)}), and only root can install them. Run:\n${installCommand([...packages, ...unknown])}`;
      return { outcome: { note }, value: undefined };
    }
    try {
      const { packages, unknown } = await install(needs, edges, progress);
      if (unknown.length === 0) return { outcome: `installed ${packages.join(', ')}`, value: undefined };
      return { outcome: { note: `apt does not offer ${unknown.join(', ')} (${reasonOf(lacking)})` }, value: undefined };
    } catch (error) {
      if (!(error instanceof SetupProblem)) throw error;
      return { outcome: { note: error.tell() }, value: undefined };
    }
  });
}

/**
 * @param {GroupName} name
 * @param {readonly import('./debian-packages.mjs').Need[]} needs
 */
function needsOf(name, needs) {
  return groups[name].needs.some((need) => needs.includes(need));
}

/** @param {Reporter} reporter */
async function runtimeSteps(reporter) {
  const runtime = await reporter.step('Electron', async (progress) => {
    const found = await provideElectron(progress);
    return { outcome: `${found.version} (${found.why})`, value: found };
  });
  const recipes = recipesFor([ownNodeApi(), runtime.nodeApi]);
  if (recipes.length > recipesFor([ownNodeApi()]).length && (await needsCompiling(recipes))) {
    await debianStep(reporter, 'System packages for compiling', ['build']);
  }
  for (const recipe of recipes) await nativeStep(reporter, recipe, runtime.executable);
  return runtime;
}

/**
 * @param {Reporter} reporter
 * @param {Recipe} recipe
 * @param {string} electron
 */
async function nativeStep(reporter, recipe, electron) {
  await reporter.step(recipe.name, async (progress) => {
    try {
      return { outcome: await provide(recipe, electron, progress), value: undefined };
    } catch (error) {
      if (recipe.required || !(error instanceof SetupProblem)) throw error;
      return { outcome: { note: error.tell() }, value: undefined };
    }
  });
}
