import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { LongtakeError } from '../../shared/errors.ts';

/** Longest path of a socket in bytes: macOS has room for 104 with its end, Linux for 108. */
const LONGEST_PATH = 103;

/** Where the control socket of the profile in `folder` is: in the profile, unless its path is too long for a socket. */
export function controlPath(folder: string): string {
  const id = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\.\\pipe\\longtake-control-${id}`;
  const own = join(resolve(folder), 'control', 'socket');
  if (Buffer.byteLength(own) <= LONGEST_PATH) return own;
  return join(tmpdir(), `longtake-${process.getuid?.() ?? 0}`, id);
}

/** The file whose lock holds the profile. */
export function controlLockPath(folder: string): string {
  return process.platform === 'win32' ? join(resolve(folder), 'control.lock') : `${controlPath(folder)}.lock`;
}

/** Makes the folder of a socket so that nobody else can reach into it, also before the socket has its own rights. */
export function makeControlFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(folder);
  if (uid !== process.getuid?.()) {
    throw new LongtakeError('NOT_ALLOWED', `The folder ${folder} belongs to somebody else. Remove it, then try again.`);
  }
  chmodSync(folder, 0o700);
}
