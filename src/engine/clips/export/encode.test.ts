import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../findFfmpeg.ts';
import { encode } from './encode.ts';
import type { EncodeJob, EncodeTarget } from './encodeOptions.ts';

const run = promisify(execFile);
const RATE = 44_100;

let folder: string;
let program: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-encode-'));
  program = await findFfmpeg();
  const sine = (hertz: number): string => `aevalsrc=0.5*sin(2*PI*${hertz}*t)|0.5*sin(2*PI*${hertz}*t):s=${RATE}:d=5`;
  await run(program, ['-v', 'error', '-f', 'lavfi', '-i', sine(441), join(folder, 'low.wav')]);
  await run(program, ['-v', 'error', '-f', 'lavfi', '-i', sine(2000), '-b:a', '128k', join(folder, 'high.mp3')]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function job(target: EncodeTarget, more: Partial<EncodeJob> = {}): EncodeJob {
  count += 1;
  return {
    inputs: [
      { path: join(folder, 'low.wav'), demuxer: 'wav', leadSeconds: 0.5, seconds: 1 },
      { path: join(folder, 'high.mp3'), demuxer: 'mp3', leadSeconds: 1, seconds: 2 },
    ],
    target,
    output: join(folder, `${count}.${target}`),
    format: { codec: 'pcm', sampleRate: RATE, channels: 2, bitDepth: 16 },
    tags: { title: 'Dawn = "chorus"; 1', artist: 'Hut' },
    ...more,
  };
}

const options = { signal: new AbortController().signal, onProgress: () => undefined };

async function probe(path: string) {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', path]);
  return JSON.parse(stdout) as {
    readonly format: { readonly duration: string; readonly tags?: Readonly<Record<string, string>> };
    readonly streams: readonly { readonly codec_name: string; readonly tags?: Readonly<Record<string, string>> }[];
  };
}

/** Left channel, 16 bit. */
async function decode(path: string): Promise<Int16Array> {
  const { stdout } = await run(
    program,
    ['-v', 'error', '-i', path, '-af', 'pan=mono|c0=c0', '-ar', `${RATE}`, '-f', 's16le', '-'],
    { encoding: 'buffer', maxBuffer: 1e8 },
  );
  return new Int16Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
}

const loudest = (samples: Int16Array, from: number, to: number): number =>
  samples.subarray(from * RATE, to * RATE).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

describe('encode', () => {
  const codecs = { wav: 'pcm_s16le', flac: 'flac', mp3: 'mp3', opus: 'opus', m4a: 'aac' } as const;
  it.each(['wav', 'flac', 'mp3', 'opus', 'm4a'] as const)(
    'joins stretches of files as %s, with tags',
    async (target) => {
      const wanted = job(target);
      await encode(wanted, { ...options, program });
      const { format, streams } = await probe(wanted.output);
      expect(streams[0]?.codec_name).toBe(codecs[target]);
      expect(Math.abs(Number(format.duration) - 3)).toBeLessThan(0.1);
      const tags = { ...format.tags, ...streams[0]?.tags };
      expect(
        Object.entries(tags).some(([name, value]) => /^title$/i.test(name) && value === 'Dawn = "chorus"; 1'),
      ).toBe(true);
    },
  );

  it('fades and amplifies', async () => {
    const wanted = job('wav', { fadeInMs: 500, fadeOutMs: 500, gainDb: -20 });
    await encode(wanted, { ...options, program });
    const samples = await decode(wanted.output);
    expect(samples.length).toBe(3 * RATE);
    expect(loudest(samples, 0, 0.01)).toBeLessThan(60);
    expect(loudest(samples, 2.99, 3)).toBeLessThan(60);
    // Half of full scale, 20 dB down.
    expect(loudest(samples, 0.6, 0.9)).toBeGreaterThan(1500);
    expect(loudest(samples, 0.6, 0.9)).toBeLessThan(1780);
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    const wanted = job('flac', {
      inputs: [{ path: '/dev/zero', demuxer: 's16le', leadSeconds: 0, seconds: 1e6 }],
    });
    const done = encode(wanted, { program, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(done).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
