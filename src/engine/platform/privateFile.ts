import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { errnoOf, LongtakeError } from '../../shared/errors.ts';

/** Who reads a secret. */
export interface SecretsEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of this process; undefined where the system has none. */
  readonly uid: number | undefined;
}

const OTHERS = 0o077;
const GROUP_READS = 0o040;

/**
 * The text of a file that holds a secret: its owner's alone. A file of root may be readable by a group, for that is how
 * an administrator gives a secret to a service; and what systemd hands out (`CREDENTIALS_DIRECTORY`) is guarded by its
 * folder. `what` begins the sentence of an error, such as the name of a variable.
 * @throws SECRETS_UNAVAILABLE for a file that cannot be read, that others can read, or that is somebody else's
 */
export function readPrivateFile(path: string, what: string, reader: SecretsEnvironment = ofThisProcess()): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { mode, uid: owner } = fstatSync(file);
    const fault = faultOf({ path, mode, owner }, reader);
    if (fault !== undefined) throw unavailable(`${what}: ${fault}`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof LongtakeError) throw error;
    throw unavailable(`${what}: ${path} cannot be read (${errnoOf(error) ?? 'unknown error'}).`, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const ofThisProcess = (): SecretsEnvironment => ({ env: process.env, uid: process.getuid?.() });

interface Seen {
  readonly path: string;
  readonly mode: number;
  readonly owner: number;
}

function faultOf({ path, mode, owner }: Seen, { env, uid }: SecretsEnvironment): string | undefined {
  // Windows has no modes.
  if (uid === undefined || isBelow(env['CREDENTIALS_DIRECTORY'], path)) return undefined;
  const isRoots = owner === 0 && uid !== 0;
  if ((mode & OTHERS & ~(isRoots ? GROUP_READS : 0)) !== 0) {
    const told = (mode & 0o7777).toString(8).padStart(3, '0');
    const command = isRoots ? 'sudo chmod 640' : 'chmod 600';
    return `others may read or change ${path}, which holds a secret (its mode is ${told}). Run: ${command} ${quoted(path)}`;
  }
  if (owner === uid || owner === 0 || uid === 0) return undefined;
  return `${path} holds a secret and belongs to somebody else. Make it your own.`;
}

function isBelow(folder: string | undefined, path: string): boolean {
  if (folder === undefined || !isAbsolute(folder)) return false;
  const inside = relative(folder, resolve(path));
  return inside !== '' && !isAbsolute(inside) && !inside.startsWith('..');
}

/** As a shell takes it. */
const quoted = (path: string): string => (/^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);

const unavailable = (message: string, cause?: unknown): LongtakeError =>
  new LongtakeError('SECRETS_UNAVAILABLE', message, { cause });
