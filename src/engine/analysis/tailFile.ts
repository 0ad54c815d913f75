import { setTimeout as wait } from 'node:timers/promises';
import type { Container } from '../../shared/domain/recording.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { readHead } from './fileStart.ts';

export interface TailTiming {
  /** How often the size is looked at, ms. */
  readonly pollMs: number;
  /** A file that has not grown for so long is finished, ms. */
  readonly idleMs: number;
}

const TIMING: TailTiming = { pollMs: 100, idleMs: 10_000 };
/** Read of what was there at the beginning: less than a second, and enough for a decoder to find its feet. */
const START_BYTES = 8 * 1024;
/** A reader that is further behind goes on near the end. */
const MAX_BEHIND_BYTES = 256 * 1024;
const PIECE_BYTES = 64 * 1024;

/**
 * Reads along in a file that another process writes: its headers, where a decoder needs them, then from near its end
 * what comes, until it stops growing or `signal` is aborted. Rejects with a Node error when the file cannot be read.
 */
export async function* tailFile(
  fileSystem: FileSystem,
  { path, container }: { readonly path: string; readonly container: Container },
  {
    clock,
    signal,
    timing = TIMING,
  }: { readonly clock: Clock; readonly signal: AbortSignal; readonly timing?: TailTiming },
): AsyncGenerator<Uint8Array> {
  const file = await fileSystem.openForReading(path);
  try {
    let position = Math.max(0, (await file.size()) - START_BYTES);
    if (position > 0) {
      const head = await readHead(file, container);
      position = Math.max(position, head.length);
      if (head.length > 0) yield head;
    }
    let grewAt = clock.monotonic();
    while (!signal.aborted) {
      const size = await file.size();
      if (size - position > MAX_BEHIND_BYTES) position = size - START_BYTES;
      if (size > position) {
        const bytes = await file.read(position, Math.min(PIECE_BYTES, size - position));
        position += bytes.length;
        grewAt = clock.monotonic();
        yield bytes;
      } else {
        if (clock.monotonic() - grewAt >= timing.idleMs) return;
        await pause(timing.pollMs, signal);
      }
    }
  } finally {
    await file.close();
  }
}

/** Resolves after `ms`, or at once when `signal` is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
