import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { PcmStream } from '../../shared/ports/decoder.ts';
import { Ffmpeg } from './ffmpeg.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
let folder: string;
const ffmpeg = new Ffmpeg(silentLog);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-halves-'));
});
afterAll(async () => {
  await ffmpeg.dispose();
  await rm(folder, { recursive: true });
});

async function all({ chunks }: PcmStream): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

test.each([
  ['a.mp3', 'mp3', ['-b:a', '64k']],
  ['v.mp3', 'mp3', ['-q:a', '6']],
  ['x.mp3', 'mp3', ['-b:a', '96k', '-write_xing', '0']],
  ['a.flac', 'flac', []],
  ['24.flac', 'flac', ['-sample_fmt', 's32', '-bits_per_raw_sample', '24']],
] as const)('two halves of %s are the whole, sample by sample', async (name, container, options) => {
  const path = join(folder, name);
  const source = 'anoisesrc=d=330:c=pink:r=22050:a=0.4:s=5';
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, '-ac', '2', ...options, path]);
  const halves = await ffmpeg.decodeHalves(path, container, never);
  if (!halves) throw new Error('not in halves');
  expect(halves.at).toBe(165 * 22_050);
  const [first, second, whole] = await Promise.all([
    all(halves.first),
    all(halves.second),
    ffmpeg.decodeFile(path, container, never).then(all),
  ]);
  expect(first.subarray(0, halves.at * 4).equals(whole.subarray(0, halves.at * 4))).toBe(true);
  const behind = whole.subarray(halves.at * 4);
  const found = second.subarray(halves.lead * 4);
  expect(found.subarray(0, behind.length).equals(behind)).toBe(true);
  // Padding of the last frame, which the table at the start of the file tells of.
  expect(found.length - behind.length).toBeLessThan(2 * 1152 * 4);
});

test('what is short, or of another kind, is decoded in one go', async () => {
  const path = join(folder, 'short.mp3');
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=d=20', path]);
  expect(await ffmpeg.decodeHalves(path, 'mp3', never)).toBeUndefined();
  expect(await ffmpeg.decodeHalves(path, 'ogg', never)).toBeUndefined();
});
