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
  /** Thaws, unmounts and removes it. */
  remove(): void;
}

/** An ext4 of `megabytes` in a file. Undefined where this machine or user may mount nothing. */
export function makeSmallDisk(megabytes: number): SmallDisk | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'longtake-disk-'));
  const image = join(folder, 'image');
  const path = join(folder, 'disk');
  const run = (command: string, ...parameters: string[]): void => {
    execFileSync(command, parameters, { stdio: 'pipe' });
  };
  try {
    run('mkdir', path);
    run('truncate', '-s', `${megabytes}M`, image);
    run('mkfs.ext4', '-q', '-m', '0', image);
    run('mount', '-o', 'loop', image, path);
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
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
    remove: () => {
      thaw();
      run('umount', path);
      rmSync(folder, { recursive: true });
    },
  };
}
