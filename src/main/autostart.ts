import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { errnoOf } from '../shared/errors.ts';

/** Says that a file is ours to write and to remove. */
const OURS = 'X-Longtake=true';

/** What is started at log-in on Linux. */
export interface AutostartCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Of a profile of its own; absent for the usual one. */
  readonly profile?: string;
}

/** The file by which desktops of Linux start programs at log-in (Desktop Application Autostart Specification). */
export function autostartPath(profile: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  const given = env['XDG_CONFIG_HOME'] ?? '';
  const base = isAbsolute(given) ? given : join(homedir(), '.config');
  const own = profile === undefined ? '' : `-${createHash('sha256').update(profile).digest('hex').slice(0, 8)}`;
  return join(base, 'autostart', `longtake${own}.desktop`);
}

export function autostartEntry({ program, args, profile }: AutostartCommand): string {
  const command = [...(profile === undefined ? [] : ['env', `LONGTAKE_USER_DATA=${profile}`]), program, ...args];
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Longtake',
    'Comment=Records while nobody watches',
    `Exec=${command.map(quoted).join(' ')}`,
    'Icon=longtake',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    OURS,
    '',
  ].join('\n');
}

/**
 * Writes the file, or removes it where nothing is to be started. `isChoice`: the person has just said so in the
 * settings; otherwise what they said to their desktop since, by hiding the file, stays as it is.
 * @throws when it cannot be written, or is not ours
 */
export async function setAutostart(path: string, entry: string | undefined, isChoice: boolean): Promise<void> {
  const found = await read(path);
  if (found !== undefined && !found.includes(OURS)) {
    if (entry === undefined) return;
    throw new Error(`${path} was not written by Longtake, and is left alone. Remove it, then choose again.`);
  }
  if (entry === undefined) return rm(path, { force: true });
  if (found === entry || (found !== undefined && !isChoice && isSwitchedOff(found))) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, entry);
  await rename(`${path}.new`, path);
}

function isSwitchedOff(entry: string): boolean {
  return /^(Hidden=true|X-GNOME-Autostart-enabled=false)\s*$/m.test(entry);
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Desktop Entry Specification, "The Exec key": within quotes, and then as any string of such a file. */
function quoted(text: string): string {
  const plain = text.replaceAll('%', '%%');
  if (/^[A-Za-z0-9_./:=@%+,-]+$/.test(plain)) return plain;
  return `"${plain.replaceAll(/["`$\\]/g, String.raw`\$&`)}"`.replaceAll('\\', '\\\\');
}
