import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { moveFolder, readJsonIfThere, writeJson } from './files.mjs';
import { cacheFolder, root } from './paths.mjs';
import { codeOf, sentenceOf } from './problem.mjs';
import { run } from './run.mjs';

/** @typedef {import('./report.mjs').Progress} Progress */

const RELEASES = 'https://github.com/electron/electron/releases/download/';
const REACH_TIMEOUT_MS = 4000;
const DOWNLOAD_TIMEOUT_MS = 20 * 60 * 1000;
const REMEMBER_MS = 24 * 60 * 60 * 1000;

/** The release host cannot be had; the fall-back can. */
export class NotDownloadable extends Error {
  /** @param {string} why */
  constructor(why) {
    super(why);
    this.name = 'NotDownloadable';
  }
}

/**
 * Downloads Electron with its own installer, into an empty folder.
 * @param {string} version
 * @param {string} folder
 * @param {Progress} progress
 * @throws {NotDownloadable}
 */
export async function download(version, folder, progress) {
  const unreachable = await whyUnreachable(version);
  if (unreachable !== undefined) throw new NotDownloadable(unreachable);
  const electron = join(root, 'node_modules', 'electron');
  const dist = join(electron, 'dist');
  // A link to another runtime: the installer would unpack into that one.
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist);
  progress(`downloading Electron ${version}, about 120 MB`);
  const { ELECTRON_OVERRIDE_DIST_PATH: _, ...env } = process.env;
  const result = await run(process.execPath, [join(electron, 'install.js')], {
    env: { ...env, ...(proxied(env) ? { ELECTRON_GET_USE_PROXY: '1' } : {}) },
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
  });
  if (result.code !== 0) {
    await rm(dist, { recursive: true, force: true });
    throw new NotDownloadable(
      result.timedOut ? 'the download took too long' : (result.tail[0] ?? 'the installer failed'),
    );
  }
  await moveFolder(dist, folder);
}

/** @param {NodeJS.ProcessEnv} env */
function proxied(env) {
  return Boolean(env['HTTPS_PROXY'] ?? env['https_proxy']);
}

/**
 * Asks the release host for a small file, so that a firewall which drops
 * packets costs seconds and not minutes.
 * @param {string} version
 * @returns {Promise<string | undefined>} why it is out of reach
 */
async function whyUnreachable(version) {
  // Only the installer can speak through a proxy: let it find out.
  if (proxied(process.env)) return undefined;
  const mirror =
    process.env['npm_config_electron_mirror'] ?? process.env['electron_mirror'] ?? process.env['ELECTRON_MIRROR'];
  const url = `${mirror ?? RELEASES}v${version}/SHASUMS256.txt`;
  try {
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(REACH_TIMEOUT_MS) });
    return response.ok ? undefined : `${new URL(url).host} answered ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return `${new URL(url).host} cannot be reached, ${codeOf(cause) ?? sentenceOf(cause)}`;
  }
}

/** @param {string} version */
function failurePath(version) {
  return join(cacheFolder(), 'electron', `${version}-not-downloadable.json`);
}

/**
 * The failure to download this version within the last day.
 * @param {string} version
 * @param {number} nowMs
 * @returns {Promise<string | undefined>}
 */
export async function recentFailure(version, nowMs = Date.now()) {
  const noted = await readJsonIfThere(failurePath(version));
  if (typeof noted !== 'object' || noted === null || !('why' in noted) || !('atMs' in noted)) return undefined;
  const ageMs = nowMs - Number(noted.atMs);
  return ageMs >= 0 && ageMs < REMEMBER_MS ? String(noted.why) : undefined;
}

/**
 * @param {string} version
 * @param {string} why
 * @param {number} atMs
 */
export async function rememberFailure(version, why, atMs = Date.now()) {
  await writeJson(failurePath(version), { why, atMs });
}
