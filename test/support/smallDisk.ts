import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real file system of its own, which can be full and can hang. Needs Linux and root. */
export interface SmallDisk {
  readonly path: string;
  /** Whoever writes waits until {@link thaw}, as on a disk that hangs. */
  freeze(): void;
  thaw(): void;
  /** Another disk with what this one had if its power went now: what was not synced is not there. */
  afterPowerCut(): SmallDisk;
  /** Thaws, unmounts and removes it. */
  remove(): void;
}

/** An ext4 of `megabytes` in a file. Undefined where this machine or user may mount nothing. */
export function makeSmallDisk(megabytes: number): SmallDisk | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'longtake-disk-'));
  const image = join(folder, 'image');
  try {
    run('truncate', '-s', `${megabytes}M`, image);
    run('mkfs.ext4', '-q', '-m', '0', image);
    return mounted(folder, image);
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

function run(command: string, ...parameters: string[]): void {
  execFileSync(command, parameters, { stdio: 'pipe' });
}

function mounted(folder: string, image: string): SmallDisk {
  const path = join(folder, 'disk');
  run('mkdir', path);
  // Nothing is written before somebody asks for it, as far as a disk lets itself be told.
  run('mount', '-o', 'loop,commit=600,noauto_da_alloc', image, path);
  let frozen = false;
  const thaw = (): void => {
    if (frozen) run('fsfreeze', '-u', path);
    frozen = false;
  };
  return {
    path,
    freeze: () => {
      run('fsfreeze', '-f', path);
      frozen = true;
    },
    thaw,
    afterPowerCut: () => {
      const other = mkdtempSync(join(tmpdir(), 'longtake-disk-'));
      const copy = join(other, 'image');
      // What the file system has given to its disk, and no more.
      run('cp', '--sparse=always', image, copy);
      return mounted(other, copy);
    },
    remove: () => {
      thaw();
      run('umount', path);
      rmSync(folder, { recursive: true });
    },
  };
}
