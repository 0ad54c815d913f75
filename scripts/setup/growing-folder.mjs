import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Tells at once, and then every so often, how much is in a folder that others write, move and remove things in.
 * @param {string} folder need not be there
 * @param {(bytes: number) => void} tell
 * @param {number} [everyMs]
 * @returns {() => void} ends it: nothing is told afterwards, not even what is just being counted
 */
export function watchGrowing(folder, tell, everyMs = 1000) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let hasEnded = false;
  const look = async () => {
    const bytes = await folderSize(folder);
    if (hasEnded) return;
    tell(bytes);
    timer = setTimeout(() => void look(), everyMs);
  };
  void look();
  return () => {
    hasEnded = true;
    clearTimeout(timer);
  };
}

/**
 * @param {string} folder
 * @returns {Promise<number>} bytes of all files in it, without those that cannot be looked at just now
 */
async function folderSize(folder) {
  let bytes = 0;
  // What is gone since it was listed counts nothing: this is only told, and nothing depends on it.
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await folderSize(path);
    else if (entry.isFile()) bytes += (await stat(path).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}
