import { lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../shared/errors.ts';

const PREFIX = 'longtake-command-';
const NAME = /^longtake-command-(\d+)-(\d+)-[\dA-Za-z]+$/;

/**
 * Makes a folder below `home` for as long as this process lives; its name says whose it is. Returns its path. May throw
 * a Node error.
 */
export function makeScratchFolder(home: string): string {
  return mkdtempSync(join(home, `${PREFIX}${processSpace()}-${process.pid}-`));
}

/**
 * Removes the scratch folders below `home` that processes of this user left which were killed. What a link leads to is
 * never touched. `onProblem` hears of one that could not be removed.
 */
export function removeLeftScratchFolders(home: string, onProblem: (path: string, error: unknown) => void): void {
  const space = processSpace();
  for (const name of readdirSync(home)) {
    const [, foundSpace, pid] = NAME.exec(name) ?? [];
    if (foundSpace !== space || pid === undefined || isAlive(Number(pid))) continue;
    const path = join(home, name);
    try {
      const found = lstatSync(path);
      if (found.isDirectory() && found.uid === ownUser()) rmSync(path, { recursive: true, force: true });
    } catch (error) {
      // Another command may be removing it.
      if (errnoOf(error) !== 'ENOENT') onProblem(path, error);
    }
  }
}

/** Always 0 on Windows, where the folder for temporary files is the user's own. */
function ownUser(): number {
  return process.getuid?.() ?? 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}

/** A container has numbers of processes of its own, and may share the folder with others. */
function processSpace(): string {
  if (process.platform !== 'linux') return '0';
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch (error) {
    // Without /proc it can't be told; other errors have no other meaning here.
    if (errnoOf(error) === undefined) throw error;
    return '0';
  }
}
