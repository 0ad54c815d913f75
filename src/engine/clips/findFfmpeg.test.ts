import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFfmpeg } from './findFfmpeg.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-find-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function program(name: string, mode = 0o755): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '');
  chmodSync(path, mode);
  return path;
}

test('the first program in PATH is taken; folders and files that cannot be run are passed by', async () => {
  mkdirSync(join(folder, 'a', 'ffmpeg'), { recursive: true });
  program('b/ffmpeg', 0o644);
  const found = program('c/ffmpeg');
  program('d/ffmpeg');
  const PATH = ['', 'a', 'b', 'missing', 'c', 'd'].map((name) => name && join(folder, name)).join(delimiter);
  expect(await findFfmpeg({ PATH }, 'linux')).toBe(found);
});

test('LONGTAKE_FFMPEG goes before PATH, and is not passed by in silence', async () => {
  const [inPath, named] = [program('path/ffmpeg'), program('own build')];
  const PATH = join(folder, 'path');
  expect(await findFfmpeg({ PATH, LONGTAKE_FFMPEG: named })).toBe(named);
  expect(await findFfmpeg({ PATH, LONGTAKE_FFMPEG: '' }, 'linux')).toBe(inPath);
  await expect(findFfmpeg({ PATH, LONGTAKE_FFMPEG: join(folder, 'gone') })).rejects.toMatchObject({
    code: 'DECODER_MISSING',
    message: expect.stringContaining('gone'),
  });
});

test.each([
  ['linux', 'package "ffmpeg"'],
  ['darwin', 'brew install ffmpeg'],
  ['win32', 'winget install ffmpeg'],
] as const)('without one, a person on %s is told how to get it', async (platform, how) => {
  await expect(findFfmpeg({ PATH: folder }, platform)).rejects.toMatchObject({
    code: 'DECODER_MISSING',
    message: expect.stringContaining(how),
  });
});
