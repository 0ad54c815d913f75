import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plainEnvelope, plainSections } from '../support/plainDetection.ts';
import { type Scene, SceneMaker, toPcm16 } from '../support/scenes.ts';

const PROGRAM = resolve(import.meta.dirname, '../../out/main/longtake.js');
const RATE = 16_000;
const run = promisify(execFile);

let folder: string;
let scene: Scene;

interface Told {
  readonly file: string;
  readonly duration: number;
  readonly windows: number;
  readonly floor: number;
  readonly sections: readonly {
    readonly start: number;
    readonly end: number;
    readonly peak: number;
    readonly score: number;
  }[];
  readonly error?: { readonly code: string };
}

/** What the command prints, and its exit code. */
async function longtake(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  try {
    return { code: 0, ...(await run(process.execPath, [PROGRAM, 'analyse', ...args], { cwd: folder })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

const told = (stdout: string): Told[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-analyse-'));
  scene = new SceneMaker(100.04, RATE, 11)
    .noise([
      { at: 0, db: -60 },
      { at: 50, db: -45 },
    ])
    .call(12.3, 1.5, -24, 700)
    .call(14.6, 0.4, -30, 900)
    .knock(80.02, -12).scene;
  await writeFile(join(folder, 'scene.s16'), toPcm16(scene.audio));
  const input = ['-v', 'error', '-f', 's16le', '-ar', String(RATE), '-ac', '1', '-i', 'scene.s16'];
  for (const [name, ...options] of [
    ['8.wav', '-c:a', 'pcm_u8'],
    ['16.wav', '-c:a', 'pcm_s16le'],
    ['24.wav', '-c:a', 'pcm_s24le'],
    ['32.wav', '-c:a', 'pcm_s32le'],
    ['float.wav', '-c:a', 'pcm_f32le'],
    ['a.flac'],
    ['a.oga', '-c:a', 'flac', '-f', 'ogg'],
    ['a.mp3', '-b:a', '128k'],
    ['a.aac', '-b:a', '128k'],
    ['a.opus', '-b:a', '128k'],
    ['a.ogg', '-c:a', 'libvorbis', '-q:a', '8'],
  ] as const) {
    await run('ffmpeg', [...input, ...options, name], { cwd: folder });
  }
});

afterAll(() => rm(folder, { recursive: true }));

function expectedWith(margin: number, grace: number, minimum: number) {
  return plainSections(plainEnvelope([scene.audio], RATE), { margin, grace, minimum });
}

describe('longtake analyse', () => {
  test.each(['16.wav', '24.wav', '32.wav', 'float.wav', 'a.flac', 'a.oga'])(
    'finds in %s what an independent reader finds',
    async (name) => {
      const { code, stdout } = await longtake(name, '--json');
      expect(code).toBe(0);
      const [found, ...others] = told(stdout);
      expect(others).toEqual([]);
      expect(found).toMatchObject({ file: name, windows: 1000 });
      expect(found?.duration).toBeCloseTo(100.04, 3);
      const expected = expectedWith(12, 2, 0);
      expect(expected.length).toBe(2);
      expect(found?.sections.map(({ start, end }) => [start, end])).toEqual(
        expected.map(({ start, end }) => [start, end]),
      );
      for (const [index, { peak, score }] of expected.entries()) {
        expect(found?.sections[index]?.peak).toBeCloseTo(peak, 1);
        expect(found?.sections[index]?.score).toBeCloseTo(score, 1);
      }
    },
  );

  test('needs no ffmpeg for WAV and FLAC', async () => {
    const env = { ...process.env, LONGTAKE_FFMPEG: '/nowhere/ffmpeg' };
    const names = ['8.wav', '16.wav', 'a.flac', 'a.oga'];
    const { stdout } = await run(process.execPath, [PROGRAM, 'analyse', ...names, '--json'], { cwd: folder, env });
    const [eight, sixteen, flac, oga] = told(stdout);
    expect(eight).toMatchObject({ windows: 1000 });
    // The knock is far above what 8 bits add.
    expect(eight?.sections.some(({ start, end }) => start <= 80.1 && 80 <= end)).toBe(true);
    expect(sixteen?.sections).toHaveLength(2);
    for (const found of [flac, oga]) expect({ ...found, file: '' }).toEqual({ ...sixteen, file: '' });
  });

  test.each(['a.mp3', 'a.aac', 'a.opus', 'a.ogg'])('finds the same in %s to within what coding moves', async (name) => {
    const [found] = told((await longtake(name, '--json')).stdout);
    const expected = expectedWith(12, 2, 0);
    expect(found?.sections).toHaveLength(expected.length);
    expect(Math.abs((found?.duration ?? 0) - 100.04)).toBeLessThan(0.2);
    for (const [index, { start, end, peak }] of expected.entries()) {
      const section = found?.sections[index];
      expect(Math.abs((section?.start ?? 0) - start)).toBeLessThan(0.25);
      expect(Math.abs((section?.end ?? 0) - end)).toBeLessThan(0.25);
      expect(Math.abs((section?.peak ?? 0) - peak)).toBeLessThan(3.5);
    }
  });

  test('takes margin, grace period and least length', async () => {
    for (const [margin, grace, minimum] of [
      [6, 0.2, 0],
      [12, 0.5, 0.6],
      [40, 2, 0],
    ] as const) {
      const options = ['--margin', `${margin}`, '--grace', `${grace}`, '--min-length', `${minimum}`];
      const [found] = told((await longtake('16.wav', '--json', ...options)).stdout);
      expect(found?.sections.map(({ start, end }) => [start, end])).toEqual(
        expectedWith(margin, grace, minimum).map(({ start, end }) => [start, end]),
      );
    }
  });

  test('tells what cannot be read and goes on with the others', async () => {
    await writeFile(join(folder, 'junk.mp3'), 'This is no audio at all. '.repeat(4000));
    const { code, stdout, stderr } = await longtake('gone.wav', 'junk.mp3', '16.wav', '--json');
    expect(code).toBe(1);
    const [gone, junk, good] = told(stdout);
    expect(gone?.error?.code).toBe('NOT_FOUND');
    expect(junk?.error?.code).toMatch(/DAMAGED|FORMAT_UNSUPPORTED/);
    expect(good?.sections).toHaveLength(2);
    expect(stderr).toContain('gone.wav: There is no such file.');
  });

  test('speaks to people without --json, and refuses what is no setting', async () => {
    const { code, stdout } = await longtake('16.wav', 'a.flac');
    expect(code).toBe(0);
    expect(stdout).toContain('16.wav: 0:01:40.0, 1000 windows, noise floor');
    expect(stdout.match(/score/g)).toHaveLength(4);
    expect((await longtake('16.wav', '--margin', 'much')).code).toBe(2);
    expect((await longtake()).code).toBe(2);
  });
});
