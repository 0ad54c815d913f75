import { constants } from 'node:fs';
import {
  type FileHandle,
  appendFile,
  lstat,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rmdir,
  stat,
  statfs,
  unlink,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../../shared/errors.ts';
import type { FileSystem, OpenFile } from '../../shared/ports/fileSystem.ts';

/** The real disk. */
export const nodeFileSystem: FileSystem = {
  createExclusive: async (path) => openFile(await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL)),
  openForRepair: async (path) => openFile(await open(path, constants.O_RDWR)),
  openForReading: async (path) => openFile(await open(path, constants.O_RDONLY)),
  append: (path, text) => appendFile(path, text, { flush: true }),
  readText: (path) => readFile(path, 'utf8'),
  makeFolder: (path) => makeFolder(path),
  move: (from, to) => move(from, to),
  removeFile: (path) => unlink(path),
  removeFolder: (path) => rmdir(path),
  list: async (path) =>
    (await readdir(path, { withFileTypes: true })).map((entry) => ({
      name: entry.name,
      isDirectory: entry.isDirectory(),
    })),
  stat: async (path) => {
    try {
      const found = await stat(path);
      return { bytes: found.size, modifiedAt: found.mtimeMs };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  freeBytes: async (path) => {
    const volume = await statfs(path);
    // Some network file systems know no sizes and state zero for all.
    if (volume.blocks === 0) return Number.MAX_SAFE_INTEGER;
    return volume.bavail * volume.bsize;
  },
};

/**
 * Not Node's own recursive mkdir: that one never returns where a folder exists and yet answers ENOENT for what is made
 * in it, as /proc does, and takes one thread of the pool with it.
 */
async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent);
  try {
    await mkdir(path);
  } catch (error) {
    // Somebody else may have made it in this moment.
    if (errnoOf(error) !== 'EEXIST' || !(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** A rename overwrites what has the name: an empty file takes the name first, which only one can. */
async function move(from: string, to: string): Promise<void> {
  // Without this, what is not there would leave an empty file behind where the process ends in between.
  await lstat(from);
  await (await open(to, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL)).close();
  try {
    await rename(from, to);
  } catch (error) {
    await unlink(to);
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function openFile(handle: FileHandle): OpenFile {
  return {
    write: async (bytes, position) => {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    },
    read: async (position, length) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, await readInto(handle, bytes, position));
    },
    readInto: (target, position) => readInto(handle, target, position),
    sync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    size: async () => (await handle.stat()).size,
    isLinked: async () => (await handle.stat()).nlink > 0,
    close: () => handle.close(),
  };
}

async function readInto(handle: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await handle.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}
