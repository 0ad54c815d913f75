import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groups } from './debian-packages.mjs';
import { installCommand } from './debian.mjs';
import { SetupProblem, codeOf } from './problem.mjs';

/**
 * A display that programs can be started on.
 * @typedef {object} Display
 * @property {NodeJS.ProcessEnv} env what to add to a program's environment
 * @property {readonly string[]} flags for Electron
 * @property {boolean} isVirtual
 * @property {() => Promise<void>} close ends a virtual display; call it when its programs have ended
 */

/** A desktop of the usual size. */
const SCREEN = '1600x1000x24';
const START_TIMEOUT_MS = 20_000;

/**
 * Whether programs with a window have a place to show it.
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.ProcessEnv} env
 * @returns {'x11' | 'wayland' | 'native' | 'none'} `native` where every session has one
 */
export function displayKind(platform, env) {
  if (platform !== 'linux') return 'native';
  if (env['DISPLAY']) return 'x11';
  return env['WAYLAND_DISPLAY'] ? 'wayland' : 'none';
}

/**
 * The person's display, or a virtual one where there is none.
 * @returns {Promise<Display>}
 * @throws {SetupProblem} when a virtual one is needed and does not start
 */
export async function provideDisplay() {
  const kind = displayKind(process.platform, process.env);
  if (kind === 'none') return virtualDisplay();
  return {
    env: {},
    flags: kind === 'wayland' ? ['--ozone-platform-hint=auto'] : [],
    isVirtual: false,
    close: async () => undefined,
  };
}

/**
 * Starts an X server without a screen.
 * @param {{ inOwnSession?: boolean }} [options] `inOwnSession`, the default: Ctrl+C in the terminal must not take the
 *   display from under a program that is still closing its files. Otherwise it ends with the group of this process.
 * @returns {Promise<Display>}
 * @throws {SetupProblem}
 */
export async function virtualDisplay({ inOwnSession = true } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'longtake-display-'));
  const authority = join(folder, 'authority');
  // Without a cookie, everybody on this machine could look at the display.
  await writeFile(authority, xAuthority(randomBytes(16)), { mode: 0o600 });
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp', '-noreset', '-auth', authority],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], detached: inOwnSession },
  );
  const ended = once(server, 'close').catch(() => undefined);
  const close = async () => {
    server.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const number = await displayNumber(server);
    return {
      env: { DISPLAY: `:${number}`, XAUTHORITY: authority },
      flags: ['--disable-gpu'],
      isVirtual: true,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * An Xauthority file with one cookie that serves for every display.
 * @param {Buffer} cookie 16 bytes
 * @returns {Buffer}
 */
export function xAuthority(cookie) {
  // Xau(3): family, then address, number, name and data, each with its length,
  // all 16 bits big endian. Family 0xffff with empty address and number matches all.
  /** @param {Buffer} bytes */
  const counted = (bytes) => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
  const nothing = Buffer.alloc(0);
  return Buffer.concat([
    Buffer.from([0xff, 0xff]),
    counted(nothing),
    counted(nothing),
    counted(Buffer.from('MIT-MAGIC-COOKIE-1')),
    counted(cookie),
  ]);
}

/**
 * @param {import('node:child_process').ChildProcess} server
 * @returns {Promise<number>}
 */
function displayNumber(server) {
  return new Promise((resolve, reject) => {
    let told = '';
    let complaint = '';
    /**
     * @param {string} why
     * @param {unknown} [cause]
     */
    const fail = (why, cause) => {
      clearTimeout(timer);
      const packages = groups.display.needs.map((need) => need.names.at(-1) ?? '');
      reject(
        new SetupProblem({
          what: 'the virtual display did not start',
          why: `${why} ${complaint.trim().split('\n').slice(-4).join('\n')}`.trim(),
          todo: `It needs Xvfb: ${installCommand(packages)}`,
          cause,
        }),
      );
    };
    const timer = setTimeout(() => fail(`Xvfb said nothing for ${START_TIMEOUT_MS / 1000} s.`), START_TIMEOUT_MS);
    server.once('error', (error) => fail(codeOf(error) === 'ENOENT' ? 'There is no Xvfb.' : error.message, error));
    server.once('exit', (code) => fail(`Xvfb ended with exit code ${code}.`));
    server.stderr?.setEncoding('utf8').on('data', (text) => {
      complaint = (complaint + text).slice(-4000);
    });
    const numbers = server.stdio[3];
    if (!numbers || !('setEncoding' in numbers)) return;
    numbers.setEncoding('utf8');
    numbers.on('data', (text) => {
      told += text;
      const match = /^(\d+)\n/.exec(told);
      if (!match) return;
      clearTimeout(timer);
      server.removeAllListeners('exit');
      resolve(Number(match[1]));
    });
  });
}
