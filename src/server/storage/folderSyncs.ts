import { open } from 'node:fs/promises';

/** Makes new names in folders survive a power cut; those that come while a folder is synced share the next turn. */
export class FolderSyncs {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  /** Resolves once every name that `path` has now is on disk. */
  sync(path: string): Promise<void> {
    // Windows opens no folders, and writes names at once.
    if (process.platform === 'win32') return Promise.resolve();
    const running = this.#running.get(path);
    if (!running) return this.#run(path);
    // The one that runs may have begun before the name was there.
    const known = this.#next.get(path);
    if (known) return known;
    const next = running
      .catch(() => undefined)
      .then(() => {
        this.#next.delete(path);
        return this.#run(path);
      });
    this.#next.set(path, next);
    return next;
  }

  #run(path: string): Promise<void> {
    const run = syncFolder(path).finally(() => {
      if (this.#running.get(path) === run) this.#running.delete(path);
    });
    this.#running.set(path, run);
    return run;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
