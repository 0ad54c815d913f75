import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WavFormat, WavWriter } from '../../src/engine/containers/wav.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { inspectFile } from '../../src/engine/recorder/inspect.ts';
import { probe } from '../support/ffmpeg.ts';

const run = promisify(execFile);
const START = { startedAt: Date.UTC(2026, 10, 21, 23, 30), offsetMinutes: 60, sourceName: 'Studio A' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-wav-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const formats: fc.Arbitrary<WavFormat> = fc
  .record({
    sampleRate: fc.constantFrom(8000, 11_025, 44_100, 48_000, 192_000),
    channels: fc.integer({ min: 1, max: 8 }),
    bitDepth: fc.constantFrom(16, 24, 32),
    float: fc.boolean(),
  })
  .map((format) => ({ ...format, float: format.float && format.bitDepth === 32 }));

/** Samples of any value; floating-point ones are finite and within full scale, which is all that a card gives. */
function payloadOf({ channels, bitDepth, float }: WavFormat, frames: number): Uint8Array {
  if (float !== true) return randomBytes((frames * channels * bitDepth) / 8);
  const whole = new Int32Array(new Uint8Array(randomBytes(frames * channels * 4)).buffer);
  return new Uint8Array(Float32Array.from(whole, (sample) => sample / 2 ** 31).buffer);
}

async function fileOf(format: WavFormat, payload: Uint8Array): Promise<string> {
  const writer = new WavWriter(format, START);
  const header = writer.header();
  for (const patch of writer.patch(payload.length)) header.set(patch.bytes, patch.offset);
  const path = join(folder, 'file.wav');
  await writeFile(path, Buffer.concat([header, payload, writer.tail(payload.length)]));
  return path;
}

function codecOf({ bitDepth, float }: WavFormat): string {
  return float === true ? 'pcm_f32le' : `pcm_s${bitDepth}le`;
}

async function rawBy(program: string, args: readonly string[]): Promise<{ stdout: Buffer; complaints: string }> {
  const { stdout, stderr } = await run(program, args, { encoding: 'buffer', maxBuffer: 2 ** 28 });
  return { stdout, complaints: stderr.toString().trim() };
}

describe('WAV files of every format', () => {
  it('are read by ffmpeg and sox, sample for sample', async () => {
    await fc.assert(
      fc.asyncProperty(formats, fc.integer({ min: 1, max: 5000 }), async (format, frames) => {
        const payload = payloadOf(format, frames);
        const path = await fileOf(format, payload);
        const found = await probe(path);
        const { sampleRate, channels } = format;
        expect(found).toMatchObject({ container: 'wav', codec: codecOf(format), sampleRate, channels });
        expect(found.duration).toBeCloseTo(frames / sampleRate, 4);
        expect(found.tags).toMatchObject({ date: '2026-11-22', encoded_by: 'Longtake' });
        const raw = codecOf(format).slice('pcm_'.length);
        const ffmpeg = await rawBy('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-c', 'copy', '-f', raw, '-']);
        expect(ffmpeg.complaints).toBe('');
        expect(ffmpeg.stdout.equals(payload)).toBe(true);
        const encoding = format.float === true ? 'floating-point' : 'signed-integer';
        const size = `${format.bitDepth}`;
        const sox = await rawBy('sox', ['-D', path, '-t', 'raw', '-e', encoding, '-b', size, '-L', '-']);
        // sox has read all of an extensible header when it reaches the float tag in it, and looks for more.
        const quirk = format.float === true && channels > 2 ? /extended part of fmt chunk/ : /^$/;
        expect(sox.complaints).toMatch(quirk);
        // sox works with whole numbers of 32 bits inside, which a floating-point sample does not fit into exactly.
        if (format.float === true) expect(sox.stdout.length).toBe(payload.length);
        else expect(sox.stdout.equals(payload)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('grow past 4 GiB with nothing rewritten but the header, and tell their true duration', async () => {
    const format = { sampleRate: 192_000, channels: 8, bitDepth: 32 } as const;
    const writer = new WavWriter(format, START);
    const path = join(folder, 'large.wav');
    await writeFile(path, writer.header());
    const file = await open(path, 'r+');
    try {
      for (const frames of [2 ** 27 - 100, 2 ** 27 + 100]) {
        const dataBytes = frames * writer.frameBytes;
        // A file with a hole in it takes no room on the disk.
        await file.truncate(writer.dataOffset + dataBytes);
        await file.write(randomBytes(4), 0, 4, writer.dataOffset + dataBytes - 4);
        for (const patch of writer.patch(dataBytes)) await file.write(patch.bytes, 0, patch.bytes.length, patch.offset);
        const found = await probe(path);
        expect(found.duration).toBeCloseTo(frames / format.sampleRate, 3);
        expect(await inspectFile(nodeFileSystem, path)).toMatchObject({ samples: frames, needsRepair: false });
      }
      const magic = Buffer.alloc(4);
      await file.read(magic, 0, 4, 0);
      expect(magic.toString('latin1')).toBe('RF64');
    } finally {
      await file.close();
    }
  });
});
