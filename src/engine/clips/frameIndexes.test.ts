import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { tool } from '../../../test/support/codedAudio.ts';
import { recordingOf } from '../../../test/support/sliceRecordings.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { Chain } from './chain.ts';
import { FrameIndexes, indexFile } from './frameIndexes.ts';

let folder: string;
let frames: string;
let recording: Recording;
let warnings: string[];
let bytesRead: number;

/** Counts what is read. */
const fileSystem: Pick<FileSystem, 'openForReading'> = {
  openForReading: async (path) => {
    const file = await nodeFileSystem.openForReading(path);
    const read = file.read.bind(file);
    file.read = async (position, length) => {
      const bytes = await read(position, length);
      bytesRead += bytes.length;
      return bytes;
    };
    return file;
  },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-frames-'));
  const path = join(folder, 'a.aac');
  await tool('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'anoisesrc=d=40:r=44100', '-b:a', '128k', path]);
  recording = await recordingOf(path);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  frames = await mkdtemp(join(folder, 'frames-'));
  warnings = [];
});

/** As a process that has just been started does; returns how much it read, and where the audio ends. */
async function open(change: Partial<Recording> = {}): Promise<readonly [number, number]> {
  bytesRead = 0;
  const log = { warn: (message: string) => void warnings.push(message) };
  const frameIndexes = new FrameIndexes({ folder: frames, log });
  const chain = await Chain.open([{ ...recording, ...change }], 0, { fileSystem, frameIndexes });
  const { to } = chain.last;
  await chain.close();
  return [bytesRead, to];
}

test('the frames of a file are read once, also by other processes', async () => {
  const [first, end] = await open();
  expect(first).toBeGreaterThan(recording.bytes);
  const [second, sameEnd] = await open();
  expect(second).toBeLessThan(recording.bytes / 4);
  expect(sameEnd).toBe(end);
  expect(await readdir(frames)).toEqual([`${recording.id}.frames`]);
  expect(warnings).toEqual([]);
});

test('what is damaged anywhere, or of another state of the file, is made anew', async () => {
  const [, end] = await open();
  const kept = indexFile(frames, recording.id);
  const whole = await readFile(kept);
  for (const at of [0, 9, 13, 20, 26, 34, 45, 49, 60, whole.length - 1]) {
    const hurt = Buffer.from(whole);
    hurt[at] = (hurt[at] ?? 0) ^ 0x10;
    await writeFile(kept, hurt);
    expect(await open(), `byte ${at}`).toEqual([expect.any(Number), end]);
    expect(bytesRead, `byte ${at}`).toBeGreaterThan(recording.bytes);
    expect((await readFile(kept)).equals(whole)).toBe(true);
  }
  await writeFile(kept, whole.subarray(0, 70));
  expect((await open())[0]).toBeGreaterThan(recording.bytes);
  const path = join(recording.root, recording.path);
  await utimes(path, new Date(), new Date(Date.now() + 5000));
  expect((await open())[0]).toBeGreaterThan(recording.bytes);
  expect((await open())[0]).toBeLessThan(recording.bytes);
});

test('what grows is not kept on disk, and a folder that cannot be written costs nothing but time', async () => {
  await open({ state: 'recording' });
  expect(await readdir(frames)).toEqual([]);
  await rm(frames, { recursive: true });
  await writeFile(frames, 'a file');
  const [, end] = await open();
  expect(end).toBeGreaterThan(0);
  expect(warnings).toContain('An index of frames cannot be kept.');
});
