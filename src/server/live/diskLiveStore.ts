import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../shared/errors.ts';
import type { LiveStore } from './liveSource.ts';
import { isInitName, isSegmentName } from './segmentName.ts';

/** Segments in a folder for each session. Nothing in it outlives its session, and all of it can be made again. */
export class DiskLiveStore implements LiveStore {
  readonly #root: string;

  /** `root`: absolute; made when it is needed. */
  constructor(root: string) {
    this.#root = root;
  }

  async list(id: string): Promise<readonly string[]> {
    const names = await namesIn(this.#folder(id));
    const kept = await Promise.all(
      names.map(async (name) => {
        if (!isSegmentName(name) && !isInitName(name)) return true;
        // A power cut leaves names without content.
        return (await stat(join(this.#folder(id), name))).size > 0;
      }),
    );
    return names.filter((_, index) => kept[index]);
  }

  async put(id: string, name: string, bytes: Uint8Array): Promise<void> {
    const folder = this.#folder(id);
    await mkdir(folder, { recursive: true });
    const path = join(folder, name);
    await writeFile(`${path}.part`, bytes);
    await rename(`${path}.part`, path);
  }

  async get(id: string, name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.#folder(id), name));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await rm(this.#folder(id), { recursive: true, force: true });
  }

  async ids(): Promise<readonly string[]> {
    return namesIn(this.#root);
  }

  #folder(id: string): string {
    // Ids come in addresses.
    if (!/^[0-9A-Za-z-]{1,64}$/.test(id)) throw new Error('This is no id of a session.');
    return join(this.#root, id);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
