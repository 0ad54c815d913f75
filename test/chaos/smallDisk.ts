import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf } from '../../src/shared/errors.ts';

const run = promisify(execFile);

/** Sparse: on the real disk it takes only what is written. */
const IMAGE_BYTES = '3G';
/** The last of the room is taken in blocks. */
const ROUGHLY_BYTES = 8 * 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;

/** A real file system of its own, which can be filled and made to hang. Only for root, where mounting is allowed. */
export class SmallDisk {
  /** Where it is mounted. */
  readonly folder: string;
  readonly #home: string;
  /** Sets the disk free and unmounts it when this process is gone, whatever ended it. */
  #guard: ChildProcess | undefined;
  #hangs = false;

  private constructor(home: string) {
    this.#home = home;
    this.folder = join(home, 'disk');
  }

  /** Rejects where this process may not mount. */
  static async mount(): Promise<SmallDisk> {
    const disk = new SmallDisk(await mkdtemp(join(tmpdir(), 'longtake-disk-')));
    const image = join(disk.#home, 'image');
    try {
      await mkdir(disk.folder);
      await run('truncate', ['-s', IMAGE_BYTES, image]);
      await run('mke2fs', ['-q', '-F', '-t', 'ext4', '-J', 'size=8', '-m', '0', image]);
      await run('mount', ['-o', 'loop', image, disk.folder]);
    } catch (error) {
      await rm(disk.#home, { recursive: true, force: true });
      throw error;
    }
    const script = 'cat; fsfreeze -u "$0/disk"; umount -l "$0/disk" && rm -r "$0"';
    disk.#guard = spawn('sh', ['-c', script, disk.#home], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    return disk;
  }

  /** Leaves so much room, and takes the rest, while others write on. */
  async fill(leaveBytes: number): Promise<void> {
    const most = (await this.#free()) - leaveBytes - ROUGHLY_BYTES;
    if (most > 0) await run('fallocate', ['-l', `${most}`, this.#filler]);
    const rest = await open(this.#filler, 'a');
    try {
      const block = Buffer.alloc(BLOCK_BYTES);
      while ((await this.#free()) > leaveBytes) await rest.write(block);
    } catch (error) {
      if (errnoOf(error) !== 'ENOSPC') throw error;
    } finally {
      await rest.close();
    }
  }

  async empty(): Promise<void> {
    await rm(this.#filler, { force: true });
  }

  /** From now on whoever writes waits, as on a disk that does not answer. */
  async hang(): Promise<void> {
    await run('fsfreeze', ['-f', this.folder]);
    this.#hangs = true;
  }

  async goOn(): Promise<void> {
    if (!this.#hangs) return;
    this.#hangs = false;
    await run('fsfreeze', ['-u', this.folder]);
  }

  async unmount(): Promise<void> {
    const guard = this.#guard;
    this.#guard = undefined;
    if (!guard) return;
    const exit = once(guard, 'exit');
    guard.stdin?.end();
    await exit;
  }

  async #free(): Promise<number> {
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize;
  }

  get #filler(): string {
    return join(this.folder, 'filler');
  }
}
