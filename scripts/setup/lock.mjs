import { randomUUID } from 'node:crypto';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readIfThere } from './files.mjs';
import { codeOf } from './problem.mjs';
import { throwIfInterrupted } from './run.mjs';

const RETRY_MS = 300;

/**
 * Does work while no other process does work under the same lock file. A lock
 * whose owner is gone is taken over.
 * @template T
 * @param {string} path
 * @param {(ownerPid: number) => void} onWait called once, when there is somebody to wait for
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, onWait, work) {
  await mkdir(dirname(path), { recursive: true });
  let told = false;
  while (!(await take(path))) {
    const owner = await ownerOf(path);
    if (owner === undefined) {
      await rm(path, { force: true });
      continue;
    }
    if (!told) onWait(owner);
    told = true;
    throwIfInterrupted();
    await wait(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * @param {string} path
 * @returns {Promise<boolean>}
 */
async function take(path) {
  // A link to a finished file: nobody ever sees a lock without its owner.
  const beside = `${path}.${randomUUID()}`;
  await writeFile(beside, `${process.pid} ${(await birthOf(process.pid)) ?? ''}`);
  try {
    await link(beside, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

/**
 * @param {string} path
 * @returns {Promise<number | undefined>} undefined when nobody holds the lock any more
 */
async function ownerOf(path) {
  const [number, birth] = ((await readIfThere(path)) ?? '').split(' ');
  const pid = Number(number);
  if (!Number.isInteger(pid) || pid <= 0 || !exists(pid)) return undefined;
  // A number can be given again, to a process that knows nothing of this lock.
  return birth === ((await birthOf(pid)) ?? '') ? pid : undefined;
}

/** @param {number} pid */
function exists(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it does, and is somebody else's.
    return codeOf(error) === 'EPERM';
  }
}

/**
 * What tells a process from an earlier one of the same number.
 * @param {number} pid
 * @returns {Promise<string | undefined>} undefined when it has ended, or where the system does not tell
 */
async function birthOf(pid) {
  const stat = await readIfThere(`/proc/${pid}/stat`);
  // proc(5): state is the first field after the name, the start time the 20th.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? undefined : fields?.[19];
}
