import { basename, join } from 'node:path';
import type { Recording } from '../../shared/domain/recording.ts';
import type { Title } from '../../shared/domain/title.ts';
import { errnoOf } from '../../shared/errors.ts';
import type { FileSystem, OpenFile } from '../../shared/ports/fileSystem.ts';
import { cueRecordingId, cueSheet } from '../containers/cue.ts';

/** Of a sheet, to see whose it is. */
const HEAD_BYTES = 200;

/**
 * Writes the titles of a recording into a cue sheet beside its file; nothing is written without titles. A sheet of the
 * same recording is replaced, a file of anybody else is left alone. Returns whether the sheet is there. Rejects with a
 * Node error.
 */
export async function writeCue(
  fileSystem: FileSystem,
  recording: Recording,
  titles: readonly Pick<Title, 'text' | 'position'>[],
): Promise<boolean> {
  if (titles.length === 0) return false;
  const bytes = new TextEncoder().encode(textOf(recording, titles));
  const file = await openOwn(fileSystem, recording);
  if (!file) return false;
  try {
    await file.write(bytes, 0);
    await file.truncate(bytes.length);
    await file.sync();
  } finally {
    await file.close();
  }
  return true;
}

/** The sheet beside a recording, when it is there and belongs to it. Absolute. */
export async function cueOf(fileSystem: FileSystem, recording: Recording): Promise<string | undefined> {
  const path = cuePath(recording);
  return (await fileSystem.stat(path)) && (await isOf(fileSystem, recording, path)) ? path : undefined;
}

function cuePath({ root, path }: Recording): string {
  return join(root, path.replace(/\.[^./]+$/, '.cue'));
}

/** The sheet's file, open, when it is new or holds a sheet of this recording. */
async function openOwn(fileSystem: FileSystem, recording: Recording): Promise<OpenFile | undefined> {
  const path = cuePath(recording);
  try {
    return await fileSystem.createExclusive(path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  return (await isOf(fileSystem, recording, path)) ? fileSystem.openForRepair(path) : undefined;
}

async function isOf(fileSystem: FileSystem, { id }: Recording, absolute: string): Promise<boolean> {
  const file = await fileSystem.openForReading(absolute);
  try {
    return cueRecordingId(new TextDecoder().decode(await file.read(0, HEAD_BYTES))) === id;
  } finally {
    await file.close();
  }
}

function textOf(recording: Recording, titles: readonly Pick<Title, 'text' | 'position'>[]): string {
  return cueSheet({
    fileName: basename(recording.path),
    fileType: recording.container === 'mp3' ? 'MP3' : 'WAVE',
    sourceName: recording.sourceName,
    startedAt: localTime(recording.startedAt, recording.offsetMinutes),
    recordingId: recording.id,
    sampleRate: recording.format.sampleRate,
    titles: titles.filter(({ position }) => position < Math.max(1, recording.samples)),
  });
}

/** `2026-11-21T14:00:00.000+01:00` */
function localTime(at: number, offsetMinutes: number): string {
  const minutes = Math.abs(Math.round(offsetMinutes));
  const zone = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const local = new Date(at + offsetMinutes * 60_000).toISOString().slice(0, -1);
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${zone}`;
}
