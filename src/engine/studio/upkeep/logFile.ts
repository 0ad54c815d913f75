import { join } from 'node:path';
import type { LogLine } from '../../../shared/contract/upkeep.ts';
import { errnoOf } from '../../../shared/errors.ts';
import type { FileSystem } from '../../../shared/ports/fileSystem.ts';

/** What is read at once, bytes. */
const CHUNK = 512 * 1024;
/** Lines that are told at once. */
const MOST_LINES = 2000;

const LEVELS = { debug: 'debug', info: 'info', warn: 'warn', warning: 'warn', error: 'error' } as const;
/** `2026-11-21T14:00:00.000Z warn [studio] text`, or without a window `2026-11-21 14:00:00,123 WARNING studio: text`. */
const LINE = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]?\d*\S*) (debug|info|warn|warning|error) (?:\[([^\]]*)\] )?(.*)$/i;

export function parseLogLine(line: string): LogLine | undefined {
  const [, at, level = '', part = '', text = ''] = LINE.exec(line) ?? [];
  const known = LEVELS[level.toLowerCase() as keyof typeof LEVELS] as LogLine['level'] | undefined;
  return at === undefined || known === undefined ? undefined : { at, level: known, part, text };
}

export interface ReadLines {
  readonly lines: readonly LogLine[];
  /** Byte position to go on at. */
  readonly next: number;
}

/** Lines of the log from a byte position on; without one, or after the file has made room for a new one, the last. */
export async function readLog(fileSystem: FileSystem, folder: string, from?: number): Promise<ReadLines> {
  const path = join(folder, 'longtake.log');
  const bytes = (await fileSystem.stat(path))?.bytes ?? 0;
  const isNew = from === undefined || from > bytes;
  const start = isNew ? Math.max(0, bytes - CHUNK) : from;
  const { lines, end } = await readFrom(fileSystem, path, start, isNew && start > 0);
  // A new file has few lines: what was before them is in the one before.
  const before = isNew && start === 0 && lines.length < MOST_LINES / 2 ? await lastOf(fileSystem, folder) : [];
  return { lines: [...before, ...lines].slice(-MOST_LINES), next: end };
}

async function lastOf(fileSystem: FileSystem, folder: string): Promise<readonly LogLine[]> {
  const path = join(folder, 'longtake.1.log');
  const bytes = (await fileSystem.stat(path))?.bytes ?? 0;
  const start = Math.max(0, bytes - CHUNK);
  return (await readFrom(fileSystem, path, start, start > 0)).lines;
}

/** `isTorn`: the first line is the end of one that began before. */
async function readFrom(
  fileSystem: FileSystem,
  path: string,
  start: number,
  isTorn: boolean,
): Promise<{ readonly lines: readonly LogLine[]; readonly end: number }> {
  let read: Uint8Array;
  try {
    const file = await fileSystem.openForReading(path);
    try {
      read = await file.read(start, CHUNK);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { lines: [], end: 0 };
    throw error;
  }
  const whole = read.lastIndexOf(0x0a) + 1;
  const texts = new TextDecoder().decode(read.subarray(0, whole)).split('\n');
  const lines = (isTorn ? texts.slice(1) : texts).flatMap((line) => parseLogLine(line) ?? []);
  return { lines, end: start + whole };
}
