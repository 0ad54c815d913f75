import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/**
 * Where set-up keeps what all clones share, by the rule of the XDG base
 * directory specification: a relative XDG_CACHE_HOME is ignored.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string}
 */
export function cacheFolder(env = process.env) {
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg && xdg === resolve(xdg) ? xdg : join(homedir(), '.cache');
  return join(base, 'longtake');
}

/**
 * A short name for a text that must be told apart from other texts.
 * @param {string | Buffer} text
 * @returns {string} 12 hexadecimal digits
 */
export function shortHash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
