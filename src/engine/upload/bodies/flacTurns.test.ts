import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tool } from '../../../../test/support/codedAudio.ts';
import { makeRecording } from '../../../../test/support/makeRecording.ts';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../recorder/flacLibrary.ts';
import { createOpenBody } from './openBody.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-turns-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A few bytes hold a second of it: what is read at once would take half a second to decode. */
test('others have their turn while hours of silence are decoded', async () => {
  const path = join(folder, 'silence.flac');
  const silence = ['-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=stereo', '-t', '120', '-sample_fmt', 's16'];
  await tool('ffmpeg', ['-v', 'error', '-y', ...silence, path]);
  const recording = makeRecording({ container: 'flac' });
  const encoder = { encode: () => Promise.reject(new Error('not here')) };
  const openBody = createOpenBody({ fileSystem: nodeFileSystem, loadFlac: loadFlacLibrary, encoder });
  const source = { recording, file: () => path, live: () => false, from: 0, spoolFolder: folder };
  const body = await openBody(source, { kind: 'wav' });
  const { bytes, ended } = await body.stable();
  expect(ended).toBe(true);
  let turns = 0;
  let isReading = true;
  const count = (): void => {
    turns += 1;
    if (isReading) setImmediate(count);
  };
  setImmediate(count);
  let longest = 0;
  let read = 0;
  for await (const piece of body.read(0, bytes)) {
    read += piece.length;
    longest = Math.max(longest, piece.length);
  }
  isReading = false;
  expect(read).toBe(120 * 48_000 * 4 + 44);
  expect(longest).toBeLessThanOrEqual(64 * 1024);
  // No more than a few frames in one.
  expect(turns).toBeGreaterThan(read / 4 / 16_384);
  await body.close();
});
