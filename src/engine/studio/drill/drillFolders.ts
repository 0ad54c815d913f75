import { join } from 'node:path';
import type { FileSystem } from '../../../shared/ports/fileSystem.ts';

/** Beside the folder of a drill from before it is made until it is gone, or is to stay. */
const UNFINISHED = '.unfinished';

/** The folders of drills, of which none outlives its drill unless it is to be kept. */
export class DrillFolders {
  readonly #fileSystem: FileSystem;
  readonly #home: string;

  /** `home`: absolute; it need not be there. */
  constructor(fileSystem: FileSystem, home: string) {
    this.#fileSystem = fileSystem;
    this.#home = home;
  }

  /**
   * The place of a drill that begins now; its folder is not made yet. `check` gets the folder of all drills, and may
   * reject before anything is left there.
   */
  async begin(name: string, check?: (home: string) => Promise<void>): Promise<string> {
    await this.#fileSystem.makeFolder(this.#home);
    await check?.(this.#home);
    const folder = join(this.#home, name);
    await this.#fileSystem.append(`${folder}${UNFINISHED}`, '');
    return folder;
  }

  async keep(folder: string): Promise<void> {
    await this.#fileSystem.removeFile(`${folder}${UNFINISHED}`);
  }

  async remove(folder: string): Promise<void> {
    await removeTree(this.#fileSystem, folder);
    await this.keep(folder);
  }

  /** Removes what drills left whose program was killed. Call it while no drill runs. */
  async tidy(): Promise<void> {
    if (!(await this.#fileSystem.stat(this.#home))) return;
    for (const { name, isDirectory } of await this.#fileSystem.list(this.#home)) {
      if (isDirectory || !name.endsWith(UNFINISHED)) continue;
      await this.remove(join(this.#home, name.slice(0, -UNFINISHED.length)));
    }
  }
}

async function removeTree(fileSystem: FileSystem, folder: string): Promise<void> {
  if (!(await fileSystem.stat(folder))) return;
  for (const { name, isDirectory } of await fileSystem.list(folder)) {
    const path = join(folder, name);
    await (isDirectory ? removeTree(fileSystem, path) : fileSystem.removeFile(path));
  }
  await fileSystem.removeFolder(folder);
}
