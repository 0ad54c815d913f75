import { chmodSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkFfmpeg } from './checkFfmpeg.ts';
import { findFfmpeg } from './findFfmpeg.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-ffmpeg-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A program that says this line. */
function program(name: string, line: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho "${line}"\n`);
  chmodSync(path, 0o755);
  return path;
}

test('an ffmpeg that is new enough is taken', async () => {
  await expect(checkFfmpeg(await findFfmpeg())).resolves.toBeUndefined();
  await expect(checkFfmpeg(program('ffmpeg-git', 'ffmpeg version N-118000-g1234567'))).resolves.toBeUndefined();
  await expect(checkFfmpeg(program('ffmpeg8', 'ffmpeg version n8.0.1 Copyright'))).resolves.toBeUndefined();
});

test.each([
  ['ffmpeg', 'relative', /whole path/],
  [() => program('ffmpeg-old', 'ffmpeg version 3.4.2 Copyright'), 'old', /ffmpeg 3\.4\.2.*4 or newer/],
  [() => program('ffmpeg-other', 'something else'), 'another program', /does not say/],
  [() => program('sh', 'ffmpeg version 8.0'), 'another name', /must begin with ffmpeg/],
  [() => join(folder, 'ffmpeg-gone'), 'not there', /cannot be started/],
])('%s is refused: %s', async (path, _, reason) => {
  const named = typeof path === 'string' ? path : path();
  await expect(checkFfmpeg(named)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(reason),
  });
});

test('the chosen one goes before PATH, and one in the package after it', async () => {
  const [chosen, inPath, bundled] = ['ffmpeg-chosen', 'ffmpeg', 'ffmpeg-bundled'].map((name) => program(name, 'x'));
  const env = { LONGTAKE_FFMPEG_CHOSEN: chosen, PATH: folder, LONGTAKE_FFMPEG_BUNDLED: bundled };
  expect(await findFfmpeg(env, 'linux')).toBe(chosen);
  expect(await findFfmpeg({ ...env, LONGTAKE_FFMPEG_CHOSEN: join(folder, 'gone') }, 'linux')).toBe(inPath);
  expect(await findFfmpeg({ ...env, LONGTAKE_FFMPEG_CHOSEN: '', PATH: '/nowhere' }, 'linux')).toBe(bundled);
});
